import { execFile } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import type { CorpusItem } from '../../../packages/experiments/src/corpora/corpus.ts';
import { openFsdd } from '../../../packages/experiments/src/corpora/fsdd.ts';
import { computeFeatures, type FeatureProgress } from '../../../packages/experiments/src/features/compute.ts';
import { type FeatureSettings, featureConfig } from '../../../packages/experiments/src/features/config.ts';
import { extractInOrder } from '../../../packages/experiments/src/features/crew.ts';
import { extractFrom } from '../../../packages/experiments/src/features/extract.ts';
import { InputError } from '../../../packages/experiments/src/inputError.ts';
import { fsddAvailable, fsddFolder, scratchFolder, toneWav, writeFiles } from '../corporaSupport.ts';

const scratch = scratchFolder();
let caches = 0;
const freshCache = () => join(scratch, `cache${caches++}`);
const config = featureConfig.parse({
  spectrum: { kind: 'log-mel', nMels: 20 },
  size: { fit: 'pad', frames: 16 },
});
const parse = (settings: FeatureSettings) => featureConfig.parse(settings);

const tones = writeFiles(
  join(scratch, 'tones'),
  Object.fromEntries(Array.from({ length: 40 }, (_, n) => [`${n % 10}_s_${n}.wav`, toneWav(200 + 40 * n)])),
);
const items = openFsdd(tones).items();
const entries = (folder: string) => readdirSync(folder).filter((name) => !name.startsWith('.'));
const leftovers = (folder: string) => readdirSync(folder).filter((name) => name.startsWith('.'));

describe('computeFeatures', () => {
  test('a row for each item, in order, as the item alone would give', async () => {
    const store = await computeFeatures(items, config, { cacheFolder: freshCache() });
    expect(store.length).toBe(40);
    expect(store.shape).toEqual({ bins: 20, frames: 16 });
    expect(store.items.map(({ id }) => id)).toEqual(items.map(({ id }) => id));
    for (const index of [0, 17, 39]) {
      expect(store.feature(index)).toEqual(extractFrom(items[index]!.source, config).feature);
    }
  });

  test('a second time nothing is made: the files are only read', async () => {
    const cacheFolder = freshCache();
    const phases: string[] = [];
    const onProgress = ({ phase }: FeatureProgress) => phases.push(phase);
    const first = await computeFeatures(items, config, { cacheFolder, onProgress });
    expect(phases).toContain('extracting');
    phases.length = 0;
    const second = await computeFeatures(items, config, { cacheFolder, onProgress });
    expect(phases).not.toContain('extracting');
    expect(second.gather(Int32Array.of(3, 5))).toEqual(first.gather(Int32Array.of(3, 5)));
    expect(entries(cacheFolder)).toHaveLength(1);
    expect(leftovers(cacheFolder)).toEqual([]);
  });

  test('another number in the config, another item, another content: made anew', async () => {
    const cacheFolder = freshCache();
    const made = async (some: readonly CorpusItem[], settings: FeatureSettings = config) => {
      await computeFeatures(some, parse(settings), { cacheFolder });
      return entries(cacheFolder).length;
    };
    expect(await made(items)).toBe(1);
    expect(await made(items, { ...config, size: { fit: 'pad', frames: 17 } })).toBe(2);
    expect(await made(items, { ...config, trimDb: 30 })).toBe(3);
    expect(await made(items.slice(1))).toBe(4);
    expect(await made([...items].reverse())).toBe(5);
    const copy = openFsdd(writeFiles(join(scratch, 'copy'), { '1_s_1.wav': toneWav(300) }));
    expect(await made(copy.items())).toBe(6);
    // The same sound in another place is known; another sound in the same place is not.
    const twin = openFsdd(writeFiles(join(scratch, 'twin'), { '1_s_1.wav': toneWav(300) }));
    expect(await made(twin.items())).toBe(6);
    writeFiles(join(scratch, 'copy'), { '1_s_1.wav': toneWav(301) });
    expect(await made(copy.items())).toBe(7);
  });

  test('progress goes forward to the end', async () => {
    const seen: FeatureProgress[] = [];
    await computeFeatures(items, config, {
      cacheFolder: freshCache(),
      onProgress: (step) => seen.push(step),
    });
    const made = seen.filter(({ phase }) => phase === 'extracting').map(({ done }) => done);
    expect(made).toEqual([...made].sort((a, b) => a - b));
    expect(made.at(-1)).toBe(40);
    expect(seen.every(({ total }) => total === 40)).toBe(true);
  });

  test('no items', async () => {
    await expect(computeFeatures([], config, { cacheFolder: freshCache() })).rejects.toThrow(
      'features: there is no item to make features of, 0 items',
    );
  });
});

