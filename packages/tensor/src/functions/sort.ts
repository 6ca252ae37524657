import { argsort, type SortOptions } from '../ops/argsort.ts';
import { gather } from '../ops/gather.ts';
import { slice } from '../ops/slice.ts';
import { resolveAxis } from '../shape/shape.ts';
import type { AnyTensor, Tensor } from '../tensor.ts';
import type { Alongside } from '../types/reduce.ts';
import type { TopK } from '../types/select.ts';
import type { DType, Fits, Out, Shape } from '../types/shape.ts';

export interface Sorted<S extends Shape, D extends DType> {
  readonly values: Tensor<S, D>;
  /** Where each value stood. */
  readonly indices: Tensor<S, 'int32'>;
}

/** The elements in order along an axis; equal ones keep theirs. */
export function sort<S extends Shape, D extends DType, const Axis extends number = -1>(
  x: Tensor<S, D>,
  axis?: Fits<Axis, Alongside<'sort', S, Axis>>,
  options?: SortOptions,
): Sorted<S, D> {
  const resolved = resolveAxis('sort', (axis ?? -1) as number, x.rank);
  return pick(x, resolved, argsort(x as AnyTensor, resolved, options)) as Sorted<S, D>;
}

export interface TopKOptions {
  /** The smallest instead, where false. */
  readonly largest?: boolean;
}

/** The k largest elements along an axis, best first. */
export function topK<
  S extends Shape,
  D extends DType,
  const K extends number,
  const Axis extends number = -1,
>(
  x: Tensor<S, D>,
  k: Fits<K, TopK<S, K, Axis>>,
  axis?: Fits<Axis, Alongside<'topK', S, Axis>>,
  { largest = true }: TopKOptions = {},
): Sorted<Out<TopK<S, K, Axis>>, D> {
  const count = k as number;
  const resolved = resolveAxis('topK', (axis ?? -1) as number, x.rank);
  if (!Number.isInteger(count) || count < 0 || count > x.shape[resolved]!) {
    throw new RangeError(`topK: k must be a whole number from 0 to ${x.shape[resolved]}, got ${count}`);
  }
  const order = argsort(x as AnyTensor, resolved, { descending: largest });
  return pick(x, resolved, slice(order, resolved, 0, count)) as Sorted<Out<TopK<S, K, Axis>>, D>;
}

function pick(x: AnyTensor, axis: number, indices: Tensor<Shape, 'int32'>): Sorted<Shape, DType> {
  return { values: gather(x, axis, indices), indices };
}
