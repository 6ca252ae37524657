import { type BatchOf, contrastive, type Dataset, type Sampler, triplet } from '@sonograd/nn';
import {
  concat,
  fillBernoulli,
  foldIn,
  fromArray,
  type RandomKey,
  randomIntegers,
  type Tensor,
} from '@sonograd/tensor';
import type { Feature } from '../../features/fit.ts';
import type { FeatureStore } from '../../features/store.ts';
import { groupBy } from '../shared/groupBy.ts';
import type { SpeakerSiameseConfig } from './config.ts';
import type { SpeakerEncoder } from './model.ts';

/** More draws than any run makes; they are numbered through all epochs. */
const mostDraws = 2 ** 31 - 1;

/** Three clips, one behind the other: two of one speaker, one of another, each with the frames that hold sound. */
export interface Draw {
  readonly clips: Float32Array;
  readonly frames: Int32Array;
}

/** Places of clips in a store. */
export interface Triple {
  readonly anchor: number;
  readonly positive: number;
  readonly negative: number;
}

/**
 * Draws of clips without end. Draw n is that of the key and n alone, so a run that goes on in the middle of an epoch
 * sees what it would have seen. Speakers come equally often, however many clips they have.
 */
export class Draws {
  private readonly speakers: readonly (readonly number[])[];
  /** Those who can be drawn twice. */
  private readonly anchors: readonly number[];

  constructor(
    private readonly store: FeatureStore,
    places: ArrayLike<number>,
    private readonly key: RandomKey,
    /** What becomes of a clip when it is drawn, three in each draw, all numbered. */
    private readonly change: (feature: Feature, number: number) => Feature = (feature) => feature,
  ) {
    const bySpeaker = groupBy(Array.from(places), (place) => store.items[place]!.speaker);
    this.speakers = [...bySpeaker.values()];
    this.anchors = this.speakers.flatMap((clips, speaker) => (clips.length > 1 ? [speaker] : []));
  }

  /** Whether there are two clips of one speaker and one of another. */
  get possible(): boolean {
    return this.anchors.length > 0 && this.speakers.length > 1;
  }

  triple(draw: number): Triple {
    const key = foldIn(this.key, draw);
    const pick = (at: number, count: number) => randomIntegers(new Int32Array(1), key, 0, count, at)[0]!;
    const pickOther = (at: number, count: number, not: number) => {
      const picked = pick(at, count - 1);
      return picked < not ? picked : picked + 1;
    };
    const speaker = this.anchors[pick(0, this.anchors.length)]!;
    const own = this.speakers[speaker]!;
    const first = pick(1, own.length);
    const others = this.speakers[pickOther(2, this.speakers.length, speaker)]!;
    return {
      anchor: own[first]!,
      positive: own[pickOther(3, own.length, first)]!,
      negative: others[pick(4, others.length)]!,
    };
  }

  /** All of them, for a sampler to choose from; or the first few. */
  dataset(length = mostDraws): Dataset<Draw> {
    return { length: this.possible ? length : 0, get: (draw) => this.read(draw) };
  }

  private read(draw: number): Draw {
    const { anchor, positive, negative } = this.triple(draw);
    const places = [anchor, positive, negative];
    const pictures = places.map(
      (place, which) => this.change(this.store.feature(place), 3 * draw + which).data,
    );
    const clips = new Float32Array(pictures.reduce((size, { length }) => size + length, 0));
    pictures.forEach((picture, which) => {
      clips.set(picture, which * picture.length);
    });
    return { clips, frames: Int32Array.from(framesOf(this.store, places)) };
  }
}

/** A share of the draws from others, in place of one's own: which, follows from the key and the number alone. */
export function mixedDraws(
  own: Dataset<Draw>,
  others: Dataset<Draw>,
  share: number,
  key: RandomKey,
): Dataset<Draw> {
  const isFromOthers = (draw: number) => fillBernoulli(new Uint8Array(1), foldIn(key, draw), share)[0] === 1;
  return { length: own.length, get: (draw) => (isFromOthers(draw) ? others : own).get(draw) };
}

/** Up to where each clip is to be heard. */
export function framesOf(store: FeatureStore, places: ArrayLike<number>): number[] {
  return Array.from(places, (place) => {
    const { start, validFrames } = store.items[place]!;
    return Math.max(1, start + validFrames);
  });
}

/** Every epoch has the next `length` draws. */
export function drawsInOrder(length: number): Sampler {
  return { length, order: (epoch) => Int32Array.from({ length }, (_, index) => epoch * length + index) };
}

export type DrawBatch = BatchOf<Draw>;

/** Embeddings of the three clips of each draw, [draws, embedding] each. All go through the network at once. */
export function embedDraws(model: SpeakerEncoder, { clips, frames }: DrawBatch, bins: number): Tensor[] {
  const draws = clips.shape[0];
  const all = clips.reshape([3 * draws, bins, clips.size / (3 * draws * bins)]) as Tensor;
  const embeddings = model.forward(all, Array.from(frames.data));
  const rows = embeddings.reshape([draws, 3, embeddings.shape[1] ?? 1]) as Tensor;
  return [0, 1, 2].map((which) => rows.slice(1, which, which + 1).squeeze(1) as Tensor);
}

/** What a batch of draws costs. */
export function lossOf(loss: SpeakerSiameseConfig['loss'], embeddings: readonly Tensor[]): Tensor {
  const [anchor, positive, negative] = embeddings as [Tensor, Tensor, Tensor];
  const { margin } = loss;
  if (loss.kind === 'triplet') return triplet(anchor, positive, negative, { margin });
  const draws = anchor.shape[0] ?? 0;
  const same = Int32Array.from({ length: 2 * draws }, (_, row) => (row < draws ? 1 : 0));
  const [first, second] = [concat([anchor, anchor]), concat([positive, negative])] as [Tensor, Tensor];
  return contrastive(first, second, fromArray(same, [2 * draws]), { margin });
}
