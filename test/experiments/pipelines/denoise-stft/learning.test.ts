import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { snr, whiteNoise } from '@sonograd/dsp';
import { adam, type Callback } from '@sonograd/nn';
import { fromArray, randomKey, scope, type Tensor } from '@sonograd/tensor';
import { beforeAll, describe, expect, test } from 'vitest';
import { lossOf, negativeSnr } from '../../../../packages/experiments/src/pipelines/denoise-stft/losses.ts';
import { denoiserOf } from '../../../../packages/experiments/src/pipelines/denoise-stft/model.ts';
import { denoiseStft } from '../../../../packages/experiments/src/pipelines/denoise-stft/run.ts';
import { configure, performRun } from '../../../../packages/experiments/src/pipelines/perform.ts';
import type { Pipeline, Tools } from '../../../../packages/experiments/src/pipelines/pipeline.ts';
import { Interrupted } from '../../../../packages/experiments/src/pipelines/shared/phase.ts';
import { RunFolder } from '../../../../packages/experiments/src/runs/runFolder.ts';
import type { Settings } from '../../../../packages/experiments/src/settings/settings.ts';
import { scratchFolder } from '../../corporaSupport.ts';
import { tools } from '../mnist/support.ts';
import { kinds, smallConfig, word } from './support.ts';

const row = (samples: Float32Array): Tensor => fromArray(samples, [1, samples.length]) as Tensor;

/** Decibels that a few steps on one sound win. */
function won(settings: Settings, steps = 25): number {
  const config = smallConfig({ dropout: 0, ...settings });
  const model = denoiserOf(config, randomKey(3));
  const clean = word(800).map((sample) => 4 * sample);
  const noise = whiteNoise(800, { seed: 7, rms: 0.5 });
  const noisy = clean.map((sample, index) => sample + noise[index]!);
  const batch = { noisy: row(noisy), clean: row(clean) };
  const optimizer = adam(model, { rate: 1e-2 });
  const loss = lossOf(config.training.loss);
  for (let step = 0; step < steps; step++) {
    optimizer.zeroGrad();
    scope(() => {
      loss(model, batch).backward();
    });
    optimizer.step();
  }
  const after = -scope(() => negativeSnr(model.eval().forward(batch.noisy), batch.clean).item());
  return after - snr(clean, noisy);
}

describe('a few steps on one sound win decibels', () => {
  test.each(kinds)('%s', (kind) => {
    expect(won({ model: { kind, hidden: 24 } })).toBeGreaterThan(5);
  });

  test.each(['si-sdr', 'spectrum', 'magnitude'] as const)('by the loss %s', (loss) => {
    expect(won({ training: { loss } })).toBeGreaterThan(4);
  });

  test.each(['root', 'none'] as const)('seeing magnitudes as %s', (compress) => {
    expect(won({ compress })).toBeGreaterThan(4);
  });

  test('with magnitudes as the target, though they are slower', () => {
    expect(won({ target: 'magnitude' }, 60)).toBeGreaterThan(3);
  });
});

describe('runs', () => {
  const scratch = scratchFolder();
  const pipeline = denoiseStft as unknown as Pipeline;
  const config = configure(pipeline, [
    {
      corpus: { name: 'synth', speakers: 3, takes: 1 },
      stft: { sampleRate: 4000, nFft: 64, hopLength: 32 },
      model: { kind: 'gru', hidden: 12, ahead: 2 },
      noise: { testDb: [0] },
      training: { epochs: 2, batchSize: 8, seconds: 0.2 },
    },
  ]);

  function open(name: string): RunFolder {
    const record = { pipeline: pipeline.name, config, started: `2024-01-01T00:00:0${name}`, version: '0' };
    return RunFolder.create(join(scratch, name), record);
  }

  let whole: Awaited<ReturnType<typeof performRun>>;
  beforeAll(async () => {
    whole = await performRun(pipeline, config, tools, () => open('1'));
  });

  const curves = (run: RunFolder): string => readFileSync(run.file('metrics.jsonl'), 'utf8');

  /** Ends training after so many steps, as Ctrl-C does. */
  function stoppingAfter(steps: number): Tools {
    const controller = new AbortController();
    const counter: Callback = {
      onStep: (_, { step }) => {
        if (step === steps) controller.abort();
      },
    };
    return { ...tools, signal: controller.signal, progress: { ...tools.progress, training: () => counter } };
  }

  test('one that was interrupted goes on as if it had not been: the same noise, the same weights', async () => {
    const through = whole;
    const run = open('2');
    await expect(performRun(pipeline, config, stoppingAfter(4), () => run)).rejects.toThrow(Interrupted);
    const resumed = await performRun(pipeline, config, tools, () => run);
    expect(resumed.metrics).toEqual(through.metrics);
    expect(curves(run)).toBe(curves(through.run));
    expect(run.readBytes('best.safetensors')).toEqual(through.run.readBytes('best.safetensors'));
  });

  test('validation is made of decibels, and the best epoch has most of them', async () => {
    const { run } = whole;
    const held = run.metrics().filter(({ kind }) => kind === 'validation');
    expect(held.map(({ epoch }) => epoch)).toHaveLength(2);
    for (const line of held) expect(Number(line.snrDb)).toBeCloseTo(-Number(line.loss), 4);
  });

  test('without clips held back the last epoch is the one that stays', async () => {
    const none = configure(pipeline, [
      { ...(config as unknown as Settings), split: { kind: 'official', validationShare: 0 } },
    ]);
    const { run, metrics } = await performRun(pipeline, none, tools, () => open('4'));
    expect(run.metrics().every(({ kind }) => kind === 'step')).toBe(true);
    expect(Number.isFinite(metrics.testSnrDbAt0)).toBe(true);
  });

  test('another seed, other weights and other noise', () => {
    const weights = (seed: number) =>
      denoiserOf(smallConfig({ seed }), randomKey(seed)).network.parameters()[0]!.toArray();
    expect(weights(0)).toEqual(weights(0));
    expect(weights(0)).not.toEqual(weights(1));
  });
});
