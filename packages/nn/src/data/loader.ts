import type { RandomKey } from '@sonograd/tensor';
import { collate } from './collate.ts';
import { type BatchOf, type Dataset, isDataset, listDataset, type Stream } from './dataset.ts';
import { type Sampler, sequentialSampler, shuffledSampler } from './sampler.ts';

/** Where a loader stands: batches handed out in the epoch that runs. Plain data for checkpoints. */
export interface LoaderState {
  readonly epoch: number;
  readonly batch: number;
}

/** What a trainer needs of a loader. */
export interface BatchSource<Batch, Item = never> {
  /** Batches in an epoch, where that is known. */
  readonly length: number | undefined;
  /** The batches of an epoch, each still to be put together: a trainer does it inside the scope of its step. */
  prepared(): AsyncGenerator<() => Batch, void, undefined>;
  state(): LoaderState;
  restore(state: LoaderState): void;
  /** Another dataset in batches like these, in its own order. */
  over?(dataset: Dataset<Item>): BatchSource<Batch>;
}

export interface LoaderOptions<Item, Batch> {
  readonly batchSize?: number;
  /** Of the order of items. */
  readonly key?: RandomKey;
  /** On when there is a key. */
  readonly shuffle?: boolean;
  /** Leaves out the items that are too few for a batch. */
  readonly dropLast?: boolean;
  /** Puts items together; `padded('x')` for those of unlike lengths. */
  readonly collate?: (items: readonly Item[]) => Batch;
  /** Chooses items instead: `balancedSampler(labels, { key })`. */
  readonly sampler?: Sampler;
  /** How many batches to ask for ahead of time, from datasets that answer with promises. */
  readonly prefetch?: number;
}

/**
 * The same type, from which nothing is inferred: what a loader gives follows from its dataset and its collate, never
 * from what somebody expects of it.
 */
type Settled<Batch> = [Batch] extends [infer Same] ? Same : never;

/**
 * Batches of a dataset, epoch after epoch: `for await (const { x, y } of loader)` runs through one. The order is
 * that of the key and the epoch alone.
 */