describe('damaged files', () => {
  const folder = writeFiles(join(scratch, 'damaged'), {
    '1_a_0.wav': toneWav(300),
    '2_a_0.wav': 'no sound at all',
    '3_a_0.wav': toneWav(300).slice(0, 200),
    '4_a_0.wav': toneWav(300, { sampleRate: 44100, channels: 2 }),
  });
  const mixed = openFsdd(folder).items();

  test('stop the run with one line', async () => {
    const run = computeFeatures(mixed, config, { cacheFolder: freshCache() });
    await expect(run).rejects.toThrow(InputError);
    await expect(run).rejects.toThrow(/^features: damaged item 2_a_0 \(.+2_a_0\.wav\), and 1 more of 4$/);
  });

  test('or are listed and left out; the others are there, of whatever rate', async () => {
    const cacheFolder = freshCache();
    for (const _ of ['made', 'from the cache']) {
      const store = await computeFeatures(mixed, config, { cacheFolder, onDamaged: 'skip' });
      expect(store.items.map(({ id }) => id)).toEqual(['1_a_0', '4_a_0']);
      expect(store.skipped.map(({ item }) => item.id)).toEqual(['2_a_0', '3_a_0']);
      expect(store.skipped[0]?.reason).toContain('2_a_0.wav');
      expect([...store.select(mixed)]).toEqual([0, 1]);
      expect([...store.digits([0, 1])]).toEqual([1, 4]);
    }
    await expect(computeFeatures(mixed, config, { cacheFolder })).rejects.toThrow('damaged item 2_a_0');
  });

  test('mended, they are made', async () => {
    const cacheFolder = freshCache();
    const gone = mixed.filter(({ digit }) => digit === 2);
    await expect(computeFeatures(gone, config, { cacheFolder, onDamaged: 'skip' })).rejects.toThrow(
      'damaged item',
    );
    writeFiles(folder, { '2_a_0.wav': toneWav(500) });
    expect((await computeFeatures(gone, config, { cacheFolder })).length).toBe(1);
    writeFiles(folder, { '2_a_0.wav': 'no sound at all' });
  });
});

describe('the cache', () => {
  test('a damaged entry is made again', async () => {
    const cacheFolder = freshCache();
    const expected = (await computeFeatures(items, config, { cacheFolder })).feature(7);
    const [name] = entries(cacheFolder);
    const rows = join(cacheFolder, name!, 'rows.f32');
    const table = join(cacheFolder, name!, 'table.json');
    for (const damage of [
      () => truncateSync(rows, 100),
      () => rmSync(rows),
      () => writeFileSync(table, '{"outcomes": ['),
      () => writeFileSync(table, '{"outcomes": []}'),
      () => rmSync(table),
    ]) {
      damage();
      const store = await computeFeatures(items, config, { cacheFolder });
      expect(store.feature(7)).toEqual(expected);
    }
  });

  test('what a killed process left is swept, what a living one writes stays', async () => {
    const cacheFolder = freshCache();
    mkdirSync(join(cacheFolder, '.999999999-0.tmp'), { recursive: true });
    mkdirSync(join(cacheFolder, `.${process.ppid}-0.tmp`));
    mkdirSync(join(cacheFolder, '.keep'));
    await computeFeatures(items, config, { cacheFolder });
    expect(leftovers(cacheFolder).sort()).toEqual(['.keep', `.${process.ppid}-0.tmp`].sort());
  });

  test('a place where no folder can be: one line', async () => {
    writeFiles(scratch, { occupied: 'a file' });
    await expect(
      computeFeatures(items, config, { cacheFolder: join(scratch, 'occupied', 'x') }),
    ).rejects.toThrow(/^features: a part of the path is a file, not a folder, .*occupied/);
  });

  test('stopped half-way, nothing stays', async () => {
    const cacheFolder = freshCache();
    const controller = new AbortController();
    const run = computeFeatures(items, config, {
      cacheFolder,
      signal: controller.signal,
      onProgress: ({ done }) => done >= 16 && controller.abort(),
    });
    await expect(run).rejects.toThrow(/abort/i);
    expect(readdirSync(cacheFolder)).toEqual([]);
  });

  test('two runs at once: both get their features, one entry stays', async () => {
    const cacheFolder = freshCache();
    const runs = await Promise.all([0, 1, 2].map(() => computeFeatures(items, config, { cacheFolder })));
    for (const store of runs) expect(store.feature(9)).toEqual(runs[0]!.feature(9));
    expect(readdirSync(cacheFolder)).toHaveLength(1);
  });

  test('read from disk or from memory: the same', async () => {
    const cacheFolder = freshCache();
    const inMemory = await computeFeatures(items, config, { cacheFolder });
    const onDisk = await computeFeatures(items, config, { cacheFolder, inMemoryBytes: 0 });
    const indices = Int32Array.of(39, 0, 12, 12);
    expect(onDisk.gather(indices)).toEqual(inMemory.gather(indices));
    onDisk.close();
    onDisk.close();
    expect(() => onDisk.feature(0)).toThrow(/EBADF|closed/i);
  });
});

