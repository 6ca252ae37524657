import { type BatchOf, collate, DataLoader, type Dataset } from '@sonograd/nn';
import { noGrad } from '@sonograd/tensor';
import type { Feature } from '../../features/fit.ts';
import type { FeatureStore } from '../../features/store.ts';
import { type AugmentConfig, seedOf } from './augment.ts';
import { type EpochItems, maskFeature } from './augmentEpochs.ts';
import { companionCount } from './companions.ts';
import { drawVariation, type VaryConfig, Varying } from './recogniseVary.ts';

/** What a recogniser learns from. */
export interface Clip {
  /** [bins][frames] */
  readonly x: Float32Array;
  /** The digit. */
  readonly y: number;
  /** How far the clip goes; behind it is padding. */
  readonly frames: number;
}

export type ClipBatch = BatchOf<Clip>;

export const clipOf = ({ data, start, validFrames }: Feature, digit: number): Clip => ({
  ...{ x: data, y: digit },
  frames: Math.max(1, start + validFrames),
});

/** Clips as they are, or as `change` has them. */
export function clipsAt(
  store: FeatureStore,
  places: ArrayLike<number>,
  change = (feature: Feature): Feature => feature,
): Dataset<Clip> {
  return {
    length: places.length,
    get: (index) => clipOf(change(store.feature(places[index]!)), store.items[places[index]!]!.digit),
  };
}

export interface Lesson {
  readonly store: FeatureStore;
  /** The training clips in it. */
  readonly train: ArrayLike<number>;
  readonly companions: FeatureStore | undefined;
  /** Of companions among all clips of an epoch. */
  readonly share: number;
  readonly vary: VaryConfig;
  readonly specAugment: AugmentConfig['specAugment'];
  readonly seed: number;
}

/** All training clips and some of the companions in each epoch, varied: how follows from seed, epoch and name alone. */
export function lessonOf(lesson: Lesson): EpochItems<Clip> {
  const { store, train, companions, share, vary, specAugment, seed } = lesson;
  const varying = new Varying(store.config);
  const guests = companions === undefined ? 0 : companionCount(train.length, share);
  return {
    length: train.length + guests,
    get(index, epoch) {
      const from = index < train.length || companions === undefined ? store : companions;
      const place =
        from === store ? train[index]! : guestAt(index - train.length, epoch, guests, from.length);
      const { id, digit } = from.items[place]!;
      const own = seedOf(seed, epoch, from === store ? id : `companion ${id}`);
      const varied = varying.vary(from.feature(place), drawVariation(vary, own));
      return clipOf(specAugment === null ? varied : maskFeature(varied, specAugment, own), digit);
    },
  };
}

/** Companions lie in order of digits: a stride that has no common factor with their number visits them mixed. */
function guestAt(index: number, epoch: number, guests: number, total: number): number {
  return ((epoch * guests + index) * strideOf(total)) % total;
}

/** Near the golden section of the ring, so that neighbours in time are strangers. */
export function strideOf(total: number): number {
  let stride = Math.max(1, Math.round(total * 0.618));
  while (commonFactor(stride, total) > 1) stride++;
  return stride;
}

const commonFactor = (a: number, b: number): number => (b === 0 ? a : commonFactor(b, a % b));

/** The first clips as one batch: enough to look at a model with. */
export function firstClips(clips: Dataset<Clip>, count = 64): ClipBatch {
  const length = Math.min(count, clips.length);
  return collate(Array.from({ length }, (_, index) => clips.get(index) as Clip));
}

/** What a model makes of every clip, 256 at a time. */
export async function forAllClips<Result>(
  clips: Dataset<Clip>,
  look: (batch: ClipBatch) => ArrayLike<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  for await (const assemble of new DataLoader(clips, { batchSize: 256 }).prepared()) {
    results.push(...noGrad(() => Array.from(look(assemble()))));
  }
  return results;
}
