import { apply, applyMany } from '../../autograd/apply.ts';
import type { Op, OpMany } from '../../autograd/op.ts';
import type { AnyTensor, Tensor } from '../../tensor.ts';
import type { PerAxis } from '../../types/window.ts';
import type { Pair } from '../conv/sizes.ts';
import { runMaxPool, runPick, runSpread } from './runMaxPool.ts';
import {
  imageOf,
  type PoolOptions,
  type PoolWindows,
  pooledSize,
  poolWindows,
  throughImages,
} from './window.ts';

export interface MaxPoolOptions extends PoolOptions {
  readonly dilation?: PerAxis;
}

/** Maxima, and beside them where in its plane each was found, for the gradient. */
const op: OpMany<PoolWindows> = {
  name: 'maxPool2d',
  visibleOutputs: 1,
  outputs: ([image], windows) => {
    const [batch, channels, height, width] = image!.shape;
    const shape = [batch!, channels!, ...pooledSize([height!, width!], windows)];
    return [
      { shape, dtype: 'float32' },
      { shape, dtype: 'int32' },
    ];
  },
  reference: ([out, places], [image], windows) => {
    const [height, width] = imageOf(image!);
    const [down, across] = imageOf(out!);
    for (let at = 0; at < out!.size; at++) {
      const plane = Math.floor(at / (down * across)) * height * width;
      const corner: Pair = [Math.floor(at / across) % down, at % across];
      const place = placeOfMaximum(image!.data, plane, [height, width], corner, windows);
      out!.data[at] = image!.data[plane + place]!;
      places!.data[at] = place;
    }
  },
  simd: ([out, places], [image], windows) => runMaxPool(out!, places!, image!, windows),
  backward: ({ inputs: [image], outputs: [, places], dOuts: [dOut] }) => [
    apply(spreadOp, [dOut!, places!], imageOf(image!)) as Tensor,
  ],
};

function placeOfMaximum(
  data: ArrayLike<number>,
  plane: number,
  [height, width]: Pair,
  [i, j]: Pair,
  { kernel, stride, padding, dilation }: PoolWindows,
): number {
  let found = -1;
  for (let down = 0; down < kernel[0]; down++) {
    const y = i * stride[0] + down * dilation[0] - padding[0];
    for (let across = 0; across < kernel[1]; across++) {
      const x = j * stride[1] + across * dilation[1] - padding[1];
      if (y < 0 || y >= height || x < 0 || x >= width) continue;
      const place = y * width + x;
      const value = data[plane + place]!;
      if (found < 0 || value > data[plane + found]! || Number.isNaN(value)) found = place;
    }
  }
  return found;
}

/** The gradient of each maximum, at its place; what lies between is zero. */
const spreadOp: Op<Pair> = {
  name: 'maxPoolGradient',
  shape: ([dOut], image) => [dOut![0]!, dOut![1]!, ...image],
  reference: (image, [dOut, places], [height, width]) => {
    image.data.fill(0);
    const perPlane = dOut!.size / (image.size / (height * width));
    for (let at = 0; at < dOut!.size; at++) {
      image.data[Math.floor(at / perPlane) * height * width + places!.data[at]!]! += dOut!.data[at]!;
    }
  },
  simd: (image, [dOut, places]) => runSpread(image, dOut!, places!),
  backward: ({ inputs: [, places], dOut }) => [apply(pickOp, [dOut, places!], undefined) as Tensor],
};

/** The reverse: numbers of an image from the places of the maxima. */
const pickOp: Op = {
  name: 'maxPoolPick',
  shape: ([, places]) => places!,
  reference: (out, [image, places]) => {
    const planes = image!.shape[0]! * image!.shape[1]!;
    const [perPlane, perOut] = [image!.size / planes, out.size / planes];
    for (let at = 0; at < out.size; at++) {
      out.data[at] = image!.data[Math.floor(at / perOut) * perPlane + places!.data[at]!]!;
    }
  },
  simd: (out, [image, places]) => runPick(out, image!, places!),
  backward: ({ inputs: [image, places], dOut }) => [
    apply(spreadOp, [dOut, places!], imageOf(image!)) as Tensor,
  ],
};

export function callMaxPool(
  name: string,
  rank: number,
  x: AnyTensor,
  kernel: PerAxis,
  options: MaxPoolOptions = {},
): Tensor {
  const windows = poolWindows(name, rank, x, kernel, options);
  return throughImages(x, (image) => {
    const [out, places] = applyMany(op, [image], windows);
    if (!out!.requiresGrad) places!.dispose();
    return out as Tensor;
  });
}
