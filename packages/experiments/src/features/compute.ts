import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { InputError } from '../inputError.ts';
import type { AlterableItem } from './alter.ts';
import { cacheKey, type Entry, findEntry, sweepLeftovers, writeEntry } from './cache.ts';
import type { FeatureConfig } from './config.ts';
import { extractInOrder } from './crew.ts';
import { openRows } from './rows.ts';
import { type FeatureItem, FeatureStore, type Skipped } from './store.ts';

export interface FeatureProgress {
  /** `reading` looks at every file, to know whether it is known; `extracting` makes what is not. */
  readonly phase: 'reading' | 'extracting';
  readonly done: number;
  readonly total: number;
}

export interface FeatureOptions {
  /** Default: `.cache/features`. */
  readonly cacheFolder?: string;
  /** Default: as many as there are cores. The features are the same for any number. */
  readonly threads?: number;
  /** What a file that cannot be read or used does: its item is listed and left out, or the run ends. Default: stop. */
  readonly onDamaged?: 'skip' | 'stop';
  readonly onProgress?: (progress: FeatureProgress) => void;
  readonly signal?: AbortSignal;
  /** Features that take more are read from disk, row by row, when they are asked for. Default: 512 MB. */
  readonly inMemoryBytes?: number;
}

export const defaultCacheFolder = join('.cache', 'features');

/** The features of all items, from the cache where they are known, else made by all cores and kept. */
export async function computeFeatures(
  items: readonly AlterableItem[],
  config: FeatureConfig,
  options: FeatureOptions = {},
): Promise<FeatureStore> {
  const { onDamaged = 'stop', inMemoryBytes = 2 ** 29 } = options;
  if (items.length === 0) throw new InputError('features: there is no item to make features of, 0 items');
  const entry = await findOrMake(items, config, options);
  const kept: FeatureItem[] = [];
  const skipped: Skipped[] = [];
  entry.outcomes.forEach((outcome, index) => {
    const item = items[index]!;
    if ('failure' in outcome) skipped.push({ item, reason: outcome.failure });
    else kept.push({ ...item, ...outcome });
  });
  if (onDamaged === 'stop' || kept.length === 0) requireWhole(skipped, items.length);
  return new FeatureStore({
    config,
    items: kept,
    skipped,
    rows: openRows(entry.rowsPath, entry.length, inMemoryBytes),
  });
}

async function findOrMake(
  items: readonly AlterableItem[],
  config: FeatureConfig,
  { cacheFolder = defaultCacheFolder, threads = availableParallelism(), onProgress, signal }: FeatureOptions,
): Promise<Entry> {
  const report = (phase: FeatureProgress['phase']) => (done: number) => {
    signal?.throwIfAborted();
    onProgress?.({ phase, done, total: items.length });
  };
  const key = await cacheKey(items, config, report('reading'));
  const known = await findEntry(cacheFolder, key, items.length);
  if (known !== undefined) return known;
  await sweepLeftovers(cacheFolder);
  const jobs = items.map(({ id, source, alteration }) => ({ id, source, alteration }));
  return writeEntry(cacheFolder, key, extractInOrder(jobs, config, threads), report('extracting'));
}

function requireWhole(skipped: readonly Skipped[], count: number): void {
  const [first] = skipped;
  if (first === undefined) return;
  const others = skipped.length === 1 ? '' : `, and ${skipped.length - 1} more of ${count}`;
  throw new InputError(`features: damaged item ${first.item.id} (${first.reason})${others}`);
}