describe('threads', () => {
  const gone = { ...items[0]!, id: 'gone', source: { kind: 'wav', path: 'gone.wav' } as const };
  const many = Array.from({ length: 14 }, (_, round) =>
    items.map((item) => ({ ...item, id: `${round} ${item.id}` })),
  );
  const jobs = [...many.flat(), gone];

  test('any number gives the same features in the same order', async () => {
    const of = async (threads: number) => {
      const chunks = [];
      for await (const chunk of extractInOrder(jobs, config, threads)) chunks.push(chunk);
      return chunks;
    };
    const [one, three] = [await of(1), await of(3)];
    expect(three).toEqual(one);
    expect(one.at(-1)?.outcomes.at(-1)).toEqual({ failure: 'read: it does not exist, gone.wav' });
  }, 60_000);

  test('whoever takes only the first chunk leaves no thread behind', async () => {
    const before = process.getActiveResourcesInfo().filter((name) => name === 'MessagePort').length;
    for await (const chunk of extractInOrder(jobs, config, 2)) {
      expect(chunk.outcomes).toHaveLength(16);
      break;
    }
    const after = process.getActiveResourcesInfo().filter((name) => name === 'MessagePort').length;
    expect(after).toBeLessThanOrEqual(before);
  }, 60_000);
});

describe('memory', () => {
  const run = promisify(execFile);
  const script = fileURLToPath(new URL('memoryChild.ts', import.meta.url));

  /** The most memory a process of its own ever held, in MB, for so many clips of half a second at 48 kHz. */
  async function peakMb(speakers: number): Promise<number> {
    const folder = freshCache();
    const flags = ['--conditions=sonograd-source', '--import', 'tsx'];
    const { stdout } = await run(process.execPath, [...flags, script, folder, String(speakers)]);
    expect(existsSync(folder)).toBe(true);
    rmSync(folder, { recursive: true });
    return Number(stdout);
  }

  test('four times the clips, and hardly more memory: features lie on disk', async () => {
    const few = await peakMb(2);
    const many = await peakMb(8);
    // 600 more clips are 60 MB of sound and 30 MB of features.
    expect(many - few).toBeLessThan(30);
  }, 120_000);
});

describe.runIf(fsddAvailable)('2,500 recordings', () => {
  test('from the cache in a fraction of the time that one pass over them takes', async () => {
    const cacheFolder = freshCache();
    const recordings = openFsdd(fsddFolder).items();
    const settings = parse({});
    let begin = performance.now();
    const store = await computeFeatures(recordings, settings, { cacheFolder });
    const cold = performance.now() - begin;
    begin = performance.now();
    await computeFeatures(recordings, settings, { cacheFolder });
    const warm = performance.now() - begin;
    expect(store.length).toBe(2500);
    expect(warm).toBeLessThan(cold / 2);
    expect(readFileSync(join(cacheFolder, entries(cacheFolder)[0]!, 'rows.f32')).length).toBe(
      2500 * 64 * 64 * 4,
    );
  }, 60_000);
});
