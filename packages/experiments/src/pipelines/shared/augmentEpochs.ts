import { specAugment } from '@sonograd/dsp';
import { type BatchOf, DataLoader, type Dataset, shuffledSampler } from '@sonograd/nn';
import type { RandomKey } from '@sonograd/tensor';
import type { Feature } from '../../features/fit.ts';
import { type AugmentConfig, seedOf } from './augment.ts';
import { type Labelled, labelled, type View } from './labelled.ts';
import type { SpeechData } from './speechData.ts';

/** Items that look different in each epoch, and the same whenever the same epoch asks. */
export interface EpochItems<Item> {
  readonly length: number;
  get(index: number, epoch: number): Item;
}

export interface LoadingOptions<Item, Batch> {
  readonly batchSize: number;
  /** Of the order of items. */
  readonly key: RandomKey;
  readonly collate?: (items: readonly Item[]) => Batch;
}

interface Training {
  readonly data: SpeechData;
  readonly config: { readonly augment: AugmentConfig; readonly seed: number };
}

/**
 * Training clips in batches. `clips` are what a model sees of them as a rule; where `augment.specAugment` is set, each
 * epoch hides other parts of them before `view` has its look.
 */
export function trainingLoader<Batch = BatchOf<Labelled>>(
  { data, config }: Training,
  clips: Dataset<Labelled>,
  view: View,
  options: LoadingOptions<Labelled, Batch>,
): DataLoader<Labelled, Batch> {
  const { augment, seed } = config;
  if (augment.specAugment === null) return new DataLoader<Labelled, Batch>(clips, options);
  return epochLoader(maskedClips(data, augment.specAugment, seed, view), options);
}

/** The training clips, masked: which parts are hidden follows from the seed, the epoch and the clip's name alone. */
export function maskedClips(
  { store, train }: Pick<SpeechData, 'store' | 'train'>,
  config: NonNullable<AugmentConfig['specAugment']>,
  seed: number,
  view: View,
): EpochItems<Labelled> {
  return {
    length: train.length,
    get(index, epoch) {
      const { id } = store.items[train[index]!]!;
      const masked: View = (feature) => view(maskFeature(feature, config, seedOf(seed, epoch, id)));
      return labelled(store, train, masked).get(index) as Labelled;
    },
  };
}

/** A copy with bands and stretches of time hidden behind the mean of the clip. Padding is not touched. */
export function maskFeature(
  feature: Feature,
  config: NonNullable<AugmentConfig['specAugment']>,
  seed: number,
): Feature {
  const { data, bins, frames, start, validFrames } = feature;
  if (validFrames === 0) return feature;
  const word = new Float32Array(bins * validFrames);
  for (let bin = 0; bin < bins; bin++) {
    const from = bin * frames + start;
    word.set(data.subarray(from, from + validFrames), bin * validFrames);
  }
  const { frequencyMasks, frequencyShare, timeMasks, timeShare } = config;
  const masked = specAugment(
    { data: word, bins, frames: validFrames },
    {
      ...{ seed, frequencyMasks, timeMasks },
      frequencyWidth: Math.floor(frequencyShare * bins),
      timeWidth: Math.floor(timeShare * validFrames),
    },
  );
  const out = data.slice();
  for (let bin = 0; bin < bins; bin++) {
    const row = masked.data.subarray(bin * validFrames, (bin + 1) * validFrames);
    out.set(row, bin * frames + start);
  }
  return { ...feature, data: out };
}

/**
 * A loader that tells its items which epoch it is. The number it asks for holds both, index + epoch × length, so there
 * is nothing to remember: a run that goes on in the middle of an epoch sees what it would have seen.
 */
export function epochLoader<Item extends object, Batch = BatchOf<Item>>(
  items: EpochItems<Item>,
  { key, ...options }: LoadingOptions<Item, Batch>,
): DataLoader<Item, Batch> {
  const { length } = items;
  const shuffled = shuffledSampler(length, key);
  // Whole numbers of 32 bits: after so many epochs the first come again.
  const epochs = Math.floor(2 ** 31 / Math.max(1, length));
  const numbered: Dataset<Item> = {
    length,
    get: (number) => items.get(number % length, Math.floor(number / length)),
  };
  const order = (epoch: number) => shuffled.order(epoch).map((index) => index + length * (epoch % epochs));
  return new DataLoader<Item, Batch>(numbered, { ...options, sampler: { length, order } });
}
