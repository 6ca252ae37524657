import type { Tensor } from '../tensor.ts';
import type { Fits, Out, Shape } from '../types/shape.ts';
import type { ConvTransposed } from '../types/window.ts';
import { callConvTranspose } from './conv/call.ts';
import type { ConvTransposeOptions } from './conv/sizes.ts';

/** The gradient of conv1d by its input, as a layer; filters are [channels, outputs / groups, kernel]. */
export function convTranspose1d<
  X extends Shape,
  W extends Shape,
  const Options extends ConvTransposeOptions = ConvTransposeOptions,
>(
  x: Tensor<X>,
  filters: Fits<Tensor<W>, ConvTransposed<'convTranspose1d', X, W, Options>>,
  bias?: Tensor,
  options?: Options,
): Tensor<Out<ConvTransposed<'convTranspose1d', X, W, Options>>> {
  return callConvTranspose('convTranspose1d', 1, x, filters as Tensor, bias, options) as Tensor<
    Out<ConvTransposed<'convTranspose1d', X, W, Options>>
  >;
}
