import { reshape } from '../ops/reshape.ts';
import { sum } from '../ops/sum.ts';
import { sameShape } from '../shape/shape.ts';
import type { Tensor } from '../tensor.ts';
import type { Shape } from '../types/shape.ts';

/** Undoes a broadcast: sums over every axis along which `shape` was repeated. */
export function sumTo(x: Tensor, shape: Shape): Tensor {
  if (sameShape(x.shape, shape)) return x;
  const missing = x.rank - shape.length;
  const repeated = x.shape.flatMap((size, axis) => {
    const own = shape[axis - missing] ?? 1;
    return axis < missing || (own === 1 && size !== 1) ? [axis] : [];
  });
  return reshape(sum(x, repeated, { keepDims: true }), shape) as Tensor;
}
