import type { AnyTensor, DType, Shape, Tensor } from '@sonograd/tensor';

/** What a field of an item may be: a tensor, a row of numbers, or a whole number, which is a label. */
export type Field = AnyTensor | Float32Array | Int32Array | Uint8Array | number;

/** A field of many items, one behind the other along a new first axis. */
export type Stacked<F> =
  F extends Tensor<infer S extends Shape, infer D extends DType>
    ? Tensor<number extends S['length'] ? Shape : readonly [number, ...S], D>
    : F extends Float32Array
      ? Tensor<readonly [number, number]>
      : F extends Int32Array
        ? Tensor<readonly [number, number], 'int32'>
        : F extends Uint8Array
          ? Tensor<readonly [number, number], 'bool'>
          : Tensor<readonly [number], 'int32'>;

/** What becomes of items when they are put together. */
export type BatchOf<Item> = { readonly [Name in keyof Item]: Stacked<Item[Name]> };

/** Items by number. */
export interface Dataset<Item> {
  readonly length: number;
  get(index: number): Item | Promise<Item>;
  /** A whole batch, where that is faster than putting items together. */
  batch?(indices: Int32Array): BatchOf<Item>;
}

/** Items one after another; each pass over them starts anew. */
export type Stream<Item> = Iterable<Item> | AsyncIterable<Item>;

export function isDataset<Item>(source: Dataset<Item> | Stream<Item>): source is Dataset<Item> {
  return 'get' in source && 'length' in source;
}

/** A list of items, held in memory. */
export function listDataset<Item>(items: readonly Item[]): Dataset<Item> {
  return {
    length: items.length,
    get(index) {
      requireIndex(index, items.length);
      return items[index] as Item;
    },
  };
}

/** What `change` makes of each item, anew whenever it is asked for. */
export function mapDataset<From, To>(
  dataset: Dataset<From>,
  change: (item: From, index: number) => To | Promise<To>,
): Dataset<To> {
  return {
    length: dataset.length,
    get(index) {
      const item = dataset.get(index);
      return item instanceof Promise ? item.then((found) => change(found, index)) : change(item, index);
    },
  };
}

/** The items that `indices` name, in their order. */
export function subset<Item>(dataset: Dataset<Item>, indices: ArrayLike<number>): Dataset<Item> {
  const chosen = Int32Array.from(indices);
  for (const index of chosen) requireIndex(index, dataset.length);
  const { batch } = dataset;
  const get = (index: number) => {
    requireIndex(index, chosen.length);
    return dataset.get(chosen[index]!);
  };
  if (batch === undefined) return { length: chosen.length, get };
  return {
    length: chosen.length,
    get,
    batch: (wanted) =>
      batch.call(
        dataset,
        wanted.map((index) => chosen[index]!),
      ),
  };
}

export function requireIndex(index: number, length: number): void {
  if (!Number.isInteger(index) || index < 0 || index >= length) {
    throw new RangeError(`Dataset: index must be from 0 to ${length - 1}, got ${index}`);
  }
}
