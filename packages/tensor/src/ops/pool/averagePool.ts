import type { AnyTensor, Tensor } from '../../tensor.ts';
import type { PerAxis } from '../../types/window.ts';
import { perAxis } from '../conv/sizes.ts';
import { partMeans, windowMeans } from './mixture.ts';
import { separableOp } from './separable.ts';
import {
  imageOf,
  type PoolOptions,
  pooledSize,
  poolWindows,
  requirePlanes,
  throughImages,
} from './window.ts';

export interface AvgPoolOptions extends PoolOptions {
  /** Whether zeros of the padding count in the mean; yes unless given. */
  readonly countIncludePad?: boolean;
}

const averagePool = separableOp('avgPool2d');
const adaptivePool = separableOp('adaptiveAvgPool2d');

export function callAvgPool(
  name: string,
  rank: number,
  x: AnyTensor,
  kernel: PerAxis,
  options: AvgPoolOptions = {},
): Tensor {
  const windows = poolWindows(name, rank, x, kernel, options);
  return throughImages(x, (image) => {
    const size = imageOf(image);
    const count = pooledSize(size, windows);
    const means = (axis: 0 | 1) =>
      windowMeans(
        size[axis],
        count[axis],
        windows.kernel[axis],
        windows.stride[axis],
        windows.padding[axis],
        options.countIncludePad ?? true,
      );
    return averagePool(image, means(0), means(1));
  });
}

export function callAdaptiveAvgPool(name: string, rank: number, x: AnyTensor, size: PerAxis): Tensor {
  requirePlanes(name, rank, x);
  const wanted = perAxis(name, 'size', size, size, 1, rank);
  return throughImages(x, (image) => {
    const [height, width] = imageOf(image);
    return adaptivePool(
      image,
      partMeans(height, rank === 1 ? 1 : wanted[0]!),
      partMeans(width, wanted.at(-1)!),
    );
  });
}
