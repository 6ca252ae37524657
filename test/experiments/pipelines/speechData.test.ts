import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { Tools } from '../../../packages/experiments/src/pipelines/pipeline.ts';
import { speechFields } from '../../../packages/experiments/src/pipelines/shared/config.ts';
import {
  describeCorpus,
  prepareSpeech,
} from '../../../packages/experiments/src/pipelines/shared/speechData.ts';
import { scratchFolder, toneWav, writeFiles } from '../corporaSupport.ts';

const scratch = scratchFolder();
const notes: string[] = [];
const tools: Tools = {
  threads: 1,
  cacheFolder: join(scratch, 'cache'),
  signal: new AbortController().signal,
  progress: { note: (line) => void notes.push(line), bar: () => () => undefined, training: () => ({}) },
};

const schema = z.strictObject(speechFields);
const small = { spectrum: { kind: 'log-mel', nMels: 8 }, size: { fit: 'pad', frames: 12 } } as const;

/** Takes 0 to 4 are the test of the FSDD. */
function tones(name: string, takes: number): string {
  const files = Array.from({ length: 10 * takes }, (_, n) => {
    const [digit, take] = [n % 10, Math.floor(n / 10)];
    return [`${digit}_ada_${take}.wav`, toneWav(200 + 100 * digit)] as const;
  });
  return writeFiles(join(scratch, name), Object.fromEntries(files));
}

const folder = tones('tones', 8);
const configure = (settings: z.input<typeof schema> = {}) =>
  schema.parse({ corpus: { name: 'fsdd', folder }, features: small, ...settings });

describe('prepareSpeech', () => {
  test('shares out features as the split says', async () => {
    const { store, train, validation, test: tests } = await prepareSpeech(configure(), tools);
    expect([train.length + validation.length, tests.length]).toEqual([30, 50]);
    expect(Array.from(tests, (place) => store.items[place]!.take).every((take) => take < 5)).toBe(true);
    expect(new Set([...train, ...validation, ...tests]).size).toBe(80);
    expect(store.shape).toEqual({ bins: 8, frames: 12 });
  });

  test('all of it is a test if asked, whatever the split', async () => {
    const data = await prepareSpeech(configure(), tools, { everythingIsTest: true });
    expect([data.train.length, data.validation.length, data.test.length]).toEqual([0, 0, 80]);
  });

  test('moments come from the training clips, or from whoever brings them', async () => {
    const normalise = { kind: 'mean-variance', over: 'corpus', per: 'all' } as const;
    const config = configure({ features: { ...small, normalise } });
    const { store, train, moments } = await prepareSpeech(config, tools);
    const values = Array.from(train).flatMap((place) => {
      const { data, frames, start, validFrames } = store.feature(place);
      return Array.from(data).filter((_, at) => at % frames >= start && at % frames < start + validFrames);
    });
    expect(values.reduce((sum, value) => sum + value, 0) / values.length).toBeCloseTo(0, 3);
    expect(values.reduce((sum, value) => sum + value ** 2, 0) / values.length).toBeCloseTo(1, 3);

    const brought = { ...moments!, offset: [moments!.offset[0]! - 5 * moments!.scale[0]!] };
    const other = await prepareSpeech(config, tools, { moments: brought });
    expect(other.store.feature(0).data[0]! - store.feature(0).data[0]!).toBeCloseTo(5, 3);
    expect(other.moments).toEqual(brought);
  });

  test('clips that are normalised each for itself need no moments', async () => {
    expect((await prepareSpeech(configure(), tools)).moments).toBeUndefined();
  });

  test('damaged files stop it, or are left out and listed', async () => {
    const broken = tones('broken', 7);
    writeFileSync(join(broken, '4_ada_6.wav'), 'no sound');
    writeFileSync(join(broken, '9_ada_6.wav'), '');
    const corpus = { name: 'fsdd', folder: broken } as const;
    await expect(prepareSpeech(configure({ corpus }), tools)).rejects.toThrow(
      /^features: damaged, 4_ada_6 \(.*\) and 1 more; leave such out by --set damaged=skip$/,
    );
    const data = await prepareSpeech(configure({ corpus, damaged: 'skip' }), tools);
    expect(data.store.length).toBe(68);
    expect(describeCorpus(data).skipped.map(({ id }) => id)).toEqual(['4_ada_6', '9_ada_6']);
    expect(notes.filter((note) => note.startsWith('left out: '))).toHaveLength(2);
  });

  test.each([
    [
      'nothing for training',
      5,
      /^split: no clip is left for training; choose another split by --set split\.kind=…$/,
    ],
  ])('%s', async (name, takes, message) => {
    const corpus = { name: 'fsdd', folder: tones(name, takes) } as const;
    await expect(prepareSpeech(configure({ corpus }), tools)).rejects.toThrow(message);
  });

  test('Ctrl-C while features are made', async () => {
    const signal = AbortSignal.abort();
    const cacheFolder = join(scratch, 'other cache');
    await expect(prepareSpeech(configure(), { ...tools, cacheFolder, signal })).rejects.toThrow(/abort/);
  });
});

test('describeCorpus counts what there is', async () => {
  expect(
    describeCorpus(
      await prepareSpeech(configure({ split: { kind: 'official', validationShare: 0 } }), tools),
    ),
  ).toEqual({
    ...{
      name: 'fsdd',
      licence: 'CC BY-SA 4.0',
      home: 'https://github.com/Jakobovski/free-spoken-digit-dataset',
    },
    ...{ train: 30, validation: 0, test: 50, speakers: 1, skipped: [] },
  });
});
