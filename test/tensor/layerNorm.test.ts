import { layerNorm, memory, noGrad, randn, randomKey, scope, setEngine, type Tensor } from '@sonograd/tensor';
import { afterAll, describe, expect, test } from 'vitest';
import { onEveryEngine } from './engines.ts';
import { checkBothForms, checkSecondGradient, checkThreads, valuesAndGradients } from './fusedChecks.ts';

const inputsOf = (rows: number, length: number): Tensor[] => [
  randn([rows, length], { key: randomKey(1) }) as Tensor,
  randn([length], { key: randomKey(2) }).add(1) as Tensor,
  randn([length], { key: randomKey(3) }) as Tensor,
];

const normed = (x: Tensor, weight?: Tensor, bias?: Tensor): Tensor =>
  layerNorm(x, [x.shape.at(-1)!], weight, bias);

onEveryEngine('layerNorm', () => {
  test('gives every row mean 0 and variance 1', () => {
    const out = normed(randn([5, 37]).mul(4).add(2) as Tensor);
    for (const mean of out.mean(1).data) expect(mean).toBeCloseTo(0, 6);
    for (const variance of out.variance(1, { correction: 0 }).data) expect(variance).toBeCloseTo(1, 4);
  });

  test.each([
    [3, 4],
    [2, 5],
    [1, 6],
  ])('gradients of gradients, %i x %i', (rows, length) => {
    checkSecondGradient(normed, inputsOf(rows, length));
  });

  test.each([
    [3, 4],
    [70, 33],
    [2, 301],
  ])('both forms of the gradient agree, %i x %i', (rows, length) => {
    checkBothForms(normed, inputsOf(rows, length), 1e-4);
  });

  test('several axes are one row', () => {
    const [x, weight, bias] = inputsOf(4, 30) as [Tensor, Tensor, Tensor];
    const folded = layerNorm(
      x.reshape([4, 5, 6]) as Tensor,
      [5, 6],
      weight.reshape([5, 6]) as Tensor,
      bias.reshape([5, 6]) as Tensor,
    );
    expect([...folded.data]).toEqual([...normed(x, weight, bias).data]);
  });

  test('a constant row becomes the bias', () => {
    const [, weight, bias] = inputsOf(1, 9) as [Tensor, Tensor, Tensor];
    const x = randn([1, 9]).mul(0).add(3.7) as Tensor;
    normed(x, weight, bias).data.forEach((value, index) => {
      expect(value).toBeCloseTo(bias.data[index]!, 4);
    });
  });

  test('NaN stays in its row', () => {
    const x = randn([3, 5]) as Tensor;
    x.data[7] = Number.NaN;
    const out = [...normed(x).data].map(Number.isNaN);
    expect(out).toEqual(Array.from({ length: 15 }, (_, index) => index >= 5 && index < 10));
  });

  test('rows far from 0 keep their digits: 1e-4 at 1,000 deviations', () => {
    const x = randn([4, 500], { key: randomKey(4) }).add(1000) as Tensor;
    const out = normed(x);
    for (let row = 0; row < 4; row++) {
      const values = [...x.data.subarray(row * 500, (row + 1) * 500)];
      const mean = values.reduce((sum, value) => sum + value, 0) / 500;
      const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 500;
      values.forEach((value, index) => {
        const expected = (value - mean) / Math.sqrt(variance + 1e-5);
        expect(Math.abs(out.data[row * 500 + index]! - expected)).toBeLessThan(1e-4);
      });
    }
  });
});

describe('kernels', () => {
  afterAll(() => setEngine('simd'));

  test.each([
    [1, 7],
    [3000, 33],
    [300, 512],
    [5, 20_001],
  ])('the same bits on any number of threads, %i x %i', async (rows, length) => {
    await checkThreads(() =>
      valuesAndGradients(normed as (...x: Tensor[]) => Tensor, inputsOf(rows, length)),
    );
  });

  test('a training loop settles', () => {
    setEngine('simd');
    const x = randn([64, 32], { requiresGrad: true }) as Tensor;
    const step = () => {
      scope(() => normed(x).sum().backward());
      noGrad(() => normed(x)).dispose();
    };
    step();
    const before = memory().liveBytes;
    for (let count = 0; count < 20; count++) step();
    expect(memory().liveBytes).toBe(before);
  });
});
