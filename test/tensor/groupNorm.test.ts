import {
  batchNorm,
  groupNorm,
  layerNorm,
  memory,
  noGrad,
  randn,
  randomKey,
  scope,
  setEngine,
  type Tensor,
} from '@sonograd/tensor';
import { afterAll, describe, expect, test } from 'vitest';
import { onEveryEngine } from './engines.ts';
import {
  checkBothForms,
  checkSecondGradient,
  checkThreads,
  largestDifference,
  valuesAndGradients,
} from './fusedChecks.ts';

const inputsOf = (shape: readonly number[]): Tensor[] => [
  randn(shape, { key: randomKey(1) }) as Tensor,
  randn([shape[1]!], { key: randomKey(2) }).add(1) as Tensor,
  randn([shape[1]!], { key: randomKey(3) }) as Tensor,
];

const grouped = (groups: number) => (x: Tensor, weight?: Tensor, bias?: Tensor) =>
  groupNorm(x, groups, weight, bias);

onEveryEngine('groupNorm', () => {
  test('gives every group of every example mean 0 and variance 1', () => {
    const out = grouped(2)(randn([3, 4, 7]).mul(4).add(2) as Tensor).reshape([3, 2, 14]);
    for (const mean of out.mean(2).data) expect(mean).toBeCloseTo(0, 6);
    for (const variance of out.variance(2, { correction: 0 }).data) expect(variance).toBeCloseTo(1, 4);
  });

  test.each([
    [[2, 4, 3], 2],
    [[1, 3, 2, 2], 3],
    [[2, 4], 1],
  ])('gradients of gradients, %j in %i groups', (shape, groups) => {
    checkSecondGradient(grouped(groups), inputsOf(shape));
  });

  test.each([
    [[2, 4, 3], 2],
    [[3, 8, 33], 4],
    [[4, 6, 5, 7], 6],
  ])('both forms of the gradient agree, %j in %i groups', (shape, groups) => {
    checkBothForms(grouped(groups), inputsOf(shape), 1e-4);
  });

  test('one group is layer normalisation of each example', () => {
    const [x] = inputsOf([3, 4, 6]) as [Tensor];
    const expected = layerNorm(x, [4, 6]);
    expect(largestDifference(grouped(1)(x).data, expected.data)).toBeLessThan(1e-5);
  });

  test('with one example and a group for each channel it is batch normalisation', () => {
    const inputs = inputsOf([1, 4, 30]);
    const batch = (x: Tensor, weight: Tensor, bias: Tensor): Tensor =>
      batchNorm(x, { training: true, weight, bias });
    const expected = valuesAndGradients(batch as (...x: Tensor[]) => Tensor, inputs);
    valuesAndGradients(grouped(4) as (...x: Tensor[]) => Tensor, inputs).forEach((values, index) => {
      expect(largestDifference(values, expected[index]!)).toBeLessThan(1e-5);
    });
  });

  test('groups must be whole', () => {
    const x = randn([2, 4]) as Tensor;
    for (const groups of [0, -2, 1.5, 3]) {
      expect(() => groupNorm(x, groups)).toThrow(`groupNorm: groups must divide 4 channels, got ${groups}`);
    }
    expect(() => groupNorm(randn([3]) as Tensor, 1)).toThrow(
      'groupNorm: x must have a batch and channels, got [3]',
    );
  });
});

describe('kernels', () => {
  afterAll(() => setEngine('simd'));

  test.each([
    [[3, 4, 5], 2],
    [[20, 8, 33, 40], 4],
    [[2, 6, 9000], 3],
  ])('the same bits on any number of threads, %j in %i groups', async (shape, groups) => {
    await checkThreads(() =>
      valuesAndGradients(grouped(groups) as (...x: Tensor[]) => Tensor, inputsOf(shape)),
    );
  });

  test('a training loop settles', () => {
    setEngine('simd');
    const x = randn([8, 4, 32], { requiresGrad: true }) as Tensor;
    const step = () => {
      scope(() => grouped(2)(x).sum().backward());
      noGrad(() => grouped(2)(x)).dispose();
    };
    step();
    const before = memory().liveBytes;
    for (let count = 0; count < 20; count++) step();
    expect(memory().liveBytes).toBe(before);
  });
});
