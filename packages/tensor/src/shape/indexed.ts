import type { AnyTensor } from '../tensor.ts';
import type { Shape } from '../types/shape.ts';
import { requireDType } from './require.ts';
import { showShape, stridesOf } from './shape.ts';

/** Calls `visit` with each position of `index` and the position in a tensor of `shape` that it names. */
export function forEachIndexed(
  shape: Shape,
  index: AnyTensor,
  axis: number,
  visit: (position: number, target: number) => void,
): void {
  const strides = stridesOf(shape);
  const counter = index.shape.map(() => 0);
  for (let position = 0; position < index.size; position++) {
    let target = index.data[position]! * strides[axis]!;
    for (let own = 0; own < counter.length; own++) if (own !== axis) target += counter[own]! * strides[own]!;
    visit(position, target);
    for (let own = counter.length - 1; own >= 0; own--) {
      counter[own]! += 1;
      if (counter[own]! < index.shape[own]!) break;
      counter[own] = 0;
    }
  }
}

export function requireIndexFits(op: string, shape: Shape, index: AnyTensor, axis: number): void {
  requireDType(op, index, ['int32']);
  const fits =
    index.rank === shape.length && index.shape.every((size, own) => own === axis || size <= shape[own]!);
  if (!fits) {
    throw new RangeError(
      `${op}: index ${showShape(index.shape)} must fit ${showShape(shape)} beside axis ${axis}`,
    );
  }
  checkIndices(op, index, shape[axis]!);
}

export function checkIndices(op: string, index: AnyTensor, size: number): void {
  const values = index.data;
  for (let position = 0; position < values.length; position++) {
    const value = values[position]!;
    if (value < 0 || value >= size) {
      throw new RangeError(
        `${op}: indices must be from 0 to ${size - 1}, got ${value} at position ${position}`,
      );
    }
  }
}
