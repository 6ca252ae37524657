import { availableParallelism } from 'node:os';
import { heap, poolReady, setThreads } from '@sonograd/wasm';
import { afterEach, describe, expect, test } from 'vitest';
import { planMatmul } from '../../packages/tensor/src/ops/matmul/plan.ts';
import { runMatmul } from '../../packages/tensor/src/ops/matmul/runMatmul.ts';
import { multiply, type Options, type Sizes } from './matmulKernelHarness.ts';

const cores = availableParallelism();

afterEach(() => setThreads(1));

/** The better of several tries, each a ratio of two times taken one after the other: other programs are running. */
function bestRatio(enough: number, tries: number, ratio: () => number): number {
  let best = 0;
  for (let round = 0; round < tries && best < enough; round++) best = Math.max(best, ratio());
  return best;
}

/** Billions of operations a second, the best of three. */
function rate([m, n, k]: Sizes, repeats: number, options: Options = {}): number {
  const [a, b, out] = [m * k, k * n, m * n].map((length) => heap.allocate(length * 4)) as [
    number,
    number,
    number,
  ];
  heap.f32(a, m * k).fill(0.5);
  heap.f32(b, k * n).fill(0.25);
  const times = [1, 2, 3].map(() => {
    const start = performance.now();
    for (let repeat = 0; repeat < repeats; repeat++) runMatmul({ out, a, b, m, n, k, ...options });
    return performance.now() - start;
  });
  for (const pointer of [a, b, out]) heap.free(pointer);
  return (2 * m * n * k * repeats) / Math.min(...times) / 1e6;
}

const cases: [Sizes, Options][] = [
  [[257, 390, 400], {}],
  [[130, 513, 700], { transposeA: true, hasBias: true, activation: 'relu' }],
  [[300, 200, 300], { transposeB: true, accumulate: true }],
  [[33, 1025, 391], { transposeA: true, transposeB: true }],
  [[40, 50, 60], { batch: 24 }],
  [[1, 2000, 1500], {}],
  [[1, 2000, 1500], { transposeB: true, hasBias: true }],
  [[2000, 1, 1500], { accumulate: true }],
  [[2001, 1, 1503], { transposeA: true }],
];

describe('same bits on any number of threads', () => {
  test.each(cases)('%j %j', async (size, options) => {
    const alone = multiply(size, options);
    for (const threads of [2, 3, 4, 8]) {
      setThreads(threads);
      await poolReady();
      expect(multiply(size, options)).toEqual(alone);
    }
  });
});

describe('planMatmul', () => {
  const sides = [1, 2, 7, 32, 63, 64, 127, 128, 300, 512, 1000, 1024, 5000];
  const all = sides.flatMap((m) => sides.flatMap((n) => sides.map((k): Sizes => [m, n, k])));

  test('blocks are whole tiles, fit the caches, and the piece depends on the inner size alone', () => {
    for (const [m, n, k] of all) {
      const plan = planMatmul(m, n, k, 1);
      expect(plan.blockRows % 4).toBe(0);
      expect(plan.blockColumns % 8).toBe(0);
      expect(plan.blockRows).toBeLessThanOrEqual(256);
      expect(plan.blockColumns).toBeLessThanOrEqual(128);
      expect(plan.piece).toBeLessThanOrEqual(384);
      expect(plan.piece).toBe(planMatmul(1, 1, k, 7).piece);
      expect(plan.grain).toBeGreaterThanOrEqual(1);
    }
  });

  test('large products give every thread something, small ones stay on one', () => {
    const shares = ([m, n, k]: Sizes, batch = 1): number => {
      const { blockRows, blockColumns, grain } = planMatmul(m, n, k, batch);
      return (batch * Math.ceil(m / blockRows) * Math.ceil(n / blockColumns)) / grain;
    };
    for (const size of [
      [1024, 1024, 1024],
      [512, 512, 512],
      [32, 8192, 512],
      [2048, 128, 256],
    ] as Sizes[]) {
      expect(shares(size)).toBeGreaterThanOrEqual(8);
    }
    expect(shares([64, 64, 64], 256)).toBeGreaterThanOrEqual(8);
    for (const size of [
      [32, 32, 32],
      [64, 64, 64],
      [32, 10, 64],
    ] as Sizes[]) {
      expect(shares(size)).toBeLessThanOrEqual(1);
    }
  });
});

describe('speed', () => {
  test('63³ runs at half the rate of 64³ or better, 127³ at 0.7 of 128³', () => {
    rate([64, 64, 64], 2000);
    expect(bestRatio(0.5, 20, () => rate([63, 63, 63], 100) / rate([64, 64, 64], 100))).toBeGreaterThan(0.5);
    const large = () => rate([127, 127, 127], 20) / rate([128, 128, 128], 20);
    expect(bestRatio(0.7, 20, large)).toBeGreaterThan(0.7);
  });

  test('a transposed operand costs less than a third', () => {
    for (const options of [{ transposeA: true }, { transposeB: true }]) {
      const ratio = () => rate([256, 256, 256], 4, options) / rate([256, 256, 256], 4);
      expect(bestRatio(0.67, 20, ratio)).toBeGreaterThan(0.67);
    }
  });

  test.skipIf(cores < 4)(
    'four threads are at least half as fast again as one (needs four cores)',
    async () => {
      const ratios: number[] = [];
      for (let round = 0; round < 10 && Math.max(0, ...ratios) < 1.5; round++) {
        setThreads(4);
        await poolReady();
        const together = rate([512, 512, 512], 2);
        setThreads(1);
        ratios.push(together / rate([512, 512, 512], 2));
      }
      expect(Math.max(...ratios)).toBeGreaterThan(1.5);
    },
  );
});
