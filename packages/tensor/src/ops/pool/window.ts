import { requireDType } from '../../shape/require.ts';
import { showShape } from '../../shape/shape.ts';
import type { AnyTensor, Tensor } from '../../tensor.ts';
import type { PerAxis } from '../../types/window.ts';
import { type Pair, perAxis, windowCount } from '../conv/sizes.ts';
import { reshape } from '../reshape.ts';

export interface PoolOptions {
  /** As the kernel unless given: windows side by side. */
  readonly stride?: PerAxis;
  readonly padding?: PerAxis;
}

/** How windows of a pooling stand in each plane; a signal is an image of height 1. */
export interface PoolWindows {
  readonly kernel: Pair;
  readonly stride: Pair;
  readonly padding: Pair;
  readonly dilation: Pair;
}

/** The windows of a pooling of signals (rank 1) or images (rank 2), checked. */
export function poolWindows(
  op: string,
  rank: number,
  x: AnyTensor,
  kernel: PerAxis,
  options: PoolOptions & { readonly dilation?: PerAxis },
): PoolWindows {
  requirePlanes(op, rank, x);
  const pair = (
    name: string,
    value: PerAxis | undefined,
    otherwise: PerAxis,
    least: number,
    single: number,
  ): Pair => {
    const list = perAxis(op, name, value, otherwise, least, rank);
    return rank === 1 ? [single, list[0]!] : [list[0]!, list[1]!];
  };
  const windows: PoolWindows = {
    kernel: pair('kernel', kernel, kernel, 1, 1),
    stride: pair('stride', options.stride, kernel, 1, 1),
    padding: pair('padding', options.padding, 0, 0, 0),
    dilation: pair('dilation', options.dilation, 1, 1, 1),
  };
  for (const axis of [0, 1] as const) {
    if (2 * windows.padding[axis] > windows.kernel[axis]) {
      throw new RangeError(
        `${op}: padding must be at most half of the kernel, padding=${windows.padding[axis]} kernel=${windows.kernel[axis]}`,
      );
    }
  }
  const [down, across] = pooledSize(imageOf(x), windows);
  if (down < 1 || across < 1) {
    throw new RangeError(`${op}: the window does not fit into the padded input, ${showShape(x.shape)}`);
  }
  return windows;
}

export function requirePlanes(op: string, rank: number, x: AnyTensor): void {
  requireDType(op, x, ['float32']);
  if (x.rank === rank + 2) return;
  const axes = rank === 1 ? '[batch, channels, length]' : '[batch, channels, height, width]';
  throw new RangeError(`${op}: the input must be ${axes}, got ${showShape(x.shape)}`);
}

export function pooledSize(image: Pair, { kernel, stride, padding, dilation }: PoolWindows): Pair {
  const count = (axis: 0 | 1) =>
    windowCount(image[axis], kernel[axis], stride[axis], padding[axis], dilation[axis]);
  return [count(0), count(1)];
}

/** Height and width; a signal has height 1. */
export function imageOf({ shape }: AnyTensor): Pair {
  return shape.length === 3 ? [1, shape[2]!] : [shape[2]!, shape[3]!];
}

/** Signals as images of height 1, and back. */
export function throughImages(x: AnyTensor, body: (image: AnyTensor) => Tensor): Tensor {
  if (x.rank === 4) return body(x);
  const [batch, channels, length] = x.shape;
  const out = body(reshape(x, [batch!, channels!, 1, length!]));
  return reshape(out, [batch!, channels!, out.shape[3]!]) as Tensor;
}
