import { initialise, kaimingNormal, multiResolutionStft, negativeSiSdr } from '@sonograd/nn';
import { foldIn, fromArray, noGrad, randomKey, type Tensor } from '@sonograd/tensor';
import { applyMoments } from '../../features/moments.ts';
import type { PairBatch, PairData } from '../shared/pairData.ts';
import { cleanSound, featureOfSound, noisySound } from '../shared/pairSounds.ts';
import { fitted, loudness, waveDataset } from '../shared/pairWaves.ts';
import type { DenoiseUnetConfig, WaveConfig } from './config.ts';
import type { Denoiser } from './denoiser.ts';
import { WaveUNet } from './waveModel.ts';

type Config = DenoiseUnetConfig & { readonly model: WaveConfig };

/** Frames of 16, 32 and 64 ms at 8 kHz: consonants in the short ones, pitch in the long ones. */
const resolutions = [
  [128, 32, 128],
  [256, 64, 256],
  [512, 128, 512],
] as const;

/** What a decibel of SI-SDR weighs beside the distance of spectrograms, where both are learnt from. */
const perDecibel = 0.1;

const losses = {
  'si-sdr': (made: Tensor, wanted: Tensor) => negativeSiSdr(made, wanted),
  stft: (made: Tensor, wanted: Tensor) => multiResolutionStft(made, wanted, { resolutions }),
  both: (made: Tensor, wanted: Tensor) =>
    multiResolutionStft(made, wanted, { resolutions }).add(
      negativeSiSdr(made, wanted).mul(perDecibel),
    ) as Tensor,
} satisfies Record<WaveConfig['loss'], (made: Tensor, wanted: Tensor) => Tensor>;

/** Noisy sounds in, clean sounds as the target: no picture, and so no phases to be invented afterwards. */
export function waveDenoiser({ model: settings, features, seed }: Config, data: PairData): Denoiser {
  const { samples, levels } = settings;
  const model = new WaveUNet({ ...settings, key: foldIn(randomKey(seed), 'weights') });
  const flat = (sounds: Tensor) => sounds.reshape([sounds.shape[0] ?? 0, -1]) as Tensor;
  return {
    ...{ title: 'Wave-U-Net', model, inputShape: [1, 1, samples] },
    pairs: (places) => waveDataset(data, places, features, samples),
    loss: (model, { x, y }: PairBatch) => losses[settings.loss](flat(model.forward(x) as Tensor), flat(y)),
    start: (key) => initialise(model, kaimingNormal, key),
    denoise({ place, noise }) {
      const { source, id } = data.store.items[place]!;
      const heard = noisySound(cleanSound(source, features), id, features, noise.noise);
      const sound = cleaned(model, heard, 2 ** levels);
      const picture = featureOfSound(sound, features);
      if (data.moments !== undefined) applyMoments(picture, data.moments);
      return { sound, picture };
    },
  };
}

/** A sound of any length: with silence behind it, as far as the levels halve evenly. */
function cleaned(model: WaveUNet, heard: Float32Array, step: number): Float32Array {
  const samples = step * Math.ceil(heard.length / step);
  const level = loudness(heard);
  const made = noGrad(() => {
    const x = fromArray(fitted(heard, samples, 1 / level), [1, 1, samples]);
    return (model.forward(x) as Tensor).data.slice(0, heard.length);
  });
  return (made as Float32Array).map((sample) => sample * level);
}
