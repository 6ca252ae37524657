import { currentEngine } from '../../engine/engine.ts';
import type { AnyTensor } from '../../tensor.ts';
import type { Channels } from './channels.ts';
import { kernelLoops } from './kernelLoops.ts';
import { referenceLoops } from './referenceLoops.ts';

/** Numbers of each channel: y = max((x - center) scale + shift, lowest). */
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

/** What batch and group normalisation are made of; everything between these is arithmetic on a few numbers. */
export interface ChannelLoops {
  /** Mean of each channel, and mean squared distance from it. */
  moments(x: AnyTensor, layout: Channels, means: Float32Array, variances: Float32Array): void;
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
