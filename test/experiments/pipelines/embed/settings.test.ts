import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import {
  configure,
  openTrained,
  performRun,
} from '../../../../packages/experiments/src/pipelines/perform.ts';
import type { Tools } from '../../../../packages/experiments/src/pipelines/pipeline.ts';
import { findPipeline } from '../../../../packages/experiments/src/pipelines/registry.ts';
import type { SpeechData } from '../../../../packages/experiments/src/pipelines/shared/speechData.ts';
import { RunFolder } from '../../../../packages/experiments/src/runs/runFolder.ts';
import { mergeSettings, type Settings } from '../../../../packages/experiments/src/settings/settings.ts';
import { scratchFolder, toneWav, writeFiles } from '../../corporaSupport.ts';

vi.setConfig({ testTimeout: 120_000 });

const scratch = scratchFolder();
mkdirSync(join(scratch, 'runs'));
const tools: Tools = {
  ...{ threads: 1, cacheFolder: join(scratch, 'cache'), signal: new AbortController().signal },
  progress: { note: () => undefined, bar: () => () => undefined, training: () => ({}) },
};

// Takes 0 to 4 are the test of the FSDD.
const folder = writeFiles(
  join(scratch, 'tones'),
  Object.fromEntries(
    Array.from({ length: 70 }, (_, n): [string, Uint8Array] => [
      `${n % 10}_ada_${Math.floor(n / 10)}.wav`,
      toneWav(300 + 150 * (n % 10) + n, { seconds: 0.15 }),
    ]),
  ),
);

/** In natural logarithms: there is no way back to sound, which takes longest. */
const features = { spectrum: { nMels: 10, nFft: 256, winLength: 256, log: 'ln', ref: 1 } };
const small: Record<string, Settings> = {
  'embed-average': { features, training: { epochs: 2 } },
  'embed-concat': {
    features: { ...features, size: { fit: 'pad', frames: 10 } },
    autoencoder: { hidden: 8, code: 4, training: { epochs: 2 } },
    classifier: { hidden: 4, training: { epochs: 1 } },
  },
  'embed-sliding': {
    features,
    autoencoder: { training: { epochs: 2 } },
    classifier: { training: { epochs: 1 } },
  },
};

/** The weights of a run, as bytes, with all that they were made by. */
async function weightsOf(name: string, ...settings: Settings[]) {
  const pipeline = findPipeline(name);
  const whole = mergeSettings({ corpus: { name: 'fsdd', folder } }, small[name]!, ...settings);
  const config = configure(pipeline, [whole]);
  const record = { pipeline: name, config, started: '2026-01-02T03:04:05.000Z', version: '0' };
  const { run } = await performRun(pipeline, config, tools, () =>
    RunFolder.create(join(scratch, 'runs'), record),
  );
  const { trained, data } = await openTrained(run, tools);
  const bytes = [...trained.state].map(
    ([key, { data }]) => `${key} ${[...(data as Float32Array)].join(' ')}`,
  );
  return { text: bytes.join('\n'), state: trained.state, data: data as SpeechData };
}

const noise = { colors: ['white'] };

// Runs of embed-sliding that are interrupted and go on are held to the same.
describe.each(['embed-average', 'embed-concat'])('%s: what augmentation changes', (name) => {
  test('masks and copies lead elsewhere, each always to the same place', async () => {
    const plain = await weightsOf(name);
    expect((await weightsOf(name, { augment: { copies: 0 } })).text).toBe(plain.text);

    const masked = await weightsOf(name, { augment: { specAugment: {} } });
    expect(masked.text).not.toBe(plain.text);
    expect((await weightsOf(name, { augment: { specAugment: {} } })).text).toBe(masked.text);

    const copied = await weightsOf(name, { augment: { copies: 1, noise } });
    expect(copied.text).not.toBe(plain.text);
    expect(copied.data.train).toHaveLength(2 * plain.data.train.length);
    expect([...copied.data.test]).toEqual([...plain.data.test]);
  });
});

describe('standardisation', () => {
  const numbers = (state: Awaited<ReturnType<typeof weightsOf>>['state'], name: string) => [
    ...(state.get(`standardise.${name}`)!.data as Float32Array),
  ];

  test('left out, it changes nothing: mean 0, deviation 1', async () => {
    const { state } = await weightsOf('embed-average', { model: { standardise: false } });
    expect(numbers(state, 'mean')).toEqual(Array(10).fill(0));
    expect(numbers(state, 'deviation')).toEqual(Array(10).fill(1));
  });

  test('it is measured on the training clips, copies among them', async () => {
    const plain = await weightsOf('embed-average');
    const copied = await weightsOf('embed-average', { augment: { copies: 1, noise } });
    expect(numbers(plain.state, 'deviation').every((value) => value > 0 && value !== 1)).toBe(true);
    expect(numbers(copied.state, 'mean')).not.toEqual(numbers(plain.state, 'mean'));
  });

  test('of codes as well as of means', async () => {
    const { state } = await weightsOf('embed-sliding', { classifier: { standardise: false } });
    expect(numbers(state, 'deviation')).toEqual(Array(10).fill(1));
  });
});