export class DataLoader<Item extends object, Batch = BatchOf<Item>>
  implements BatchSource<Settled<Batch>, Item>
{
  readonly batchSize: number;
  readonly #source: Dataset<Item> | Stream<Item>;
  readonly #sampler: Sampler | undefined;
  readonly #options: LoaderOptions<Item, Batch>;
  #epoch = 0;
  #handedOut = 0;
  /** Where the next pass begins, after `restore`. */
  #start = 0;
  /** Whether the dataset answers with promises, once it was asked. */
  #waits: boolean | undefined;

  constructor(
    source: Dataset<Item> | readonly Item[] | Stream<Item>,
    options: LoaderOptions<Item, Batch> = {},
  ) {
    this.#source = Array.isArray(source) ? listDataset(source as readonly Item[]) : (source as Stream<Item>);
    this.#options = options;
    this.batchSize = options.batchSize ?? 1;
    if (!Number.isInteger(this.batchSize) || this.batchSize < 1) {
      throw new RangeError(
        `DataLoader: batchSize must be a whole number of at least 1, got ${this.batchSize}`,
      );
    }
    this.#sampler = isDataset(this.#source) ? samplerOf(this.#source.length, options) : refuseOrder(options);
    if (this.length === 0) {
      throw new RangeError(
        `DataLoader: there must be a batch, got ${this.#sampler?.length} items for batches of ${this.batchSize}`,
      );
    }
  }

  get length(): number | undefined {
    if (this.#sampler === undefined) return undefined;
    const batches = this.#sampler.length / this.batchSize;
    return this.#options.dropLast === true ? Math.floor(batches) : Math.ceil(batches);
  }

  state(): LoaderState {
    return { epoch: this.#epoch, batch: this.#handedOut };
  }

  /** The next pass goes on behind the batches that this state had handed out. */
  restore({ epoch, batch }: LoaderState): void {
    this.#epoch = epoch;
    this.#handedOut = batch;
    this.#start = batch;
  }

  over(dataset: Dataset<Item>): DataLoader<Item, Batch> {
    const { collate, prefetch } = this.#options;
    const kept = { ...(collate && { collate }), ...(prefetch !== undefined && { prefetch }) };
    return new DataLoader<Item, Batch>(dataset, { batchSize: this.batchSize, ...kept });
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Settled<Batch>, void, undefined> {
    for await (const assemble of this.prepared()) yield assemble();
  }

  async *prepared(): AsyncGenerator<() => Settled<Batch>, void, undefined> {
    const start = this.#start;
    this.#start = 0;
    this.#handedOut = start;
    const source = this.#source;
    const batches = isDataset(source) ? this.#ofDataset(source, start) : this.#ofStream(source, start);
    for await (const assemble of batches) {
      this.#handedOut += 1;
      yield assemble as () => Settled<Batch>;
    }
    this.#epoch += 1;
    this.#handedOut = 0;
  }

  async *#ofDataset(dataset: Dataset<Item>, start: number): AsyncGenerator<() => Batch> {
    const order = this.#sampler!.order(this.#epoch);
    const count = this.length!;
    const ahead = this.#options.prefetch ?? 1;
    const asked: Promise<() => Batch>[] = [];
    for (let batch = start; batch < count; batch++) {
      while (asked.length <= ahead && batch + asked.length < count) {
        const from = (batch + asked.length) * this.batchSize;
        const answer = this.#ask(dataset, order.subarray(from, from + this.batchSize));
        // Whoever waits for the batch hears of a failure; before that it must not count as unhandled.
        answer.catch(() => undefined);
        asked.push(answer);
      }
      yield await asked.shift()!;
    }
  }

  /** Items that wait for a file are asked for at once; those in memory only when the batch is put together. */
  async #ask(dataset: Dataset<Item>, indices: Int32Array): Promise<() => Batch> {
    if (this.#options.collate === undefined && dataset.batch !== undefined) {
      return () => dataset.batch!(indices) as Batch;
    }
    if (this.#waits === false) {
      return () => this.#collate(Array.from(indices, (index) => dataset.get(index) as Item));
    }
    const items = Array.from(indices, (index) => dataset.get(index));
    this.#waits = items.some((item) => item instanceof Promise);
    const found = await Promise.all(items);
    return () => this.#collate(found);
  }

  /** A stream has no numbers: to go on in the middle, it is read up to there. */
  async *#ofStream(stream: Stream<Item>, start: number): AsyncGenerator<() => Batch> {
    let items: Item[] = [];
    let batch = 0;
    for await (const item of stream) {
      items.push(item);
      if (items.length < this.batchSize) continue;
      const full = items;
      items = [];
      batch += 1;
      if (batch > start) yield () => this.#collate(full);
    }
    if (items.length > 0 && this.#options.dropLast !== true && batch >= start) {
      yield () => this.#collate(items);
    }
  }

  #collate(items: readonly Item[]): Batch {
    return this.#options.collate?.(items) ?? (collate(items) as Batch);
  }
}

interface OrderOptions {
  readonly key?: RandomKey;
  readonly shuffle?: boolean;
  readonly sampler?: Sampler;
}

function samplerOf(length: number, { key, shuffle, sampler }: OrderOptions): Sampler {
  if (sampler !== undefined) {
    if (shuffle === true) throw new Error('DataLoader: the sampler gives the order; leave shuffle out');
    return sampler;
  }
  if (shuffle === true && key === undefined) throw new Error('DataLoader: shuffle needs a key');
  return key !== undefined && shuffle !== false ? shuffledSampler(length, key) : sequentialSampler(length);
}

function refuseOrder({ shuffle, sampler }: OrderOptions): undefined {
  if (shuffle === true || sampler !== undefined) {
    throw new Error('DataLoader: a stream comes in its own order; shuffle and sampler need a dataset');
  }
}
