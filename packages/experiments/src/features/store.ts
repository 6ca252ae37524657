import type { CorpusItem } from '../corpora/corpus.ts';
import type { AlterableItem } from './alter.ts';
import type { FeatureConfig } from './config.ts';
import type { Feature } from './fit.ts';
import { applyMoments, type Moments, measureMoments } from './moments.ts';
import { joinRows, type Rows } from './rows.ts';

/** An item with the size of its feature. */
export type FeatureItem = AlterableItem & Omit<Feature, 'data'>;

/** An item without a feature, and why. */
export interface Skipped {
  readonly item: AlterableItem;
  readonly reason: string;
}

interface Contents {
  readonly config: FeatureConfig;
  readonly items: readonly FeatureItem[];
  readonly skipped: readonly Skipped[];
  readonly rows: Rows;
}

/**
 * The features of a corpus: a table of items, and for each one a row of numbers, [bin][frame], one after the other.
 * Rows are copied out; nothing that comes from here is a view.
 */
export class FeatureStore {
  /** What rows are normalised by on their way out, where the training set decides that. */
  readonly moments: Moments | undefined;
  private readonly contents: Contents;
  private readonly offsets: Float64Array;
  private readonly places: ReadonlyMap<string, number>;

  constructor(contents: Contents, moments?: Moments) {
    const { items } = contents;
    this.contents = contents;
    this.moments = moments;
    this.offsets = new Float64Array(items.length + 1);
    items.forEach(({ bins, frames }, index) => {
      this.offsets[index + 1] = this.offsets[index]! + bins * frames;
    });
    this.places = new Map(items.map(({ id }, index) => [id, index]));
  }

  get config(): FeatureConfig {
    return this.contents.config;
  }

  get items(): readonly FeatureItem[] {
    return this.contents.items;
  }

  get skipped(): readonly Skipped[] {
    return this.contents.skipped;
  }

  get length(): number {
    return this.items.length;
  }

  /** Bins and frames of every feature, where all have the same. */
  get shape(): { bins: number; frames: number } {
    const { bins, frames } = this.item(0);
    const other = this.items.find((item) => item.bins !== bins || item.frames !== frames);
    if (other === undefined) return { bins, frames };
    const sizes = `[${bins}, ${frames}] and [${other.bins}, ${other.frames}]`;
    throw new RangeError(`FeatureStore: features differ in size, give size.fit=pad or resize, ${sizes}`);
  }

  /** Places of the items that have features; what was skipped is left out. */
  select(items: readonly CorpusItem[]): Int32Array {
    return Int32Array.from(items.map(({ id }) => this.places.get(id) ?? -1).filter((index) => index >= 0));
  }

  feature(index: number): Feature {
    const { bins, frames, start, validFrames } = this.item(index);
    const feature = { data: new Float32Array(bins * frames), bins, frames, start, validFrames };
    this.contents.rows.read(this.offsets[index]!, feature.data);
    if (this.moments !== undefined) applyMoments(feature, this.moments);
    return feature;
  }

  /**
   * Features side by side, [item][bin][frame]. Those of various lengths are cut or continued with zeros to `frames`,
   * the longest of the batch if unsaid.
   */
  gather(indices: ArrayLike<number>, frames = this.longest(indices)): Float32Array<ArrayBuffer> {
    const { bins } = this.item(indices[0] ?? 0);
    const out = new Float32Array(indices.length * bins * frames);
    for (let n = 0; n < indices.length; n++) {
      const feature = this.feature(indices[n]!);
      const kept = Math.min(frames, feature.frames);
      for (let bin = 0; bin < bins; bin++) {
        const row = feature.data.subarray(bin * feature.frames, bin * feature.frames + kept);
        out.set(row, (n * bins + bin) * frames);
      }
    }
    return out;
  }

  /** The digits of some items. */
  digits(indices: ArrayLike<number>): Int32Array<ArrayBuffer> {
    return Int32Array.from(indices, (index) => this.item(index).digit);
  }

  /** The same rows, normalised on their way out. */
  normalisedBy(moments: Moments): FeatureStore {
    return new FeatureStore(this.contents, moments);
  }

  /** These features and then others of the same config, each as raw as it was; places of these stay what they are. */
  followedBy({ contents: other }: FeatureStore): FeatureStore {
    const { config, items, skipped, rows } = this.contents;
    const twin = other.items.find(({ id }) => this.places.has(id));
    if (twin !== undefined) throw new RangeError(`FeatureStore: both have an item of this name, ${twin.id}`);
    return new FeatureStore({
      config,
      items: [...items, ...other.items],
      skipped: [...skipped, ...other.skipped],
      rows: joinRows(rows, this.offsets[items.length]!, other.rows),
    });
  }

  /** Lets go of the file, for this store and all made from it. */
  close(): void {
    this.contents.rows.close();
  }

  private longest(indices: ArrayLike<number>): number {
    let most = 0;
    for (let n = 0; n < indices.length; n++) most = Math.max(most, this.item(indices[n]!).frames);
    return most;
  }

  private item(index: number): FeatureItem {
    const item = this.items[index];
    if (item === undefined) {
      throw new RangeError(`FeatureStore: there is no such feature, ${index} of ${this.items.length}`);
    }
    return item;
  }
}

/**
 * Does what the config asks for of the whole corpus: moments from the features at `training` alone, since a test set
 * must not have a say in them. Stores whose clips were normalised each for itself come back as they are.
 */
export function normaliseOver(store: FeatureStore, training: ArrayLike<number>): FeatureStore {
  const { normalise } = store.config;
  if (normalise.kind === 'none' || normalise.over !== 'corpus') return store;
  return store.normalisedBy(measureMoments(featuresOf(store, training), normalise));
}

function* featuresOf(store: FeatureStore, indices: ArrayLike<number>): Generator<Feature> {
  for (let n = 0; n < indices.length; n++) yield store.feature(indices[n]!);
}
