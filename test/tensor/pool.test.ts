import {
  adaptiveAvgPool1d,
  adaptiveAvgPool2d,
  avgPool2d,
  fromArray,
  maxPool1d,
  maxPool2d,
  memory,
  noGrad,
  resize,
  type Shape,
  scope,
  setEngine,
  type Tensor,
} from '@sonograd/tensor';
import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import {
  linear,
  type Mixture,
  nearest,
  partMeans,
  transposed,
  windowMeans,
} from '../../packages/tensor/src/ops/pool/mixture.ts';
import { worstError } from './convHarness.ts';
import { onEveryEngine } from './engines.ts';
import { numbers } from './matmulKernelHarness.ts';

afterEach(() => setEngine('simd'));

type PlaneOp = (x: Tensor) => Tensor;

function run(
  f: PlaneOp,
  shape: Shape,
  values = numbers(
    shape.reduce((a, b) => a * b, 1),
    1,
  ),
) {
  return scope(() => {
    const x = fromArray(values, shape, { requiresGrad: true }) as Tensor;
    const y = f(x);
    y.backward(fromArray(numbers(y.size, 2), y.shape) as Tensor);
    return { y: y.data.slice(), dx: x.grad!.data.slice() };
  });
}

function onBoth(f: PlaneOp, shape: Shape) {
  setEngine('reference');
  const wanted = run(f, shape);
  setEngine('simd');
  const found = run(f, shape);
  return Math.max(worstError(found.y, wanted.y), worstError(found.dx, wanted.dx));
}

const shapeOf = fc
  .tuple(
    fc.integer({ min: 1, max: 2 }),
    fc.integer({ min: 1, max: 3 }),
    fc.integer({ min: 4, max: 19 }),
    fc.integer({ min: 4, max: 19 }),
  )
  .map((shape) => shape as Shape);
const pair = (least: number, most: number) =>
  fc.tuple(fc.integer({ min: least, max: most }), fc.integer({ min: least, max: most }));

describe('random shapes against the reference', () => {
  const windows = fc.record({ kernel: pair(2, 4), stride: pair(1, 4), padding: pair(0, 1) });

  test('maxPool2d: the same bits', () => {
    fc.assert(
      fc.property(
        shapeOf,
        windows,
        (shape, { kernel, ...options }) =>
          onBoth((x) => maxPool2d(x, kernel, options) as Tensor, shape) === 0,
      ),
      { numRuns: 60, seed: 1 },
    );
  });

  test('avgPool2d within 2e-6', () => {
    fc.assert(
      fc.property(
        shapeOf,
        windows,
        fc.boolean(),
        (shape, { kernel, ...options }, countIncludePad) =>
          onBoth((x) => avgPool2d(x, kernel, { ...options, countIncludePad }) as Tensor, shape) < 2e-6,
      ),
      { numRuns: 60, seed: 2 },
    );
  });

  test('adaptiveAvgPool2d and resize within 2e-6', () => {
    fc.assert(
      fc.property(shapeOf, pair(1, 30), (shape, size) => {
        const ops: PlaneOp[] = [
          (x) => adaptiveAvgPool2d(x, size) as Tensor,
          (x) => resize(x, size) as Tensor,
          (x) => resize(x, size, { mode: 'bilinear' }) as Tensor,
        ];
        return ops.every((f) => onBoth(f, shape) < 2e-6);
      }),
      { numRuns: 40, seed: 3 },
    );
  });
});

