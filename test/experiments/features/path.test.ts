import { join } from 'node:path';
import { DataLoader } from '@sonograd/nn';
import { randomKey } from '@sonograd/tensor';
import { describe, expect, test } from 'vitest';
import {
  type CorpusItem,
  computeFeatures,
  corpusConfig,
  exportPictures,
  type FeatureSettings,
  type FeatureStore,
  featureConfig,
  featureDataset,
  normaliseOver,
  openCorpus,
  type SplitConfig,
  splitConfig,
  splitItems,
} from '../../../packages/experiments/src/index.ts';
import { fsddAvailable, fsddFolder, scratchFolder } from '../corporaSupport.ts';

const scratch = scratchFolder();
const cacheFolder = join(scratch, 'cache');
const small: FeatureSettings = {
  spectrum: { kind: 'log-mel', nFft: 256, winLength: 256, hopLength: 80, nMels: 24, topDb: 50 },
  trimDb: 30,
  size: { fit: 'resize', bins: 24, frames: 20 },
};
const features = (items: readonly CorpusItem[], settings: FeatureSettings = {}) =>
  computeFeatures(items, featureConfig.parse({ ...small, ...settings }), { cacheFolder });
const synth = (settings: object = {}) =>
  openCorpus(corpusConfig.parse({ name: 'synth', speakers: 15, takes: 2, ...settings })).items();
const splitOf = (items: readonly CorpusItem[], config: SplitConfig['kind']) =>
  splitItems(
    items,
    splitConfig.parse({ kind: config, ...(config === 'disjoint' ? { testSpeakers: 3 } : {}) }),
  );

/** The share of `clips` that the nearest of `examples` names right: no more than the features tell. */
function nearestNames(store: FeatureStore, examples: Int32Array, clips: Int32Array): number {
  const rows = Array.from(examples, (index) => store.feature(index).data);
  const digits = store.digits(examples);
  const right = Array.from(clips).filter((clip) => {
    const { data } = store.feature(clip);
    const far = rows.map((row) => row.reduce((sum, value, i) => sum + (value - data[i]!) ** 2, 0));
    return digits[far.indexOf(Math.min(...far))] === store.items[clip]?.digit;
  });
  return right.length / clips.length;
}

describe('from corpus to features', () => {
  test('digits of the voice are told apart across speakers', async () => {
    const items = synth();
    const { train, test } = splitOf(items, 'disjoint');
    const store = await features(items);
    expect(nearestNames(store, store.select(train), store.select(test))).toBeGreaterThan(0.8);
  });

  test('at 48 kHz they are the same words', async () => {
    const [low, high] = [synth({ speakers: 4 }), synth({ speakers: 4, sampleRate: 48_000 })];
    const [a, b] = [await features(low), await features(high)];
    // A low voice at 8 kHz finds its own clip among those at 48 kHz.
    const rows = b.items.map((_, index) => b.feature(index).data);
    const found = a.items.filter(({ id }, index) => {
      const { data } = a.feature(index);
      const far = rows.map((row) => row.reduce((sum, value, i) => sum + (value - data[i]!) ** 2, 0));
      return b.items[far.indexOf(Math.min(...far))]?.id === id;
    });
    expect(found.length / a.length).toBeGreaterThan(0.95);
  });

  test.each(['mean-variance', 'min-max'] as const)('%s by the training set, for each bin', async (kind) => {
    const items = synth({ speakers: 5 });
    const { train, test } = splitOf(items, 'official');
    const raw = await features(items, { normalise: { kind, over: 'corpus', per: 'bin' } });
    const training = raw.select(train);
    const store = normaliseOver(raw, training);
    const values = store.gather(training);
    for (const bin of [0, 11, 23]) {
      const row = values.filter((_, i) => Math.floor(i / 20) % 24 === bin);
      const mean = row.reduce((sum, value) => sum + value, 0) / row.length;
      const deviation = Math.sqrt(row.reduce((sum, value) => sum + (value - mean) ** 2, 0) / row.length);
      if (kind === 'mean-variance') {
        expect(mean).toBeCloseTo(0, 3);
        expect(deviation).toBeCloseTo(1, 3);
      } else {
        expect(row.reduce((a, b) => Math.min(a, b), 9)).toBeCloseTo(0, 5);
        expect(row.reduce((a, b) => Math.max(a, b), -9)).toBeCloseTo(1, 5);
      }
    }
    expect(nearestNames(store, training, store.select(test))).toBeGreaterThan(0.5);
  });

  test('noise hurts, and more noise hurts more', async () => {
    const items = synth({ speakers: 8 });
    const { train, test } = splitOf(items, 'official');
    const clean = await features(items);
    const rate = async (snrDb: number) => {
      const noisy = await features(items, { trimDb: null, noise: { color: 'white', snrDb } });
      return nearestNames(noisy, noisy.select(train), noisy.select(test));
    };
    const silent = nearestNames(clean, clean.select(train), clean.select(test));
    const [some, much] = [await rate(0), await rate(-20)];
    expect(silent).toBeGreaterThan(some - 0.1);
    expect(some).toBeGreaterThan(much);
  });

  test('clips as long as they are, through a loader in random order', async () => {
    const items = synth({ speakers: 2, takes: 1 });
    const store = await features(items, { size: { fit: 'keep' } });
    const dataset = featureDataset(store, store.select(items));
    const loader = new DataLoader(dataset, { batchSize: 8, key: randomKey(1) });
    let seen = 0;
    for await (const { x, y, frames } of loader) {
      expect(x.shape.slice(0, 2)).toEqual([y.shape[0], 24]);
      expect(x.shape[2]).toBe(Math.max(...frames.data));
      seen += y.data.length;
    }
    expect(seen).toBe(20);
  });

  test('through pictures on disk: another program’s spectrograms do as well', async () => {
    const items = synth({ speakers: 5, takes: 1 });
    const folder = join(scratch, 'pictures');
    await exportPictures(items, folder);
    const drawn = openCorpus(corpusConfig.parse({ name: 'pictures', folder })).items();
    const { train, test } = splitOf(drawn, 'official');
    expect([train.length + test.length, test.length]).toEqual([50 - Math.floor(0.1 * 40), 10]);
    const store = await features(drawn, { trimDb: null, spectrum: { kind: 'picture', bins: 128 } });
    expect(store.shape).toEqual({ bins: 24, frames: 20 });
    expect(nearestNames(store, store.select(train), store.select(test))).toBeGreaterThan(0.5);
  });

  test.runIf(fsddAvailable)(
    'recordings: the official test by the nearest of the others',
    async () => {
      const items = openCorpus(corpusConfig.parse({ name: 'fsdd', folder: fsddFolder })).items();
      const { train, test } = splitOf(items, 'official');
      const store = await features(items);
      expect(nearestNames(store, store.select(train), store.select(test))).toBeGreaterThan(0.93);
    },
    60_000,
  );
});
