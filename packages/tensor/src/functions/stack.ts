import { concat } from '../ops/concat.ts';
import { slice } from '../ops/slice.ts';
import { resolveAxis, sameShape, showShape } from '../shape/shape.ts';
import type { AnyTensor, Tensor } from '../tensor.ts';
import type { ShapesOf, Split, Stack } from '../types/join.ts';
import type { Alongside } from '../types/reduce.ts';
import type { DType, Fits, Out, Shape } from '../types/shape.ts';
import { unsqueeze } from './squeeze.ts';

/** Joins tensors of one shape along a new axis. */
export function stack<const Tensors extends readonly AnyTensor[], const Axis extends number = 0>(
  tensors: Fits<Tensors, Stack<ShapesOf<Tensors>, Axis>>,
  axis?: Axis,
): Tensor<Out<Stack<ShapesOf<Tensors>, Axis>>, Tensors[number]['dtype']> {
  return stacked(tensors as Tensors, axis ?? 0) as ReturnType<typeof stack<Tensors, Axis>>;
}

function stacked(tensors: readonly AnyTensor[], axis: number): AnyTensor {
  const first = tensors[0];
  if (first === undefined) throw new RangeError('stack: at least one tensor is needed, got none');
  for (const other of tensors) {
    if (!sameShape(first.shape, other.shape)) {
      throw new RangeError(`stack: shapes differ, ${showShape(first.shape)} and ${showShape(other.shape)}`);
    }
  }
  return concat(
    tensors.map((tensor) => unsqueeze(tensor, axis)),
    resolveAxis('stack', axis, first.rank + 1),
  );
}

/** The pieces, each with its shape where that is known. */
export type Pieces<Shapes, D extends DType> = Shapes extends readonly Shape[]
  ? { [Piece in keyof Shapes]: Tensor<Out<Shapes[Piece]>, D> }
  : Tensor<Shape, D>[];

/** Cuts x along an axis: into pieces of one size (the last may be smaller), or into pieces of the named sizes. */
export function split<
  S extends Shape,
  D extends DType,
  const Sizes extends number | readonly number[],
  const Axis extends number = 0,
>(
  x: Tensor<S, D>,
  sizes: Fits<Sizes, Split<S, Sizes, Axis>>,
  axis?: Fits<Axis, Alongside<'split', S, Axis>>,
): Pieces<Split<S, Sizes, Axis>, D> {
  return pieces(x, sizes as Sizes, (axis ?? 0) as number) as Pieces<Split<S, Sizes, Axis>, D>;
}

function pieces(x: AnyTensor, sizes: number | readonly number[], axis: number): AnyTensor[] {
  const resolved = resolveAxis('split', axis, x.rank);
  const total = x.shape[resolved]!;
  const lengths = typeof sizes === 'number' ? equalPieces(total, sizes) : sizes;
  if (lengths.reduce((sum, size) => sum + size, 0) !== total) {
    throw new RangeError(
      `split: sizes must add up to ${total}, got [${lengths.join(', ')}] for ${showShape(x.shape)}`,
    );
  }
  let start = 0;
  return lengths.map((size) => {
    start += size;
    return slice(x, resolved, start - size, start);
  });
}

function equalPieces(total: number, size: number): number[] {
  if (!Number.isInteger(size) || size < 1)
    throw new RangeError(`split: the size must be a whole number from 1, got ${size}`);
  const count = Math.max(1, Math.ceil(total / size));
  return Array.from({ length: count }, (_, piece) => Math.min(size, total - piece * size));
}
