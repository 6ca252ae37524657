import { type BatchOf, collate, DataLoader, type Dataset, listDataset } from '@sonograd/nn';
import { noGrad } from '@sonograd/tensor';
import type { Feature } from '../../features/fit.ts';
import type { FeatureStore } from '../../features/store.ts';

/** What a classifier learns from: a row of numbers, and the digit it stands for. */
export interface Labelled {
  readonly x: Float32Array;
  readonly y: number;
}

/** What becomes of a feature before a model sees it. */
export type View = (feature: Feature) => Float32Array;

/** Some clips of a store, each read when it is asked for. */
export function labelled(store: FeatureStore, places: ArrayLike<number>, view: View): Dataset<Labelled> {
  return {
    length: places.length,
    get(index) {
      const place = places[index]!;
      return { x: view(store.feature(place)), y: store.items[place]!.digit };
    },
  };
}

/** The same, read once and kept: for rows that are small. */
export function labelledInMemory(
  store: FeatureStore,
  places: ArrayLike<number>,
  view: View,
): Dataset<Labelled> {
  const rows = labelled(store, places, view);
  return listDataset(Array.from({ length: rows.length }, (_, index) => rows.get(index) as Labelled));
}

/** The first rows as one batch: enough to look at a model with. */
export function firstRows(rows: Dataset<Labelled>, count = 64): BatchOf<Labelled> {
  const length = Math.min(count, rows.length);
  return collate(Array.from({ length }, (_, index) => rows.get(index) as Labelled));
}

/** What a model makes of every row, 256 at a time. */
export async function forAllRows<Result>(
  rows: Dataset<Labelled>,
  look: (x: BatchOf<Labelled>['x']) => ArrayLike<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  for await (const assemble of new DataLoader(rows, { batchSize: 256 }).prepared()) {
    results.push(...noGrad(() => Array.from(look(assemble().x))));
  }
  return results;
}
