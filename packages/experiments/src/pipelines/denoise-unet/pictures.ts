import { mse } from '@sonograd/nn';
import { foldIn, fromArray, noGrad, randomKey, type Tensor } from '@sonograd/tensor';
import type { FeatureStore } from '../../features/store.ts';
import { noisyFeature, type PairData, pairDataset } from '../shared/pairData.ts';
import type { DenoiseUnetConfig, UNetConfig } from './config.ts';
import type { Denoiser } from './denoiser.ts';
import { startWeights } from './initialise.ts';
import { UNet } from './model.ts';

type Config = DenoiseUnetConfig & { readonly model: UNetConfig };

/** Noisy pictures in, clean pictures as the target: squared differences of pixels are all the network is told. */
export function pictureDenoiser({ model: settings, seed }: Config, data: PairData): Denoiser {
  const model = new UNet({ ...settings, key: foldIn(randomKey(seed), 'weights') });
  const { bins, frames } = data.store.shape;
  return {
    ...{ title: 'U-Net', model, inputShape: [1, 1, bins, frames] },
    pairs: (places) => pairDataset(data, places),
    loss: (model, { x, y }) => mse(model.forward(x) as Tensor, y),
    start: (key) => startWeights(model, settings.initialise, meanPixel(data.store, data.train), key),
    denoise({ place, noise }) {
      const heard = noisyFeature(noise, data.store, place);
      const drawn = noGrad(() => {
        const x = fromArray(heard.data, [1, 1, bins, frames]);
        return (model.forward(x) as Tensor).data.slice();
      });
      return { picture: { ...heard, data: drawn } };
    },
  };
}

function meanPixel(store: FeatureStore, places: Int32Array): number {
  let sum = 0;
  for (const place of places) {
    const { data } = store.feature(place);
    sum += data.reduce((total, value) => total + value, 0) / data.length;
  }
  return sum / places.length;
}
