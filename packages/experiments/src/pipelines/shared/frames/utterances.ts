import { collate, type Dataset } from '@sonograd/nn';
import type { Tensor } from '@sonograd/tensor';
import type { Labelled, View } from '../labelled.ts';

/** A clip's frames, [frame][band], without padding; it lasts as long as it has frames. */
export type Utterance = Float32Array;

/** Utterances side by side: they differ in length, so they are no tensor. */
export interface UtteranceBatch {
  readonly utterances: readonly Utterance[];
  readonly y: Tensor<readonly [number], 'int32'>;
}

/** Frame by frame, so that one frame is one stretch. A clip of a single frame gets it twice: pairs need two. */
export const framesOf: View = ({ data, bins, frames, start, validFrames }) => {
  const out = new Float32Array(bins * Math.max(2, validFrames));
  for (let at = 0; at < out.length; at++) {
    const frame = Math.min(Math.floor(at / bins), Math.max(0, validFrames - 1));
    out[at] = data[(at % bins) * frames + start + frame] ?? 0;
  }
  return out;
};

/** Puts clips together whose `x` are frames. */
export function collateUtterances(items: readonly Labelled[]): UtteranceBatch {
  return { utterances: items.map(({ x }) => x), ...collate(items.map(({ y }) => ({ y }))) };
}

/** All of them in batches of a size that fits into memory. */
export function* utterancesOf(clips: Dataset<Labelled>, batchSize = 256): Generator<Utterance[]> {
  for (let from = 0; from < clips.length; from += batchSize) {
    const length = Math.min(batchSize, clips.length - from);
    yield Array.from({ length }, (_, index) => (clips.get(from + index) as Labelled).x);
  }
}
