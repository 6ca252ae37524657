import { createHash } from 'node:crypto';
import { type FileHandle, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { z } from 'zod';
import { digestOf, type Source } from '../corpora/source.ts';
import { explainSystemError, systemCode } from '../inputError.ts';
import { makeFolder } from '../makeFolder.ts';
import type { AlterableItem, Alteration } from './alter.ts';
import type { Chunk, Outcome } from './chunk.ts';
import type { FeatureConfig } from './config.ts';
import { extract } from './extract.ts';

/** Raise it when the layout of the files below changes. */
const format = 1;

const rowsName = 'rows.f32';
const tableName = 'table.json';

const whole = z.int().min(0);
const outcome = z.union([
  z.strictObject({ bins: whole, frames: whole, start: whole, validFrames: whole }),
  z.strictObject({ failure: z.string() }),
]);

/** What was kept: the size of each item's feature or its failure, and the file with all values. */
export interface Entry {
  readonly outcomes: readonly Outcome[];
  readonly rowsPath: string;
  /** How many numbers the file holds. */
  readonly length: number;
}

/**
 * The name of what will be kept: a hash of the config, of every item's name, content and alteration, and of what this
 * very program makes of a sound it knows, so that features of an older program are not taken for its own.
 */
export async function cacheKey(
  items: readonly AlterableItem[],
  config: FeatureConfig,
  onDigest: (done: number) => void,
): Promise<string> {
  const hash = createHash('sha256').update(JSON.stringify([format, config, fingerprint(config)]));
  for (const alteration of alterationsToTry(items)) hash.update(fingerprint(config, alteration));
  // Copies of one clip have one source: it is read once.
  const digests = new Map<Source, string>();
  for (const [index, { id, source, alteration }] of items.entries()) {
    const digest = digests.get(source) ?? digestOf(source);
    digests.set(source, digest);
    hash.update(`${id} ${digest}${alteration === undefined ? '' : ` ${JSON.stringify(alteration)}`}\n`);
    if (index % 256 < 255) continue;
    onDigest(index + 1);
    await setImmediate();
  }
  return hash.digest('hex').slice(0, 32);
}

/** Every way in which a sound can be altered, with each noise that occurs. */
function alterationsToTry(items: readonly AlterableItem[]): Alteration[] {
  const altered = items.flatMap(({ alteration }) => alteration ?? []);
  return [...new Set(altered.map(({ noise }) => noise?.color))].map((color) => ({
    ...{ speed: 1.1, semitones: 2, shiftMs: 20, gainDb: -3 },
    ...(color && { noise: { color, snrDb: 10, seed: 0 } }),
  }));
}

function fingerprint(config: FeatureConfig, alteration?: Alteration): string {
  const { sampleRate, spectrum } = config;
  if (spectrum.kind === 'picture') return 'picture';
  // A chirp of two seconds, or of two windows if that is longer.
  const samples = Float32Array.from({ length: 2 * Math.max(sampleRate, spectrum.nFft) }, (_, n) => {
    const seconds = n / sampleRate;
    return Math.sin(2 * Math.PI * (100 + 200 * seconds) * seconds);
  });
  const { data } = extract({ samples, sampleRate }, config, 'chirp', alteration).feature;
  return createHash('sha256')
    .update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
    .digest('hex');
}

/** What is kept under a name; a damaged entry is removed, and made again by whoever asked. */
export async function findEntry(folder: string, key: string, count: number): Promise<Entry | undefined> {
  const path = join(folder, key);
  const table = await readFile(join(path, tableName), 'utf8').catch((error: unknown) => {
    if (systemCode(error) === 'ENOENT' || systemCode(error) === 'ENOTDIR') return undefined;
    throw explainSystemError('features', path, error);
  });
  if (table === undefined) return undefined;
  const entry = parseTable(path, table);
  const bytes = await stat(entry?.rowsPath ?? path).then(
    ({ size }) => size,
    () => -1,
  );
  if (entry !== undefined && entry.outcomes.length === count && bytes === 4 * entry.length) return entry;
  await rm(path, { recursive: true, force: true });
  return undefined;
}

function parseTable(path: string, table: string): Entry | undefined {
  try {
    const { outcomes } = z.strictObject({ outcomes: z.array(outcome) }).parse(JSON.parse(table));
    return entryOf(path, outcomes);
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof z.ZodError) return undefined;
    throw error;
  }
}

function entryOf(path: string, outcomes: readonly Outcome[]): Entry {
  const length = outcomes.reduce(
    (sum, outcome) => ('failure' in outcome ? sum : sum + outcome.bins * outcome.frames),
    0,
  );
  return { outcomes, rowsPath: join(path, rowsName), length };
}

let writers = 0;

/**
 * Writes chunks as they come, beside the place where they will be: synced, then renamed, so that a name in the cache
 * stands for something whole. Whatever goes wrong, nothing half-written stays.
 */
export async function writeEntry(
  folder: string,
  key: string,
  chunks: AsyncIterable<Chunk>,
  onItems: (done: number) => void,
): Promise<Entry> {
  const path = join(folder, key);
  const temporary = join(folder, `.${process.pid}-${writers++}.tmp`);
  makeFolder('features', temporary);
  try {
    const outcomes: Outcome[] = [];
    await withFile(join(temporary, rowsName), async (file) => {
      for await (const { outcomes: more, data } of chunks) {
        await file.writeFile(new Uint8Array(data.buffer));
        outcomes.push(...more);
        onItems(outcomes.length);
      }
    });
    await withFile(join(temporary, tableName), (file) => file.writeFile(JSON.stringify({ outcomes })));
    await moveInto(temporary, path);
    return entryOf(path, outcomes);
  } catch (error) {
    throw explainSystemError('features', folder, error);
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

/** Where another process was quicker, its entry stays: it holds the same. */
async function moveInto(temporary: string, path: string): Promise<void> {
  try {
    await rename(temporary, path);
  } catch (error) {
    if (systemCode(error) !== 'ENOTEMPTY' && systemCode(error) !== 'EEXIST') throw error;
  }
}

async function withFile(path: string, write: (file: FileHandle) => Promise<void>): Promise<void> {
  const file = await open(path, 'wx');
  try {
    await write(file);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Removes what processes left that were killed while they wrote. */
export async function sweepLeftovers(folder: string): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  for (const name of names) {
    const pid = name.match(/^\.(\d+)-\d+\.tmp$/)?.[1];
    if (pid !== undefined && !isAlive(Number(pid))) {
      await rm(join(folder, name), { recursive: true, force: true });
    }
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return systemCode(error) === 'EPERM';
  }
}