onEveryEngine('pooling', () => {
  const image = (rows: readonly (readonly number[])[]) =>
    fromArray(Float32Array.from(rows.flat()), [1, 1, rows.length, rows[0]!.length], { requiresGrad: true });

  test('of equal numbers the first is the maximum, and takes the gradient', () => {
    const x = image([
      [7, 7, 1, 2],
      [7, 7, 2, 2],
    ]);
    const y = maxPool2d(x, 2);
    expect(y.toArray()).toEqual([[[[7, 2]]]]);
    y.sum().backward();
    expect(x.grad!.toArray()).toEqual([
      [
        [
          [1, 0, 0, 1],
          [0, 0, 0, 0],
        ],
      ],
    ]);
  });

  test('gradients of windows that overlap add up', () => {
    const x = image([[1, 2, 9, 2, 1]]);
    maxPool2d(x, [1, 3], { stride: 1 }).sum().backward();
    expect(x.grad!.toArray()).toEqual([[[[0, 0, 3, 0, 0]]]]);
  });

  test('NaN is above everything, in its window alone', () => {
    const x = fromArray(Float32Array.of(1, Number.NaN, 3, 4, 5, 6, Number.NaN, 8), [1, 1, 8]);
    expect(maxPool1d(x, 2).toArray()).toEqual([[[Number.NaN, 4, 6, Number.NaN]]]);
    expect(maxPool1d(x, 3, { stride: 3 }).toArray()).toEqual([[[Number.NaN, 6]]]);
  });

  test('padding is never the maximum, not even of numbers below zero', () => {
    const x = image([
      [-5, -6],
      [-7, -8],
    ]);
    expect(maxPool2d(x, 2, { stride: 2, padding: 1 }).toArray()).toEqual([
      [
        [
          [-5, -6],
          [-7, -8],
        ],
      ],
    ]);
  });

  test('the mean counts padding unless told not to', () => {
    const x = image([[4, 8]]);
    expect(avgPool2d(x, [1, 2], { padding: [0, 1] }).toArray()).toEqual([[[[2, 4]]]]);
    const alone = avgPool2d(x, [1, 2], { padding: [0, 1], countIncludePad: false });
    expect(alone.toArray()).toEqual([[[[4, 8]]]]);
  });

  test('parts of a length that does not divide overlap by one', () => {
    const x = fromArray(Float32Array.of(1, 2, 3, 4, 5), [1, 1, 5]);
    expect(adaptiveAvgPool1d(x, 2).toArray()).toEqual([[[2, 4]]]);
    expect(adaptiveAvgPool1d(x, 1).toArray()).toEqual([[[3]]]);
  });

  test('nearest repeats, bilinear draws lines between centres and keeps the edges', () => {
    const x = image([[0, 4]]);
    expect(resize(x, [1, 4]).toArray()).toEqual([[[[0, 0, 4, 4]]]]);
    expect(resize(x, [1, 4], { mode: 'bilinear' }).toArray()).toEqual([[[[0, 1, 3, 4]]]]);
    expect(resize(x, [2, 1], { mode: 'bilinear' }).toArray()).toEqual([[[[2], [2]]]]);
  });

  test('the same size is a copy, whatever the mode', () => {
    const values = numbers(2 * 3 * 5 * 7, 3);
    const x = fromArray(values, [2, 3, 5, 7]);
    for (const mode of ['nearest', 'bilinear'] as const) {
      expect(resize(x, [5, 7], { mode }).data.slice()).toEqual(values);
    }
  });

  test('NaN of one plane stays there', () => {
    const values = numbers(3 * 9 * 9, 4).fill(Number.NaN, 81, 162);
    const ops: PlaneOp[] = [
      (x) => maxPool2d(x, 3, { stride: 2, padding: 1 }) as Tensor,
      (x) => avgPool2d(x, 2) as Tensor,
      (x) => resize(x, [20, 5], { mode: 'bilinear' }) as Tensor,
    ];
    for (const f of ops) {
      const { y } = run(f, [1, 3, 9, 9], values);
      const plane = y.length / 3;
      const isNaNAt = Array.from(y, Number.isNaN);
      expect([...isNaNAt.slice(0, plane), ...isNaNAt.slice(2 * plane)]).not.toContain(true);
      expect(isNaNAt.slice(plane, 2 * plane)).not.toContain(false);
    }
  });
});

test('places of maxima are freed with the graph, and at once where no gradient is wanted', () => {
  scope(() => {
    const x = fromArray(numbers(4 * 8 * 16 * 16, 1), [4, 8, 16, 16], { requiresGrad: true }) as Tensor;
    const outBytes = 4 * 4 * 8 * 8 * 8;
    const before = memory().liveBytes;
    const kept = noGrad(() => maxPool2d(x, 2));
    expect(memory().liveBytes - before).toBe(outBytes);
    kept.dispose();
    const y = maxPool2d(x, 2);
    expect(memory().liveBytes - before).toBe(2 * outBytes);
    y.sum().backward();
    expect(memory().liveBytes - before - x.grad!.bytes).toBeLessThanOrEqual(outBytes + 64);
  });
});

describe('mixtures', () => {
  const matrix = ({ size, runs }: Mixture) =>
    runs.map(({ first, weights }) => Array.from({ length: size }, (_, at) => weights[at - first] ?? 0));
  const flip = (rows: number[][], width: number) =>
    Array.from({ length: width }, (_, column) => rows.map((row) => row[column]!));

  const all: [string, Mixture][] = [
    ['means of windows', windowMeans(9, 4, 3, 2, 1, true)],
    ['means of windows apart', windowMeans(10, 3, 2, 4, 0, true)],
    ['means of what is inside', windowMeans(9, 5, 3, 2, 1, false)],
    ['means of parts', partMeans(11, 4)],
    ['means of more parts than numbers', partMeans(3, 7)],
    ['nearest, larger', nearest(4, 9)],
    ['nearest, smaller', nearest(9, 4)],
    ['linear, larger', linear(4, 9)],
    ['linear, smaller', linear(9, 4)],
    ['linear of one', linear(1, 3)],
  ];
  test.each(all)('%s: the gradient mixes by the transposed matrix', (_, mixture) => {
    expect(matrix(transposed(mixture))).toEqual(flip(matrix(mixture), mixture.size));
    expect(matrix(transposed(transposed(mixture)))).toEqual(matrix(mixture));
  });

  test.each(all.filter(([name]) => name !== 'means of windows'))('%s: weights sum to 1', (_, { runs }) => {
    for (const { weights } of runs) expect(weights.reduce((a, b) => a + b)).toBeCloseTo(1, 12);
  });
});
