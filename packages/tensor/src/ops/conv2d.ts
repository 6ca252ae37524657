import type { Tensor } from '../tensor.ts';
import type { Fits, Out, Shape } from '../types/shape.ts';
import type { Conv } from '../types/window.ts';
import { callConv } from './conv/call.ts';
import type { ConvOptions } from './conv/sizes.ts';

/** Images [batch, channels, height, width] with filters [outputs, channels / groups, height, width]. */
export function conv2d<X extends Shape, W extends Shape, const Options extends ConvOptions = ConvOptions>(
  x: Tensor<X>,
  filters: Fits<Tensor<W>, Conv<'conv2d', X, W, Options>>,
  bias?: Tensor,
  options?: Options,
): Tensor<Out<Conv<'conv2d', X, W, Options>>> {
  return callConv('conv2d', 2, x, filters as Tensor, bias, options) as Tensor<
    Out<Conv<'conv2d', X, W, Options>>
  >;
}
