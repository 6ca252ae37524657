import { randomKey } from '@sonograd/tensor';
import { describe, expect, test } from 'vitest';
import { CnnRecogniser } from '../../../packages/experiments/src/pipelines/recognise-cnn/model.ts';
import { LstmRecogniser } from '../../../packages/experiments/src/pipelines/recognise-lstm/model.ts';
import { TransformerRecogniser } from '../../../packages/experiments/src/pipelines/recognise-transformer/model.ts';
import { findPipeline } from '../../../packages/experiments/src/pipelines/registry.ts';
import { builtInSweeps, openSweep } from '../../../packages/experiments/src/sweeps/builtIn/registry.ts';
import {
  type SweepSettings,
  sweepDeclaration,
} from '../../../packages/experiments/src/sweeps/declaration.ts';
import { type PlanOptions, planSweep, seedsOf } from '../../../packages/experiments/src/sweeps/plan.ts';

const plan = (settings: Partial<SweepSettings>, options: PlanOptions = {}) =>
  planSweep('mine', sweepDeclaration.parse({ pipeline: 'embed-average', ...settings }), options);

const hidden = { factors: { 'model.hidden': [8, 16] } };

interface Average {
  readonly seed: number;
  readonly model: { readonly hidden: number };
  readonly training: { readonly epochs: number; readonly rate: number };
  readonly corpus: { readonly speakers: number };
  readonly split: object;
}

const configs = (settings: Partial<SweepSettings>, options?: PlanOptions) =>
  plan(settings, options).tasks.map(({ config }) => config as unknown as Average);

describe('tasks', () => {
  test('seed by seed, each cell once before any comes again', () => {
    const { tasks } = plan({ ...hidden, seeds: 2 });
    expect(tasks.map(({ cell, seed, folder }) => [cell, seed, folder])).toEqual([
      ['hidden=8', 0, 'hidden=8/seed-0'],
      ['hidden=16', 0, 'hidden=16/seed-0'],
      ['hidden=8', 1, 'hidden=8/seed-1'],
      ['hidden=16', 1, 'hidden=16/seed-1'],
    ]);
    expect(tasks.map(({ config }) => config.seed)).toEqual([0, 0, 1, 1]);
  });

  test('seeds: a count, a list, or what people say', () => {
    expect(seedsOf(sweepDeclaration.parse({ pipeline: 'p', ...hidden }))).toEqual([0, 1, 2]);
    expect(configs({ ...hidden, seeds: [7] }).map(({ seed }) => seed)).toEqual([7, 7]);
    expect(configs({ ...hidden, seeds: [7] }, { seeds: [3] }).map(({ seed }) => seed)).toEqual([3, 3]);
  });

  test('the weaker first: defaults, quick, base, what people set, the cell', () => {
    const base = { 'training.epochs': 4, 'training.rate': 0.5, 'model.hidden': 3 };
    const given = () => [{ training: { rate: 0.25 }, model: { hidden: 99 } }];
    const [first] = configs({ base, ...hidden, seeds: 1 }, { settings: given, quick: true });
    expect(first).toMatchObject({
      corpus: { speakers: 6 },
      training: { epochs: 4, rate: 0.25 },
      model: { hidden: 8 },
    });
  });

  test('folders are plain names, and none leaves the sweep', () => {
    const names = ['../../etc', 'a/b: c', '…', 'ünï'];
    const { tasks } = plan({ cells: names.map((name) => ({ name })), seeds: 1 });
    expect(tasks.map(({ folder }) => folder)).toEqual([
      'etc/seed-0',
      'a-b-c/seed-0',
      'cell/seed-0',
      'ünï/seed-0',
    ]);
  });

  test.each([
    [{ cells: [{ name: 'a b' }, { name: 'a/b' }] }, /must not share a name, a b and a\/b/],
    [
      { cells: [{ name: 'x', set: { 'model.hiden': 3 } }] },
      /in the cell x: config: there is no field model\.hiden/,
    ],
    [{ cells: [{ name: 'x', pipeline: 'nobody' }] }, /there is none called nobody/],
    [{ factors: { 'training.rate': [0.1, -1] } }, /in the cell rate=-1: .*training\.rate/],
  ])('%j is refused before anything runs', (settings, message) => {
    expect(() => plan(settings)).toThrow(message);
  });
});

describe('speakers left out', () => {
  test('each in turn, as the only test, within each seed', () => {
    const base = { 'corpus.speakers': 3, 'corpus.takes': 1 };
    const { tasks } = plan({ base, ...hidden, seeds: 1 }, { speakersOut: true });
    expect(tasks.map(({ cell, speaker }) => `${cell} ${speaker}`)).toEqual([
      'hidden=8 voice000',
      'hidden=8 voice001',
      'hidden=8 voice002',
      'hidden=16 voice000',
      'hidden=16 voice001',
      'hidden=16 voice002',
    ]);
    expect(tasks[1]!.folder).toBe('hidden=8/without-voice001-seed-0');
    expect(tasks[1]!.config).toMatchObject({ split: { kind: 'disjoint', testSpeakers: ['voice001'] } });
  });

  test('a pipeline without speakers says so', () => {
    const options = {
      speakersOut: true,
      settings: () => [{ corpus: { name: 'pictures', folder: 'nowhere' } }],
    };
    expect(() => plan(hidden, options)).toThrow(/nowhere/);
  });
});

describe.each(Object.keys(builtInSweeps))('built in: %s', (name) => {
  test.each([true, false])('every cell is a config that its pipeline takes, quick %s', (quick) => {
    const { declaration } = openSweep(name);
    const { tasks, metric } = planSweep(name, declaration, { quick, seeds: [0] });
    for (const { pipeline, config } of tasks) {
      expect(findPipeline(pipeline).schema.parse(config)).toEqual(config);
    }
    expect(new Set(tasks.map(({ config, pipeline }) => JSON.stringify([pipeline, config]))).size).toBe(
      tasks.length,
    );
    expect(metric).toBe('testAccuracy');
  });
});

interface Shape {
  readonly spectrum: { readonly nMels: number };
  readonly size: { readonly frames: number };
}

test.each([true, false])('families are of one size within two in a hundred, quick %s', (quick) => {
  const { tasks } = planSweep('families', openSweep('families').declaration, { quick, seeds: [0] });
  const sizes = tasks.map(({ pipeline, config }) => {
    const { model, features } = config as unknown as { model: never; features: Shape };
    const size = { bins: features.spectrum.nMels, frames: features.size.frames, key: randomKey(0) };
    const network = new networks[pipeline as keyof typeof networks]({
      ...(model as object),
      ...size,
    } as never);
    return network.parameters().reduce((sum, tensor) => sum + tensor.size, 0);
  });
  for (const size of sizes) expect(Math.abs(size / 195_000 - 1)).toBeLessThan(0.02);
});

const networks = {
  'recognise-cnn': CnnRecogniser,
  'recognise-lstm': LstmRecogniser,
  'recognise-transformer': TransformerRecogniser,
};
