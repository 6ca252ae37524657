import type { Tensor } from '../tensor.ts';
import type { Fits, Out, Shape } from '../types/shape.ts';
import type { PerAxis, Pool } from '../types/window.ts';
import { type AvgPoolOptions, callAvgPool } from './pool/averagePool.ts';

/** The mean of each window of [batch, channels, length]. */
export function avgPool1d<
  X extends Shape,
  const Kernel extends PerAxis,
  const Options extends AvgPoolOptions = AvgPoolOptions,
>(
  x: Tensor<X>,
  kernel: Fits<Kernel, Pool<'avgPool1d', X, Kernel, Options>>,
  options?: Options,
): Tensor<Out<Pool<'avgPool1d', X, Kernel, Options>>> {
  return callAvgPool('avgPool1d', 1, x, kernel as Kernel, options) as Tensor<
    Out<Pool<'avgPool1d', X, Kernel, Options>>
  >;
}
