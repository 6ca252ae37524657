import { fromArray, noGrad, type Tensor } from '@sonograd/tensor';
import type { Feature } from '../../features/fit.ts';
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

/** The mean spectrum of each clip. */
export function meanSpectra(store: FeatureStore, places: ArrayLike<number>): Float32Array[] {
  return Array.from(places, (place) => averageFrame(store.feature(place)));
}

/** The share of a clip's frames in which, as a rule, nobody speaks. */
const quietShare = 0.1;

/** The mean spectrum of the quietest frames of each clip. */
export function quietSpectra(store: FeatureStore, places: ArrayLike<number>): Float32Array[] {
  return Array.from(places, (place) => quietFrame(store.feature(place)));
}

function quietFrame({ data, bins, frames, start, validFrames }: Feature): Float32Array {
  const loudness = new Float64Array(validFrames);
  for (let bin = 0; bin < bins; bin++) {
    for (let frame = 0; frame < validFrames; frame++) loudness[frame]! += data[bin * frames + start + frame]!;
  }
  const rising = Array.from(loudness.keys()).sort((a, b) => loudness[a]! - loudness[b]!);
  const quiet = rising.slice(0, Math.max(1, Math.round(quietShare * validFrames)));
  return Float32Array.from({ length: bins }, (_, bin) => {
    const sum = quiet.reduce((total, frame) => total + (data[bin * frames + start + frame] ?? 0), 0);
    return sum / Math.max(1, quiet.length);
  });
}

/** Each clip where the network puts it. */
export function embedClips(model: SpeakerEncoder, store: FeatureStore, places: Int32Array): Float32Array[] {
  const { bins, frames } = store.shape;
  return inBatches(places, (some) => {
    const x = fromArray(store.gather(some), [some.length, bins, frames]) as Tensor;
    return model.forward(x, framesOf(store, some));
  });
}

/** Each clip where a baseline puts what it sees of it. */
export function projectRows(baseline: Discriminant, rows: readonly Float32Array[]): Float32Array[] {
  return rows.flatMap((row) =>
    noGrad(() => rowsOf(baseline.forward(fromArray(row, [1, baseline.size]) as Tensor) as Tensor)),
  );
}

/** Where each judge puts each clip: the network, LDA on mean spectra, LDA on silence. */
export function placeClips(model: SpeakerEncoder, store: FeatureStore, places: Int32Array): Float32Array[][] {
  return [
    embedClips(model, store, places),
    projectRows(model.baseline, meanSpectra(store, places)),
    projectRows(model.silence, quietSpectra(store, places)),
  ];
}

function inBatches(places: Int32Array, look: (some: Int32Array) => Tensor): Float32Array[] {
  const batches = Array.from({ length: Math.ceil(places.length / batchSize) }, (_, batch) =>
    places.subarray(batch * batchSize, (batch + 1) * batchSize),
  );
  return batches.flatMap((some) => noGrad(() => rowsOf(look(some))));
}
