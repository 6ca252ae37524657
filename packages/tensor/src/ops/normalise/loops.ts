import { currentEngine } from '../../engine/engine.ts';
import type { AnyTensor } from '../../tensor.ts';
import type { Channels } from './channels.ts';
import { kernelLoops } from './kernelLoops.ts';
import { referenceLoops } from './referenceLoops.ts';

/**
 * Numbers of each channel: y = max((x - center) scale + shift, lowest). Not views of the heap: loops ask it for more,
 * and when it grows, views of it may end.
 */
export interface Affine {
  readonly centers: ArrayLike<number>;
  readonly scales: ArrayLike<number>;
  readonly shifts: ArrayLike<number>;
  /** 0 makes it a ReLU, -Infinity leaves it alone. */
  readonly lowest: number;
}

/** Its gradient, where centers and scales depend on x as well: dx = dy scale + (x - center) slope + offset. */
export interface AffineGradient extends Affine {
  readonly slopes: ArrayLike<number>;
  readonly offsets: ArrayLike<number>;
}

export interface Moments {
  readonly means: Float32Array;
  readonly variances: Float32Array;
}

/** What batch and group normalisation are made of; everything between these is arithmetic on a few numbers. */
export interface ChannelLoops {
  /** Mean of each channel, and mean squared distance from it. */
  moments(x: AnyTensor, layout: Channels): Moments;
  affine(out: AnyTensor, x: AnyTensor, layout: Channels, numbers: Affine): void;
  /** For each channel the sum of dy, and of dy (x - center), where the activation lets dy through. */
  gradientSums(
    dOut: AnyTensor,
    x: AnyTensor,
    layout: Channels,
    numbers: Affine,
  ): { readonly sums: Float64Array; readonly products: Float64Array };
  affineGradient(
    out: AnyTensor,
    dOut: AnyTensor,
    x: AnyTensor,
    layout: Channels,
    numbers: AffineGradient,
  ): void;
}

export function channelLoops(): ChannelLoops {
  return currentEngine() === 'reference' ? referenceLoops : kernelLoops;
}
