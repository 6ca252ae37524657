import { describe, expect, test } from 'vitest';
import { mnistDense } from '../../../../packages/experiments/src/pipelines/mnist-dense/run.ts';
import { ranksOf } from '../../../../packages/experiments/src/pipelines/mnist-lowrank/config.ts';
import { mnistLowRank } from '../../../../packages/experiments/src/pipelines/mnist-lowrank/run.ts';
import { configure } from '../../../../packages/experiments/src/pipelines/perform.ts';
import type { Pipeline } from '../../../../packages/experiments/src/pipelines/pipeline.ts';
import type { Settings } from '../../../../packages/experiments/src/settings/settings.ts';

const [dense, low] = [mnistDense, mnistLowRank] as unknown as [Pipeline, Pipeline];

const refusal = (pipeline: Pipeline, settings: Settings): string => {
  try {
    configure(pipeline, [settings]);
    return 'nothing was refused';
  } catch (error) {
    return (error as Error).message;
  }
};

describe('mnist-dense', () => {
  test('what it is unless told otherwise', () => {
    expect(configure(dense, [])).toEqual({
      corpus: { name: 'synth', speakers: 12, takes: 10, seed: 0 },
      ...{ validationShare: 0.1, seed: 0 },
      model: { hidden: 1024, layers: 5, dropout: 0.2 },
      training: { epochs: 30, batchSize: 128, rate: 0.001, distort: 1 },
    });
  });

  test('the quick form is small, and drawn', () => {
    expect(configure(dense, [], { quick: true })).toMatchObject({
      corpus: { name: 'synth' },
      model: { hidden: 64, layers: 2, dropout: 0.2 },
    });
  });

  test('another corpus does not keep the fields of the first', () => {
    const { corpus } = configure(dense, [{ corpus: { name: 'mnist', folder: 'digits' } }]) as unknown as {
      corpus: unknown;
    };
    expect(corpus).toEqual({ name: 'mnist', folder: 'digits' });
  });

  test.each([
    [{ corpus: { name: 'fsdd' } }, /^config: corpus\.name: /],
    [{ features: {} }, /there is no field features/],
    [{ model: { layers: 0 } }, /model\.layers/],
    [{ model: { dropout: 1 } }, /model\.dropout/],
    [{ training: { distort: -1 } }, /training\.distort/],
    [{ validationShare: 1 }, /validationShare/],
    [{ rank: 3 }, /there is no field rank/],
  ])('%j is refused', (settings, message) => {
    expect(refusal(dense, settings)).toMatch(message);
  });
});

describe('mnist-lowrank', () => {
  test('the same net, rank 20, two epochs more', () => {
    const config = configure(low, []);
    expect(config).toMatchObject(configure(dense, []));
    expect(config).toMatchObject({
      ...{ from: null, rank: 20, curve: [2, 5, 10, 40, 80] },
      fineTuning: { epochs: 2, batchSize: 128, rate: 0.001, distort: 1 },
    });
  });

  test('--epochs is of the dense net alone', () => {
    expect(low.epochFields).toEqual(['training.epochs']);
  });

  test.each([
    [{ rank: 0 }, /rank/],
    [{ rank: 1.5 }, /rank/],
    [{ curve: [3, -1] }, /curve/],
    [{ rank: 30, model: { hidden: 20 } }, /a rank exceeds the units of a layer, 80 > 20/],
    [{ from: '' }, /from/],
    [{ fineTuning: { epochs: 0 } }, /fineTuning\.epochs/],
  ])('%j is refused', (settings, message) => {
    expect(refusal(low, settings)).toMatch(message);
  });

  test.each([
    [20, [], [20]],
    [20, [20], [20]],
    [5, [1, 9, 3], [1, 3, 9, 5]],
    [9, [9, 3, 3], [3, 9]],
  ])('rank %i with the curve %j: %j', (rank, curve, expected) => {
    expect(ranksOf({ rank, curve })).toEqual(expected);
  });
});
