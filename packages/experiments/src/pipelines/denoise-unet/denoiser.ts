import type { Dataset, Layer } from '@sonograd/nn';
import type { RandomKey, Tensor } from '@sonograd/tensor';
import type { Feature } from '../../features/fit.ts';
import type { NoisyStore, Pair, PairBatch, PairData } from '../shared/pairData.ts';
import type { DenoiseUnetConfig } from './config.ts';
import { pictureDenoiser } from './pictures.ts';
import { waveDenoiser } from './waves.ts';

/** A clip in one of the noises. */
export interface ClipInNoise {
  readonly place: number;
  readonly noise: NoisyStore;
}

/** What is left when the noise is gone: a picture, and sound where the network makes it. */
export interface Denoised {
  readonly picture: Feature;
  readonly sound?: Float32Array;
}

/** A network that takes noise away, whatever it takes it away from. */
export interface Denoiser {
  /** As tables call it. */
  readonly title: string;
  readonly model: Layer;
  /** Of one clip. */
  readonly inputShape: readonly number[];
  /** What it learns from. */
  pairs(places: Int32Array): Dataset<Pair>;
  loss(model: Layer, batch: PairBatch): Tensor;
  /** Draws the first weights, with a look at the training clips. */
  start(key: RandomKey): void;
  denoise(clip: ClipInNoise): Denoised;
}

export function denoiserOf(config: DenoiseUnetConfig, data: PairData): Denoiser {
  const { model } = config;
  return model.kind === 'unet'
    ? pictureDenoiser({ ...config, model }, data)
    : waveDenoiser({ ...config, model }, data);
}
