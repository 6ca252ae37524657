import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import {
  adam,
  type BatchOf,
  DataLoader,
  type Dataset,
  decodeCheckpoint,
  Linear,
  listDataset,
  mse,
} from '@sonograd/nn';
import { foldIn, randomKey } from '@sonograd/tensor';
import { beforeEach, describe, expect, test } from 'vitest';
import type { TrainingWork } from '../../../packages/experiments/src/pipelines/pipeline.ts';
import { Interrupted, trainPhase } from '../../../packages/experiments/src/pipelines/shared/phase.ts';
import { RunFolder } from '../../../packages/experiments/src/runs/runFolder.ts';
import { readTrained } from '../../../packages/experiments/src/runs/trained.ts';
import { scratchFolder } from '../corporaSupport.ts';

const root = scratchFolder();

interface Pair {
  readonly x: Float32Array;
  readonly y: Float32Array;
}

/** y = 2 x. */
const pairs = (from: number, count: number): Dataset<Pair> =>
  listDataset(
    Array.from({ length: count }, (_, index) => {
      const x = (from + index) / 10;
      return { x: Float32Array.of(x), y: Float32Array.of(2 * x) };
    }),
  );

let run: RunFolder;
beforeEach(() => {
  run = RunFolder.create(root, {
    ...{ pipeline: 'line', config: { seed: 1 }, started: '2026-01-01T00:00:00Z', version: '1' },
  });
});

const moments = { per: 'bin', offset: [1, 2], scale: [3, 4] } as const;

function workOn(run: RunFolder, options: { signal?: AbortSignal; onStep?: (step: number) => void } = {}) {
  const work: TrainingWork<{ seed: number }, { moments: typeof moments }> = {
    ...{ run, config: { seed: 1 }, data: { moments }, threads: 1, cacheFolder: '' },
    signal: options.signal ?? new AbortController().signal,
    progress: {
      ...{ note: () => undefined, bar: () => () => undefined },
      training: () => ({ onStep: (_, { step }) => options.onStep?.(step) }),
    },
  };
  return work;
}

function line(epochs: number, held = pairs(20, 4)) {
  const key = randomKey(3);
  const model = new Linear(1, 1, { key: foldIn(key, 'weights') });
  return {
    ...{ name: 'line', model, epochs, held },
    optimizer: adam(model, { rate: 0.05 }),
    loader: new DataLoader(pairs(0, 12), { batchSize: 4, key }),
    loss: (model: Linear<number, number>, { x, y }: BatchOf<Pair>) => mse(model.forward(x) as typeof y, y),
  };
}

describe('trainPhase', () => {
  test('learns, and leaves curves in the order of time', async () => {
    await trainPhase(workOn(run), line(5));
    const lines = run.metrics();
    expect(lines.map(({ kind, step }) => `${kind} ${step}`).slice(0, 5)).toEqual([
      ...['step 1', 'step 2', 'step 3', 'validation 3', 'step 4'],
    ]);
    expect(lines).toHaveLength(5 * 4);
    expect(new Set(lines.map(({ phase }) => phase))).toEqual(new Set(['line']));
    expect(Number(lines.at(-1)!.loss)).toBeLessThan(Number(lines[3]!.loss));
  });

  test('ends with the weights of the best validation', async () => {
    // A rate so high that the last epoch is not the best.
    const phase = { ...line(12), optimizer: undefined };
    const optimizer = adam(phase.model, { rate: 0.9 });
    await trainPhase(workOn(run), { ...phase, optimizer });
    const losses = run.metrics().filter(({ kind }) => kind === 'validation');
    const best = losses.reduce((a, b) => (Number(b.loss) < Number(a.loss) ? b : a));
    const [saved, last] = ['best', 'last'].map((name) =>
      decodeCheckpoint(run.readBytes(`${name}.safetensors`)),
    );
    expect(saved!.epoch).toBe(best.epoch);
    expect(last!.epoch).toBe(12);
    expect([...phase.model.weight.data]).toEqual([...saved!.model.get('weight')!.data]);
  });

  test('without held-out data the last epoch counts as the best', async () => {
    await trainPhase(workOn(run), line(2, pairs(0, 0)));
    expect(run.readBytes('best.safetensors')).toEqual(run.readBytes('last.safetensors'));
    expect(run.metrics().filter(({ kind }) => kind === 'validation')).toEqual([]);
  });

  test('config and moments travel in the checkpoint', async () => {
    await trainPhase(workOn(run), line(1));
    expect(readTrained(run)).toMatchObject({ pipeline: 'line', config: { seed: 1 }, moments });
  });

  test('an earlier phase keeps its checkpoints in a folder of its own', async () => {
    await trainPhase(workOn(run), { ...line(1), folder: 'first' });
    expect(existsSync(run.file('first/best.safetensors'))).toBe(true);
    expect(run.has('best.safetensors')).toBe(false);
    expect(() => readTrained(run)).toThrow(/nothing is trained yet/);
  });

  test.each([1, 4, 6, 11])('interrupted after step %i and gone on with: the same run', async (stop) => {
    const controller = new AbortController();
    const interrupting = workOn(run, {
      signal: controller.signal,
      onStep: (step) => step === stop && controller.abort(),
    });
    const attempt = trainPhase(interrupting, line(5));
    await expect(attempt).rejects.toThrow(Interrupted);
    await expect(attempt).rejects.toThrow(`sonograd resume ${run.path}`);
    await trainPhase(workOn(run), line(5));

    const whole = RunFolder.create(root, run.record());
    await trainPhase(workOn(whole), line(5));
    for (const file of ['metrics.jsonl', 'best.safetensors', 'last.safetensors']) {
      expect(readFileSync(run.file(file)).equals(readFileSync(whole.file(file))), file).toBe(true);
    }
  });

  test('what was written after the last checkpoint is taken back', async () => {
    await trainPhase(workOn(run), line(2));
    run.appendMetrics({ phase: 'line', kind: 'step', step: 7, epoch: 2, loss: 99, rate: 1 });
    run.appendMetrics({ phase: 'other', kind: 'step', step: 1, epoch: 0, loss: 5, rate: 1 });
    await trainPhase(workOn(run), line(2));
    const lines = run.metrics();
    expect(lines.filter(({ loss }) => loss === 99)).toEqual([]);
    expect(lines.filter(({ phase }) => phase === 'other')).toHaveLength(1);
    expect(lines).toHaveLength(2 * 4 + 1);
  });

  test('a run that is over is not trained again', async () => {
    await trainPhase(workOn(run), line(2));
    const before = run.readBytes('last.safetensors');
    const steps: number[] = [];
    await trainPhase(workOn(run, { onStep: (step) => void steps.push(step) }), line(2));
    expect(steps).toEqual([]);
    expect(run.readBytes('last.safetensors')).toEqual(before);
  });

  test('a folder that is gone', async () => {
    const work = workOn(run);
    rmSync(run.path, { recursive: true });
    await expect(trainPhase(work, line(1))).rejects.toThrow(/^run: it does not exist, .*config\.json$/);
    expect(existsSync(join(run.path, 'last.safetensors'))).toBe(false);
  });
});
