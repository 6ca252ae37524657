import type { Tensor } from '../tensor.ts';
import type { Fits, Out, Shape } from '../types/shape.ts';
import type { PerAxis, Pool } from '../types/window.ts';
import { callMaxPool, type MaxPoolOptions } from './pool/maxPool.ts';

/** The maximum of each window of [batch, channels, height, width]. */
export function maxPool2d<
  X extends Shape,
  const Kernel extends PerAxis,
  const Options extends MaxPoolOptions = MaxPoolOptions,
>(
  x: Tensor<X>,
  kernel: Fits<Kernel, Pool<'maxPool2d', X, Kernel, Options>>,
  options?: Options,
): Tensor<Out<Pool<'maxPool2d', X, Kernel, Options>>> {
  return callMaxPool('maxPool2d', 2, x, kernel as Kernel, options) as Tensor<
    Out<Pool<'maxPool2d', X, Kernel, Options>>
  >;
}
