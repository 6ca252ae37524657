import { avgPool2d, fromArray, maxPool2d, resize, scope, setEngine, type Tensor } from '@sonograd/tensor';
import { poolReady } from '@sonograd/wasm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ConvCase, type ConvResults, runCase, showCase } from './convHarness.ts';
import { numbers } from './matmulKernelHarness.ts';

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

const planes: [string, (x: Tensor) => Tensor][] = [
  ['maxPool2d 2', (x) => maxPool2d(x, 2) as Tensor],
  ['maxPool2d 3 stride 2', (x) => maxPool2d(x, 3, { stride: 2, padding: 1 }) as Tensor],
  ['avgPool2d 3', (x) => avgPool2d(x, 3, { stride: 1, padding: 1 }) as Tensor],
  ['resize', (x) => resize(x, [70, 51], { mode: 'bilinear' }) as Tensor],
];

function runPlanes(f: (x: Tensor) => Tensor): Float32Array[] {
  return scope(() => {
    const x = fromArray(numbers(6 * 8 * 40 * 41, 9), [6, 8, 40, 41], { requiresGrad: true }) as Tensor;
    const y = f(x);
    y.mul(y).sum().backward();
    return [y.data.slice(), x.grad!.data.slice()];
  });
}

/** Compared as bytes, which for so many numbers is faster by far. */
function haveSameBits(found: readonly Float32Array[], wanted: readonly Float32Array[]): boolean {
  const bytes = (values: Float32Array) => Buffer.from(values.buffer, values.byteOffset, values.byteLength);
  return found.every((values, index) => bytes(values).equals(bytes(wanted[index]!)));
}

const alone = { cases: [] as ConvResults[], planes: [] as Float32Array[][] };

beforeAll(() => {
  setEngine('simd');
  alone.cases = cases.map((given) => runCase(given));
  alone.planes = planes.map(([, f]) => runPlanes(f));
});

describe.each([2, 3, 4, 8])('on %d threads the same bits as on one', (threads) => {
  beforeAll(async () => {
    setEngine('threads', { threads });
    await poolReady();
  });

  test.each(cases.map((given, index) => [showCase(given), given, index] as const))(
    '%s',
    (_, given, index) => {
      const found = runCase(given);
      const wanted = alone.cases[index]!;
      expect(haveSameBits(Object.values(found), Object.values(wanted))).toBe(true);
    },
  );

  test.each(planes.map(([name, f], index) => [name, f, index] as const))('%s', (_, f, index) => {
    expect(haveSameBits(runPlanes(f), alone.planes[index]!)).toBe(true);
  });
});
