import type { Tensor } from '../tensor.ts';
import type { Fits, Out, Shape } from '../types/shape.ts';
import type { Conv } from '../types/window.ts';
import { callConv } from './conv/call.ts';
import type { ConvOptions } from './conv/sizes.ts';

/** Signals [batch, channels, length] with filters [outputs, channels / groups, kernel]. */
export function conv1d<X extends Shape, W extends Shape, const Options extends ConvOptions = ConvOptions>(
  x: Tensor<X>,
  filters: Fits<Tensor<W>, Conv<'conv1d', X, W, Options>>,
  bias?: Tensor,
  options?: Options,
): Tensor<Out<Conv<'conv1d', X, W, Options>>> {
  return callConv('conv1d', 1, x, filters as Tensor, bias, options) as Tensor<
    Out<Conv<'conv1d', X, W, Options>>
  >;
}
