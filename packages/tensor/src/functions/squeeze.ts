import { reshape } from '../ops/reshape.ts';
import { resolveAxis, showShape } from '../shape/shape.ts';
import type { AnyTensor, Tensor } from '../tensor.ts';
import type { Flatten } from '../types/layout.ts';
import type { Alongside } from '../types/reduce.ts';
import type { DType, Fits, Out, Shape } from '../types/shape.ts';
import type { Squeeze, Unsqueeze } from '../types/unitAxes.ts';

/** Drops an axis of size 1, or all of them. */
export function squeeze<S extends Shape, D extends DType, const Axis extends number | undefined = undefined>(
  x: Tensor<S, D>,
  axis?: Fits<Axis, Squeeze<S, Axis>>,
): Tensor<Out<Squeeze<S, Axis>>, D> {
  const dropped = axis === undefined ? undefined : axisOfOne(x, axis as number);
  const kept = x.shape.filter((size, own) => (dropped === undefined ? size !== 1 : own !== dropped));
  return reshape(x as AnyTensor, kept) as AnyTensor as Tensor<Out<Squeeze<S, Axis>>, D>;
}

/** Adds an axis of size 1 at position `axis` of the result. */
export function unsqueeze<S extends Shape, D extends DType, const Axis extends number>(
  x: Tensor<S, D>,
  axis: Fits<Axis, Unsqueeze<S, Axis>>,
): Tensor<Out<Unsqueeze<S, Axis>>, D> {
  const resolved = resolveAxis('unsqueeze', axis as number, x.rank + 1);
  const shape = [...x.shape.slice(0, resolved), 1, ...x.shape.slice(resolved)];
  return reshape(x as AnyTensor, shape) as AnyTensor as Tensor<Out<Unsqueeze<S, Axis>>, D>;
}

/** Joins the axes from `startAxis` to `endAxis` into one. */
export function flatten<
  S extends Shape,
  D extends DType,
  const Start extends number = 0,
  const End extends number = -1,
>(
  x: Tensor<S, D>,
  startAxis?: Fits<Start, Alongside<'flatten', S, Start>>,
  endAxis?: Fits<End, Flatten<S, Start, End>>,
): Tensor<Out<Flatten<S, Start, End>>, D> {
  const shape = x.rank === 0 ? [1] : joinAxes(x.shape, (startAxis ?? 0) as number, (endAxis ?? -1) as number);
  return reshape(x as AnyTensor, shape) as AnyTensor as Tensor<Out<Flatten<S, Start, End>>, D>;
}

function axisOfOne(x: AnyTensor, axis: number): number {
  const resolved = resolveAxis('squeeze', axis, x.rank);
  if (x.shape[resolved] === 1) return resolved;
  throw new RangeError(`squeeze: axis ${axis} must have size 1, got ${showShape(x.shape)}`);
}

function joinAxes(shape: Shape, startAxis: number, endAxis: number): number[] {
  const from = resolveAxis('flatten', startAxis, shape.length);
  const to = resolveAxis('flatten', endAxis, shape.length);
  if (from > to) {
    throw new RangeError(`flatten: startAxis must not lie behind endAxis, got ${startAxis} and ${endAxis}`);
  }
  const joined = shape.slice(from, to + 1).reduce((product, size) => product * size, 1);
  return [...shape.slice(0, from), joined, ...shape.slice(to + 1)];
}
