import {
  bceWithLogits,
  contrastive,
  cosineEmbedding,
  crossEntropy,
  huber,
  klToUnitGaussian,
  l1,
  mse,
  negativeSiSdr,
  ntXent,
  triplet,
} from '@sonograd/nn';
import { fromArray, gradCheck, ones, randn, randomKey, type Tensor, zeros } from '@sonograd/tensor';
import { describe, expect, test } from 'vitest';
import { onEveryEngine } from '../tensor/engines.ts';

const [first, second, third] = [13, 14, 15].map(
  (seed) => randn([4, 5], { key: randomKey(seed) }) as Tensor,
) as [Tensor, Tensor, Tensor];
const labels = fromArray(Int32Array.of(1, 0, 1, 0), [4]);

onEveryEngine('gradients of losses against differences', () => {
  test.each([
    ['mse', () => gradCheck((a, b) => mse(a as Tensor, b as Tensor), [first, second])],
    ['l1', () => gradCheck((a) => l1(a as Tensor, second), [first], { step: 1e-3, absoluteTolerance: 5e-3 })],
    ['huber', () => gradCheck((a) => huber(a as Tensor, second, { delta: 0.4 }), [first])],
    [
      'bceWithLogits',
      () => gradCheck((a, t) => bceWithLogits(a as Tensor, t as Tensor), [first, second.sigmoid() as Tensor]),
    ],
    [
      'klToUnitGaussian',
      () => gradCheck((m, v) => klToUnitGaussian(m as Tensor, v as Tensor), [first, second]),
    ],
    ['crossEntropy', () => gradCheck((a) => crossEntropy(a as Tensor, labels), [first])],
    [
      'cosineEmbedding',
      () =>
        gradCheck(
          (a, b) => cosineEmbedding(a as Tensor, b as Tensor, labels, { margin: -1 }),
          [first, second],
        ),
    ],
    [
      'contrastive',
      () =>
        gradCheck((a, b) => contrastive(a as Tensor, b as Tensor, labels, { margin: 9 }), [first, second], {
          relativeTolerance: 2e-2,
        }),
    ],
    [
      'triplet',
      () =>
        gradCheck(
          (a, p, n) => triplet(a as Tensor, p as Tensor, n as Tensor, { margin: 9 }),
          [first, second, third],
        ),
    ],
    ['ntXent', () => gradCheck((a, b) => ntXent(a as Tensor, b as Tensor), [first, second])],
    [
      'negativeSiSdr',
      () =>
        gradCheck((a) => negativeSiSdr(a as Tensor, second), [first], {
          relativeTolerance: 3e-2,
          absoluteTolerance: 3e-2,
        }),
    ],
  ] as [string, () => void][])('%s', (_name, check) => check());
});

describe('what the numbers mean', () => {
  test('a perfect estimate: no distance, and as many decibels as float32 can tell', () => {
    expect(mse(first, first).item()).toBe(0);
    expect(huber(first, first).item()).toBe(0);
    expect(negativeSiSdr(first, first.mul(3) as Tensor).item()).toBeLessThan(-100);
    expect(klToUnitGaussian(zeros([2, 3]), zeros([2, 3])).item()).toBe(0);
  });

  test('silence against silence is a number', () => {
    expect(negativeSiSdr(zeros([1, 8]), zeros([1, 8])).item()).toBeTypeOf('number');
    expect(Number.isFinite(negativeSiSdr(zeros([1, 8]), zeros([1, 8])).item())).toBe(true);
    expect(Number.isFinite(cosineEmbedding(zeros([4, 5]), first, labels).item())).toBe(true);
    const x = zeros([4, 5], { requiresGrad: true });
    contrastive(x, zeros([4, 5]), labels).backward();
    expect([...(x.grad as Tensor).data].every(Number.isFinite)).toBe(true);
  });

  test('logits of a thousand do not overflow', () => {
    const logits = fromArray(Float32Array.of(1000, -1000), [2], { requiresGrad: true });
    const loss = bceWithLogits(logits, fromArray(Float32Array.of(0, 1), [2]));
    loss.backward();
    expect(loss.item()).toBe(1000);
    expect([...(logits.grad as Tensor).data]).toEqual([0.5, -0.5]);
  });

  test('all views alike: the other one is found by chance, among 2 n - 1', () => {
    expect(ntXent(ones([4, 3]), ones([4, 3])).item()).toBeCloseTo(Math.log(7), 5);
  });

  test('weights count: twice for all is twice the loss', () => {
    const target = second.sigmoid() as Tensor;
    const twice = bceWithLogits(first, target, { weight: zeros([5]).add(2) as Tensor });
    expect(twice.item()).toBeCloseTo(2 * bceWithLogits(first, target).item(), 5);
  });
});

describe('bad input names the loss and the values', () => {
  test.each([
    ['mse: shapes differ, [4, 5] and [5]', () => mse(first, ones([5]))],
    ['l1: shapes differ, [4, 5] and [4, 1]', () => l1(first, ones([4, 1]))],
    ['huber: shapes differ, [4, 5] and []', () => huber(first, ones([]))],
    ['bceWithLogits: shapes differ, [4, 5] and [5, 4]', () => bceWithLogits(first, ones([5, 4]))],
    ['triplet: shapes differ, [4, 5] and [3, 5]', () => triplet(first, second, ones([3, 5]))],
    ['contrastive: labels must be [4], got [2, 2]', () => contrastive(first, second, labels.reshape([2, 2]))],
    ['ntXent: temperature must be above 0, got 0', () => ntXent(first, second, { temperature: 0 })],
    [
      'mse: reduction must be one of mean, sum, none, got max',
      () => mse(first, second, { reduction: 'max' as 'mean' }),
    ],
  ] as [string, () => unknown][])('%s', (message, run) => {
    expect(run).toThrow(message);
  });
});
