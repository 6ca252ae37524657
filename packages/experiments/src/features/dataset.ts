import type { Dataset } from '@sonograd/nn';
import { fromArray, type Tensor } from '@sonograd/tensor';
import type { FeatureStore } from './store.ts';

/** What a model is shown of one clip. */
export interface FeatureExample {
  /** [bins, frames] */
  readonly x: Tensor<readonly [number, number]>;
  /** The digit. */
  readonly y: number;
  /** How many of the frames come from the clip; the rest is padding. */
  readonly frames: number;
}

/**
 * The features at `indices` for a `DataLoader`: batches are { x: [items, bins, frames], y, frames }. Where clips differ
 * in length, a batch is as long as its longest, the others followed by zeros.
 */
export function featureDataset(store: FeatureStore, indices: Int32Array): Dataset<FeatureExample> {
  const place = (index: number): number => {
    const at = indices[index];
    if (at !== undefined) return at;
    throw new RangeError(`featureDataset: there is no such item, ${index} of ${indices.length}`);
  };
  return {
    length: indices.length,
    get(index) {
      const at = place(index);
      const { data, bins, frames, validFrames } = store.feature(at);
      return { x: fromArray(data, [bins, frames]), y: store.items[at]!.digit, frames: validFrames };
    },
    batch(wanted) {
      const places = wanted.map(place);
      const values = store.gather(places);
      const bins = store.items[places[0]!]!.bins;
      const count = places.length;
      const shape = [count, bins, values.length / (count * bins)] as const;
      const frames = places.map((at) => store.items[at]!.validFrames);
      return {
        x: fromArray(values, shape),
        y: fromArray(store.digits(places), [count]),
        frames: fromArray(frames, [count]),
      };
    },
  };
}
