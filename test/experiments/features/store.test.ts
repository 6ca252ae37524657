import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { DataLoader } from '@sonograd/nn';
import { describe, expect, test } from 'vitest';
import { openPictures } from '../../../packages/experiments/src/corpora/pictures.ts';
import { openSynth } from '../../../packages/experiments/src/corpora/synth.ts';
import { computeFeatures } from '../../../packages/experiments/src/features/compute.ts';
import { featureConfig } from '../../../packages/experiments/src/features/config.ts';
import { featureDataset } from '../../../packages/experiments/src/features/dataset.ts';
import {
  exportPictures,
  pictureSettings,
} from '../../../packages/experiments/src/features/exportPictures.ts';
import { extractFrom } from '../../../packages/experiments/src/features/extract.ts';
import { memoryRows } from '../../../packages/experiments/src/features/rows.ts';
import {
  type FeatureItem,
  FeatureStore,
  normaliseOver,
} from '../../../packages/experiments/src/features/store.ts';
import { scratchFolder } from '../corporaSupport.ts';

const scratch = scratchFolder();

/** A store of one-bin and two-bin rows whose values tell where they are. */
function store(frames: number[], bins = 2, settings: object = {}): FeatureStore {
  const items = frames.map((frames, n): FeatureItem => {
    const source = { kind: 'wav', path: '' } as const;
    const size = { bins, frames, start: 0, validFrames: frames };
    return { id: `i${n}`, digit: n % 10, speaker: 's', take: n, facts: {}, source, part: undefined, ...size };
  });
  const length = frames.reduce((sum, count) => sum + bins * count, 0);
  const rows = memoryRows(Float32Array.from({ length }, (_, i) => i));
  const config = featureConfig.parse({ size: { fit: 'keep' }, normalise: { kind: 'none' }, ...settings });
  return new FeatureStore({ config, items, skipped: [], rows });
}

describe('FeatureStore', () => {
  test('features are copies', () => {
    const small = store([2, 2]);
    const first = small.feature(1);
    expect([...first.data]).toEqual([4, 5, 6, 7]);
    first.data.fill(0);
    expect([...small.feature(1).data]).toEqual([4, 5, 6, 7]);
  });

  test('gather puts rows side by side, in the order asked, as often as asked', () => {
    expect([...store([1, 1, 1]).gather([2, 0, 2])]).toEqual([4, 5, 0, 1, 4, 5]);
  });

  test('clips of other lengths are followed by zeros, or cut', () => {
    const ragged = store([1, 3]);
    expect([...ragged.gather([0, 1])]).toEqual([0, 0, 0, 1, 0, 0, 2, 3, 4, 5, 6, 7]);
    expect([...ragged.gather([0, 1], 2)]).toEqual([0, 0, 1, 0, 2, 3, 5, 6]);
    expect(() => ragged.shape).toThrow(
      'FeatureStore: features differ in size, give size.fit=pad or resize, [2, 1] and [2, 3]',
    );
    expect(store([3, 3]).shape).toEqual({ bins: 2, frames: 3 });
  });

  test('what is not there', () => {
    expect(() => store([1]).feature(1)).toThrow('FeatureStore: there is no such feature, 1 of 1');
    expect(() => store([]).shape).toThrow('there is no such feature, 0 of 0');
    expect([...store([1, 1]).select([{ ...store([1]).items[0]!, id: 'other' }])]).toEqual([]);
  });
});

describe('normaliseOver', () => {
  test('training items decide, all are changed, the store they came from is not', () => {
    const raw = store([2, 2, 2], 1, { normalise: { kind: 'min-max', over: 'corpus' } });
    const changed = normaliseOver(raw, [0, 1]);
    expect(changed.moments).toEqual({ per: 'all', offset: [0], scale: [3] });
    expect([...changed.gather([0, 2])].map((value) => Math.round(3 * value))).toEqual([0, 1, 4, 5]);
    expect([...raw.gather([2])]).toEqual([4, 5]);
    expect(changed.items).toBe(raw.items);
  });

  test('where each clip decides for itself, nothing changes', () => {
    for (const normalise of [
      { kind: 'none', over: 'corpus' },
      { kind: 'mean-variance', over: 'utterance' },
    ]) {
      const same = store([2], 1, { normalise });
      expect(normaliseOver(same, [0])).toBe(same);
    }
  });

  test('moments of a checkpoint do the same to other clips', () => {
    const raw = store([2, 2], 1, { normalise: { over: 'corpus', per: 'bin' } });
    const { moments } = normaliseOver(raw, [0, 1]);
    const stored = JSON.parse(JSON.stringify(moments));
    expect(raw.normalisedBy(stored).feature(1)).toEqual(normaliseOver(raw, [0, 1]).feature(1));
  });
});

