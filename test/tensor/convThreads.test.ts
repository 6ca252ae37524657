import { avgPool2d, maxPool2d, randn, resize, scope, setEngine, type Tensor } from '@sonograd/tensor';
import { poolReady } from '@sonograd/wasm';
import { afterAll, describe, expect, test } from 'vitest';
import { type ConvCase, runCase, showCase } from './convHarness.ts';

afterAll(() => setEngine('simd'));

/** Each way of computing, with work enough for several threads. */
const cases: ConvCase[] = [
  { x: [4, 32, 30, 30], filters: [32, 32, 3, 3], options: { padding: 1 } },
  { x: [3, 24, 33, 29], filters: [40, 24, 3, 3], options: { padding: 1, stride: 2 } },
  { x: [4, 1, 40, 40], filters: [16, 1, 3, 3], options: { padding: 1 } },
  { x: [4, 16, 40, 40], filters: [1, 16, 3, 3], options: { padding: 1 } },
  { x: [8, 24, 20, 20], filters: [24, 24, 1, 1] },
  { x: [2, 64, 30, 30], filters: [64, 1, 5, 5], options: { padding: 2, groups: 64 } },
  { x: [4, 32, 14, 14], filters: [32, 16, 2, 2], options: { stride: 2 }, transposed: true },
  { x: [4, 32, 14, 14], filters: [32, 16, 4, 4], options: { stride: 2, padding: 1 }, transposed: true },
  { x: [1, 8, 1, 9000], filters: [16, 8, 1, 9], options: { padding: [0, 4] } },
];

async function withThreads(count: number): Promise<void> {
  setEngine(count === 1 ? 'simd' : 'threads', { threads: count });
  await poolReady();
}

describe('same bits on any number of threads', () => {
  test.each(cases.map((given) => [showCase(given), given] as const))('%s', async (_, given) => {
    await withThreads(1);
    const alone = runCase(given);
    for (const threads of [2, 3, 4, 8]) {
      await withThreads(threads);
      expect(runCase(given)).toEqual(alone);
    }
  });

  const planes: [string, (x: Tensor) => Tensor][] = [
    ['maxPool2d 2', (x) => maxPool2d(x, 2) as Tensor],
    ['maxPool2d 3 stride 2', (x) => maxPool2d(x, 3, { stride: 2, padding: 1 }) as Tensor],
    ['avgPool2d 3', (x) => avgPool2d(x, 3, { stride: 1, padding: 1 }) as Tensor],
    ['resize', (x) => resize(x, [70, 51], { mode: 'bilinear' }) as Tensor],
  ];
  test.each(planes)('%s', async (_, f) => {
    await withThreads(1);
    const x = randn([6, 8, 40, 41], { requiresGrad: true }) as Tensor;
    const run = () =>
      scope(() => {
        x.grad = null;
        const y = f(x);
        y.mul(y).sum().backward();
        return [y.data.slice(), x.grad!.data.slice()];
      });
    const alone = run();
    for (const threads of [2, 3, 8]) {
      await withThreads(threads);
      expect(run()).toEqual(alone);
    }
  });
});
