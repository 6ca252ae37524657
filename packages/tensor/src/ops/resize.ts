import type { Tensor } from '../tensor.ts';
import type { Shape } from '../types/shape.ts';
import { perAxis } from './conv/sizes.ts';
import { linear, nearest } from './pool/mixture.ts';
import { separableOp } from './pool/separable.ts';
import { imageOf, requirePlanes } from './pool/window.ts';

export interface ResizeOptions {
  /** `bilinear` takes pixels as squares, so that corners of the images, not centres of corner pixels, meet. */
  readonly mode?: 'nearest' | 'bilinear';
}

const run = separableOp('resize');
const modes = { nearest, bilinear: linear };

/** Images [batch, channels, height, width] in another size. */
export function resize<X extends Shape, const Size extends readonly [number, number]>(
  x: Tensor<X>,
  size: Size,
  { mode = 'nearest' }: ResizeOptions = {},
): Tensor<[X[0], X[1], Size[0], Size[1]]> {
  requirePlanes('resize', 2, x);
  const [height, width] = imageOf(x);
  const [down, across] = perAxis('resize', 'size', size, size, 1, 2);
  const mixture = modes[mode];
  if (mixture === undefined) {
    throw new RangeError(`resize: mode must be one of ${Object.keys(modes).join(', ')}, got ${String(mode)}`);
  }
  return run(x, mixture(height, down!), mixture(width, across!)) as Tensor<[X[0], X[1], Size[0], Size[1]]>;
}