describe('featureDataset', () => {
  test('items and batches agree', () => {
    const dataset = featureDataset(store([2, 2, 2]), Int32Array.of(2, 0));
    expect(dataset.length).toBe(2);
    const item = dataset.get(0);
    if (item instanceof Promise) throw new Error('features are there at once');
    expect(item.x.shape).toEqual([2, 2]);
    expect([item.y, item.frames]).toEqual([2, 2]);
    const batch = dataset.batch?.(Int32Array.of(1, 0));
    expect(batch?.x.shape).toEqual([2, 2, 2]);
    expect([...(batch?.x.data ?? [])]).toEqual([0, 1, 2, 3, 8, 9, 10, 11]);
    expect([...(batch?.y.data ?? [])]).toEqual([0, 2]);
    expect([...(batch?.frames.data ?? [])]).toEqual([2, 2]);
    expect(() => dataset.get(2)).toThrow('featureDataset: there is no such item, 2 of 2');
  });

  test('a loader makes batches of it, of various lengths too', async () => {
    const dataset = featureDataset(store([1, 4, 2, 3, 1]), Int32Array.of(0, 1, 2, 3, 4));
    const shapes = [];
    const lengths: number[] = [];
    for await (const { x, y, frames } of new DataLoader(dataset, { batchSize: 2 })) {
      shapes.push(x.shape);
      expect(y.dtype).toBe('int32');
      lengths.push(...frames.data);
    }
    expect(shapes).toEqual([
      [2, 2, 4],
      [2, 2, 3],
      [1, 2, 1],
    ]);
    expect(lengths).toEqual([1, 4, 2, 3, 1]);
  });
});

describe('exportPictures', () => {
  const items = openSynth({ speakers: 5, takes: 1, sampleRate: 8000, seed: 0 }).items();

  test('every item is drawn in the folder of its part and digit, and comes back as it was', async () => {
    const folder = join(scratch, 'pictures');
    const steps: number[] = [];
    await exportPictures(items, folder, { onProgress: (done) => steps.push(done) });
    expect(steps).toEqual(items.map((_, index) => index + 1));
    const corpus = openPictures(folder);
    const drawn = corpus.items();
    expect(drawn.map(({ digit, speaker, part }) => [digit, speaker, part])).toEqual(
      items.map(({ digit, speaker, part }) => [digit, speaker, part]),
    );
    const config = featureConfig.parse({ ...pictureSettings, spectrum: { kind: 'picture', bins: 128 } });
    const store = await computeFeatures(drawn, config, { cacheFolder: join(scratch, 'cache') });
    const original = extractFrom(items[13]!.source, pictureSettings).feature;
    const { data, bins, frames } = store.feature(13);
    expect([bins, frames]).toEqual([128, original.frames]);
    data.forEach((value, i) => {
      expect(Math.abs(80 * value - 80 - original.data[i]!)).toBeLessThan(80 / 510 + 1e-3);
    });
  });

  test('nothing half-drawn stays, and nothing is written over', async () => {
    const folder = join(scratch, 'half');
    const broken = [
      ...items.slice(0, 3),
      { ...items[3]!, source: { kind: 'wav', path: 'gone.wav' } as const },
    ];
    await expect(exportPictures(broken, folder)).rejects.toThrow('read: it does not exist, gone.wav');
    expect(existsSync(folder)).toBe(false);
    expect(readdirSync(scratch).filter((name) => name.includes('half'))).toEqual([]);
    await expect(exportPictures(items, scratch)).rejects.toThrow(/is there already, name another/);
    await expect(exportPictures(items, folder, { low: 1, high: 1 })).rejects.toThrow(
      'exportPictures: low must be below high, low=1, high=1',
    );
    await expect(exportPictures([items[0]!, items[0]!], folder)).rejects.toThrow(
      /two items have one digit, speaker and take, 0_voice000_0 and 0_voice000_0/,
    );
  });
});
