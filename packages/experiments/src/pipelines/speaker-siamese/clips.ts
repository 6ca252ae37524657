import { fromArray, noGrad, type Tensor } from '@sonograd/tensor';
import type { FeatureStore } from '../../features/store.ts';
import { averageFrame } from '../embed-average/model.ts';
import { rowsOf } from '../shared/latent.ts';
import type { Discriminant } from './discriminant.ts';
import { framesOf } from './draws.ts';
import type { SpeakerEncoder } from './model.ts';

const batchSize = 64;

export function speakersOf(store: FeatureStore, places: ArrayLike<number>): string[] {
  return Array.from(places, (place) => store.items[place]!.speaker);
}

/** What the baseline sees of each clip: its mean spectrum. */
export function meanSpectra(store: FeatureStore, places: ArrayLike<number>): Float32Array[] {
  return Array.from(places, (place) => averageFrame(store.feature(place)));
}

/** Each clip where the network puts it. */
export function embedClips(model: SpeakerEncoder, store: FeatureStore, places: Int32Array): Float32Array[] {
  const { bins, frames } = store.shape;
  return inBatches(places, (some) => {
    const x = fromArray(store.gather(some), [some.length, bins, frames]) as Tensor;
    return model.forward(x, framesOf(store, some));
  });
}

/** Each clip where the baseline puts it. */
export function projectClips(
  baseline: Discriminant,
  store: FeatureStore,
  places: Int32Array,
): Float32Array[] {
  return inBatches(places, (some) => {
    const rows = meanSpectra(store, some);
    const x = Float32Array.from(rows.flatMap((row) => Array.from(row)));
    return baseline.forward(fromArray(x, [some.length, baseline.size]) as Tensor) as Tensor;
  });
}

function inBatches(places: Int32Array, look: (some: Int32Array) => Tensor): Float32Array[] {
  const batches = Array.from({ length: Math.ceil(places.length / batchSize) }, (_, batch) =>
    places.subarray(batch * batchSize, (batch + 1) * batchSize),
  );
  return batches.flatMap((some) => noGrad(() => rowsOf(look(some))));
}
