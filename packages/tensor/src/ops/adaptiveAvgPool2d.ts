import type { Tensor } from '../tensor.ts';
import type { Shape } from '../types/shape.ts';
import type { PerAxis } from '../types/window.ts';
import { callAdaptiveAvgPool } from './pool/averagePool.ts';

type Sized<X extends Shape, Size extends PerAxis> = [
  X[0],
  X[1],
  ...(Size extends readonly [infer Down extends number, infer Across extends number]
    ? [Down, Across]
    : Size extends number
      ? [Size, Size]
      : [number, number]),
];

/** Means of [batch, channels, height, width] over a grid of `size` parts, whatever the image's size. */
export function adaptiveAvgPool2d<X extends Shape, const Size extends PerAxis>(
  x: Tensor<X>,
  size: Size,
): Tensor<Sized<X, Size>> {
  return callAdaptiveAvgPool('adaptiveAvgPool2d', 2, x, size) as Tensor<Sized<X, Size>>;
}
