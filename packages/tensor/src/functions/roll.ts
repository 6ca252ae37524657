import { concat } from '../ops/concat.ts';
import { slice } from '../ops/slice.ts';
import { resolveAxis } from '../shape/shape.ts';
import type { AnyTensor, Tensor } from '../tensor.ts';
import type { Alongside } from '../types/reduce.ts';
import type { DType, Fits, Shape } from '../types/shape.ts';

/** Moves the elements along an axis by `shift` places; what leaves at one end enters at the other. */
export function roll<S extends Shape, D extends DType, const Axis extends number>(
  x: Tensor<S, D>,
  shift: number,
  axis: Fits<Axis, Alongside<'roll', S, Axis>>,
): Tensor<S, D> {
  const resolved = resolveAxis('roll', axis as number, x.rank);
  const size = x.shape[resolved]!;
  const places = size === 0 ? 0 : ((shift % size) + size) % size;
  if (places === 0) return x;
  const whole = x as AnyTensor;
  const ends = [slice(whole, resolved, size - places), slice(whole, resolved, 0, size - places)];
  return concat(ends, resolved) as AnyTensor as Tensor<S, D>;
}
