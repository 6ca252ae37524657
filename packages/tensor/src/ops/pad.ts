import { apply } from '../autograd/apply.ts';
import type { Op } from '../autograd/op.ts';
import { fromArray } from '../creation/tensor.ts';
import { moveBox } from '../move/move.ts';
import { showShape, stridesOf } from '../shape/shape.ts';
import type { AnyTensor, Tensor } from '../tensor.ts';
import type { DType, Fits, Out, Shape } from '../types/shape.ts';
import type { Pad, PadWidths } from '../types/slice.ts';
import { indexSelect } from './indexSelect.ts';
import { slice } from './slice.ts';

export interface PadOptions {
  /** `reflect` mirrors without repeating the edge; `replicate` repeats the edge. */
  readonly mode?: 'constant' | 'reflect' | 'replicate';
  readonly value?: number;
}

interface PadParams {
  readonly widths: PadWidths;
  readonly value: number;
}

const op: Op<PadParams> = {
  name: 'pad',
  shape: ([shape], { widths }) => shape!.map((size, axis) => size + widths[axis]![0] + widths[axis]![1]),
  forward: (out, [x], { widths, value }) => {
    const strides = stridesOf(out.shape);
    const offset = widths.reduce((total, [before], axis) => total + before * strides[axis]!, 0);
    out.data.fill(value);
    moveBox(x!.shape, out, { offset, strides }, x!, { offset: 0, strides: stridesOf(x!.shape) });
  },
  backward: ({ inputs: [x], dOut, params: { widths } }) => [
    widths.reduce<AnyTensor>(
      (inner, [before], axis) => slice(inner, axis, before, before + x!.shape[axis]!),
      dOut,
    ) as Tensor,
  ],
};

/** Adds elements around x: a value, or what x holds near its edge. */
export function pad<S extends Shape, D extends DType, const Widths extends PadWidths>(
  x: Tensor<S, D>,
  widths: Fits<Widths, Pad<S, Widths>>,
  options?: PadOptions,
): Tensor<Out<Pad<S, Widths>>, D> {
  return padded(x, widths as Widths, options);
}

function padded<T extends AnyTensor>(
  x: AnyTensor,
  widths: PadWidths,
  { mode = 'constant', value = 0 }: PadOptions = {},
): T {
  checkWidths(x, widths);
  if (mode === 'constant') return apply(op, [x], { widths, value });
  return widths.reduce<AnyTensor>((partial, [before, after], axis) => {
    if (before === 0 && after === 0) return partial;
    const indices = edgeIndices(mode, partial.shape[axis]!, before, after);
    return indexSelect(partial, axis, fromArray(indices, [indices.length]));
  }, x) as T;
}

function checkWidths(x: AnyTensor, widths: PadWidths): void {
  const whole = widths.every((pair) => pair.every((width) => Number.isInteger(width) && width >= 0));
  if (widths.length !== x.rank || !whole) {
    throw new RangeError(
      `pad: widths must be [before, after] of at least 0 for each axis, got ${JSON.stringify(widths)} for ${showShape(x.shape)}`,
    );
  }
}

function edgeIndices(mode: 'reflect' | 'replicate', size: number, before: number, after: number): Int32Array {
  const reach = mode === 'reflect' ? size - 1 : size === 0 ? 0 : Infinity;
  if (before > reach || after > reach) {
    throw new RangeError(
      `pad: ${mode} reaches at most ${reach} beyond an axis of ${size}, got [${before}, ${after}]`,
    );
  }
  return Int32Array.from({ length: before + size + after }, (_, index) => {
    const position = index - before;
    if (mode === 'replicate') return Math.min(Math.max(position, 0), size - 1);
    const mirrored = Math.abs(position);
    return mirrored < size ? mirrored : 2 * (size - 1) - mirrored;
  });
}
