import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Callback } from '@sonograd/nn';
import { beforeAll, describe, expect, test } from 'vitest';
import { mnistDense } from '../../../../packages/experiments/src/pipelines/mnist-dense/run.ts';
import { mnistLowRank } from '../../../../packages/experiments/src/pipelines/mnist-lowrank/run.ts';
import {
  configure,
  evaluateRun,
  performRun,
} from '../../../../packages/experiments/src/pipelines/perform.ts';
import type {
  Pipeline,
  PipelineConfig,
  Tools,
} from '../../../../packages/experiments/src/pipelines/pipeline.ts';
import { Interrupted } from '../../../../packages/experiments/src/pipelines/shared/phase.ts';
import { RunFolder } from '../../../../packages/experiments/src/runs/runFolder.ts';
import { readTrained } from '../../../../packages/experiments/src/runs/trained.ts';
import type { Settings } from '../../../../packages/experiments/src/settings/settings.ts';
import { scratchFolder, writeFiles } from '../../corporaSupport.ts';
import { idx, tools } from './support.ts';

const scratch = scratchFolder();
const [dense, low] = [mnistDense, mnistLowRank] as unknown as [Pipeline, Pipeline];

const small: Settings = {
  corpus: { name: 'synth', speakers: 4, takes: 2 },
  model: { hidden: 20, layers: 2 },
  training: { epochs: 3, batchSize: 16, rate: 3e-3 },
};
const smallLow: Settings = { ...small, rank: 4, curve: [8], fineTuning: { batchSize: 16 } };

let runs = 0;

function open(pipeline: Pipeline, config: PipelineConfig): RunFolder {
  const started = new Date(1_700_000_000_000 + 1000 * runs++).toISOString();
  return RunFolder.create(scratch, { pipeline: pipeline.name, config, started, version: '0' });
}

const perform = (pipeline: Pipeline, settings: Settings, run?: RunFolder, how = tools) => {
  const config = configure(pipeline, [settings]);
  return performRun(pipeline, config, how, () => run ?? open(pipeline, config));
};

let denseRun: Awaited<ReturnType<typeof perform>>;
let lowRun: Awaited<ReturnType<typeof perform>>;
beforeAll(async () => {
  denseRun = await perform(dense, small);
  lowRun = await perform(low, smallLow);
});

/** Ends a phase after so many of its steps, as Ctrl-C does. */
function stoppingIn(phase: string, steps: number): Tools {
  const controller = new AbortController();
  const training = (name: string): Callback => ({
    onStep: (_, { step }) => {
      if (name === phase && step === steps) controller.abort();
    },
  });
  return { ...tools, signal: controller.signal, progress: { ...tools.progress, training } };
}

const curves = (run: RunFolder): string => readFileSync(run.file('metrics.jsonl'), 'utf8');

describe('runs that were interrupted go on as if they had not been', () => {
  test('mnist-dense, with pictures that are bent in each epoch', async () => {
    const settings = { ...small, training: { ...(small.training as object), distort: 1 } };
    const through = await perform(dense, settings);
    const run = open(dense, configure(dense, [settings]));
    await expect(perform(dense, settings, run, stoppingIn('classifier', 7))).rejects.toThrow(Interrupted);
    const resumed = await perform(dense, settings, run);
    expect(resumed.metrics).toEqual(through.metrics);
    expect(curves(run)).toBe(curves(through.run));
  });

  test.each([['rank 8', 3]])('mnist-lowrank, in the phase %s', async (phase, steps) => {
    const through = lowRun;
    const run = open(low, configure(low, [smallLow]));
    await expect(perform(low, smallLow, run, stoppingIn(phase, steps))).rejects.toThrow(Interrupted);
    const resumed = await perform(low, smallLow, run);
    expect(resumed.metrics).toEqual(through.metrics);
    expect(run.readBytes('best.safetensors')).toEqual(through.run.readBytes('best.safetensors'));
  });
});

describe('what a run leaves', () => {
  test('moments in the checkpoint, by which other pictures are seen', async () => {
    const { run } = denseRun;
    const { moments } = readTrained(run);
    expect(moments!.per).toBe('all');
    expect(moments!.offset[0]).toBeGreaterThan(0.02);
    expect(moments!.offset[0]).toBeLessThan(0.4);
  });

  test('the low-rank net learns on: its factors move, the dense net and its cut stay', async () => {
    const { run } = lowRun;
    const { state } = readTrained(run);
    const data = (name: string) => Array.from(state.get(name)!.data);
    expect(data('nets.1.layers.1.up')).not.toEqual(
      // The first four columns of eight.
      data('factors.layers.1.up').filter((_, n) => n % 8 < 4),
    );
    expect(data('nets.1.layers.1.up')).toHaveLength(20 * 4);
    expect(data('factors.out.weight')).toEqual(data('dense.out.weight'));
    expect(data('factors.layers.0.bias')).toEqual(data('dense.layers.0.bias'));
  });

  test('one phase for each rank, the wanted one last and in the run itself', async () => {
    const { run } = lowRun;
    const phases = [...new Set(run.metrics().map(({ phase }) => phase))];
    expect(phases).toEqual(['dense', 'rank 8', 'rank 4']);
    expect(['dense', 'rank8', 'rank4'].map((name) => existsSync(run.file(name)))).toEqual([
      true,
      true,
      false,
    ]);
  });

  test('a table over the rank, the whole net below', async () => {
    const { report, metrics } = lowRun;
    const [table] = report.tables;
    expect(table!.head).toEqual(['rank', 'parameters', 'multiply-adds', 'cut', 'cut, then trained again']);
    expect(table!.rows.map(([rank]) => rank)).toEqual([4, 8, 'whole']);
    const [four, , whole] = table!.rows;
    expect(four!.slice(1)).toEqual([
      ...[metrics.parameters, metrics.multiplyAdds, metrics.testAccuracyBefore, metrics.testAccuracy],
    ]);
    expect(whole!.slice(1, 4)).toEqual([
      ...[metrics.parametersDense, metrics.multiplyAddsDense, metrics.testAccuracyDense],
    ]);
    expect(metrics.parameters).toBe(4 * (784 + 20) + 20 + 4 * 40 + 20 + 210);
    expect(report.models.map(({ name }) => name)).toEqual(['dense', 'rank 4']);
  });
});

describe('evaluate on another folder', () => {
  test('all its pictures, by the moments of training; a folder of test files alone', async () => {
    const { run } = denseRun;
    const white = new Uint8Array(2 * 784).fill(255);
    const folder = writeFiles(join(scratch, 'other'), {
      't10k-images-idx3-ubyte': idx([2, 28, 28], white),
      't10k-labels-idx1-ubyte': idx([2], [3, 3]),
    });
    const { metrics } = await evaluateRun(run, tools, { corpus: { name: 'mnist', folder } });
    expect(metrics.testClips).toBe(2);
    expect([0, 1]).toContain(metrics.testAccuracy);
  });

  test('pictures of another size are refused', async () => {
    const { run } = denseRun;
    const folder = writeFiles(join(scratch, 'tiny'), {
      't10k-images-idx3-ubyte': idx([1, 3, 3], new Uint8Array(9)),
      't10k-labels-idx1-ubyte': idx([1], [3]),
    });
    await expect(evaluateRun(run, tools, { corpus: { name: 'mnist', folder } })).rejects.toThrow(
      'pictures: the net knows pictures of 784 pixels, these have 9',
    );
    rmSync(folder, { recursive: true });
  });
});
