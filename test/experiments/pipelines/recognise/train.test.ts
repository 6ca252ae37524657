import { join } from 'node:path';
import type { Schedule } from '@sonograd/nn';
import { describe, expect, test } from 'vitest';
import type { z } from 'zod';
import { configure, performRun } from '../../../../packages/experiments/src/pipelines/perform.ts';
import type { Tools } from '../../../../packages/experiments/src/pipelines/pipeline.ts';
import * as cnn from '../../../../packages/experiments/src/pipelines/recognise-cnn/config.ts';
import * as lstm from '../../../../packages/experiments/src/pipelines/recognise-lstm/config.ts';
import * as transformer from '../../../../packages/experiments/src/pipelines/recognise-transformer/config.ts';
import { findPipeline } from '../../../../packages/experiments/src/pipelines/registry.ts';
import {
  macroF1Of,
  meritOf,
  scheduleOf,
} from '../../../../packages/experiments/src/pipelines/shared/recogniseTrain.ts';
import { RunFolder } from '../../../../packages/experiments/src/runs/runFolder.ts';
import type { Settings } from '../../../../packages/experiments/src/settings/settings.ts';
import { scratchFolder } from '../../corporaSupport.ts';

const scratch = scratchFolder();
const tools: Tools = {
  threads: 1,
  cacheFolder: join(scratch, 'cache'),
  signal: new AbortController().signal,
  progress: { note: () => undefined, bar: () => () => undefined, training: () => ({}) },
};

describe('scheduleOf', () => {
  const training = (part: z.input<typeof cnn.schema>['training']) =>
    cnn.schema.parse({ training: part }).training;
  const rates = (schedule: Schedule | number, steps: readonly number[]) =>
    steps.map((step) => (typeof schedule === 'number' ? schedule : schedule.rateAt(step)));

  test('constant is a number', () => {
    expect(scheduleOf(training({ schedule: 'constant', rate: 0.5 }), 100)).toBe(0.5);
  });

  test('cosine: up within the share of warm-up, half way down in the middle of the rest, 0 at the end', () => {
    const schedule = scheduleOf(training({ schedule: 'cosine', rate: 1, warmUp: 0.2 }), 100);
    const [first, top, middle, last] = rates(schedule, [0, 20, 60, 100]);
    expect(first).toBeCloseTo(1 / 20, 9);
    expect(top).toBe(1);
    expect(middle).toBeCloseTo(0.5, 9);
    expect(last).toBeCloseTo(0, 9);
  });

  test('one-cycle: a twenty-fifth, the highest, next to nothing', () => {
    const schedule = scheduleOf(training({ schedule: 'one-cycle', rate: 1, warmUp: 0.3 }), 100);
    const [first, top, last] = rates(schedule, [0, 29, 99]);
    expect(first).toBeCloseTo(1 / 25, 9);
    expect(top).toBeCloseTo(1, 9);
    expect(last).toBeLessThan(1e-5);
  });
});

describe('merit', () => {
  const right = { named: [0, 1, 2], digits: [0, 1, 2], loss: 0.3 };
  const wrong = { named: [0, 1, 1], digits: [0, 1, 2], loss: 3 };

  test('macro-F1 over all batches, classes that never came counting as 0', () => {
    expect(macroF1Of([right])).toBeCloseTo(3 / 10, 9);
    // 0: 1, 1: 2/3, 2: 0.
    expect(macroF1Of([wrong])).toBeCloseTo((1 + 2 / 3) / 10, 9);
    // 0: 1, 1: 4/5, 2: 2/3.
    expect(macroF1Of([right, wrong])).toBeCloseTo((1 + 4 / 5 + 2 / 3) / 10, 9);
  });

  test('between equals, the lower loss', () => {
    const sure = { ...right, loss: 0.03 };
    expect(meritOf([sure])).toBeGreaterThan(meritOf([right]));
    expect(meritOf([right])).toBeCloseTo(0.3 - 0.1 / 1000, 9);
  });

  test('one clip more outweighs any loss but an absurd one', () => {
    expect(meritOf([{ ...right, loss: 3 * 40 }])).toBeGreaterThan(meritOf([{ ...wrong, loss: 0 }]));
  });
});

describe('settings', () => {
  test.each([
    ['recognise-cnn', { model: { channels: [] } }, /model\.channels/],
    ['recognise-cnn', { model: { pooling: 'median' } }, /model\.pooling/],
    ['recognise-lstm', { model: { hidden: 0 } }, /model\.hidden/],
    ['recognise-transformer', { model: { positions: 'rotary' } }, /model\.positions/],
    ['recognise-cnn', { training: { labelSmoothing: 1 } }, /training\.labelSmoothing/],
    ['recognise-lstm', { vary: { floor: 1 } }, /vary\.floor/],
    ['recognise-lstm', { companions: { share: 0.99 } }, /companions\.share/],
  ] satisfies (readonly [string, Settings, RegExp])[])('%s refuses %j', (name, settings, message) => {
    expect(() => configure(findPipeline(name), [settings])).toThrow(message);
  });

  test.each([cnn, lstm, transformer])('front end, companions, masks and sizes can all be set, %#', (own) => {
    const config = own.schema.parse({
      ...{ companions: null, vary: { tract: 0 }, seed: 3 },
      features: {
        ...{ trimDb: 30, size: { fit: 'pad', frames: 48, padWith: 0 } },
        spectrum: { kind: 'log-mel', nMels: 80, winLength: 200, hopLength: 80, log: 'ln' },
      },
      augment: { specAugment: {} },
    });
    expect(config.companions).toBeNull();
    expect(config.augment.specAugment?.timeMasks).toBe(2);
  });

  test('clips of any length are refused before there is a run', async () => {
    const pipeline = findPipeline('recognise-lstm');
    const config = configure(pipeline, [{ features: { size: { fit: 'keep' } } }]);
    await expect(pipeline.prepare(config, tools)).rejects.toThrow(
      'recognise: clips must have one length, give features.size.fit=pad or resize, keep',
    );
  });
});

describe('a run', () => {
  const folder = RunFolder.create(join(scratch, 'runs'), {
    ...{ pipeline: 'recognise-lstm', started: '2030-01-01T00:00:00.000Z', version: '0' },
    config: {},
  });

  test('with companions and masks learns, and stops when validation gets no better', async () => {
    const pipeline = findPipeline('recognise-lstm');
    const config = configure(
      pipeline,
      [
        {
          ...{ companions: { speakers: 2, share: 0.2 }, augment: { specAugment: {} } },
          ...{ model: { hidden: 24 }, features: { spectrum: { nMels: 16 } } },
          training: { epochs: 30, rate: 0.01, patience: 2 },
        },
      ],
      { quick: true },
    );
    const { metrics, report } = await performRun(pipeline, config, tools, () => folder);
    // Ten digits: chance is 0.1.
    expect(metrics.testAccuracy).toBeGreaterThan(0.5);
    expect(report.latent).toHaveLength(40);
    expect(report.corpus.train + report.corpus.validation).toBe(200);
    expect(report.models[0]?.rows.map(({ name }) => name)).toContain('lstm');
    const epochs = folder.metrics().filter(({ kind }) => kind === 'validation');
    expect(epochs.length).toBeLessThan(30);
    const merits = epochs.map(({ merit }) => Number(merit));
    expect(merits.slice(-2).every((value) => value <= Math.max(...merits.slice(0, -2)))).toBe(true);
  });
});
