import type { Tensor } from '../tensor.ts';
import type { Shape } from '../types/shape.ts';
import { callAdaptiveAvgPool } from './pool/averagePool.ts';

/** Means of [batch, channels, length] over `size` parts of the length, however long it is. */
export function adaptiveAvgPool1d<X extends Shape, const Size extends number>(
  x: Tensor<X>,
  size: Size,
): Tensor<[X[0], X[1], Size]> {
  return callAdaptiveAvgPool('adaptiveAvgPool1d', 1, x, size) as Tensor<[X[0], X[1], Size]>;
}
