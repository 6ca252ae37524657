import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { caseOf, expected, multiply, type Options, type Sizes, worstError } from './matmulKernelHarness.ts';

const transposes: Options[] = [
  {},
  { transposeA: true },
  { transposeB: true },
  { transposeA: true, transposeB: true },
];

const sizes: Sizes[] = [
  [1, 1, 1],
  [2, 3, 5],
  [4, 8, 16],
  [5, 9, 7],
  [3, 7, 1],
  [31, 33, 32],
  [63, 63, 63],
  [64, 64, 64],
  [65, 127, 129],
  [300, 20, 11],
  [20, 300, 11],
  [9, 10, 1000],
  [257, 130, 385],
];

const tolerance = 1.5e-6;

describe.each(transposes)('%j', (transposed) => {
  test.each(sizes)('%i × %i × %i agrees with float64 to 1.5e-6 of a sum', (...size) => {
    expect(worstError(size, transposed)).toBeLessThan(tolerance);
    expect(worstError(size, { ...transposed, hasBias: true, activation: 'relu' })).toBeLessThan(tolerance);
    expect(worstError(size, { ...transposed, accumulate: true })).toBeLessThan(tolerance);
  });

  test.each<Sizes>([
    [1, 1, 1],
    [1, 5, 3],
    [1, 64, 70],
    [1, 301, 129],
    [7, 1, 5],
    [301, 1, 130],
    [1, 3, 0],
  ])('a vector: %i × %i × %i', (...size) => {
    expect(worstError(size, transposed)).toBeLessThan(tolerance);
    expect(worstError(size, { ...transposed, hasBias: true, activation: 'relu' })).toBeLessThan(tolerance);
    expect(worstError(size, { ...transposed, accumulate: true, activation: 'relu' })).toBeLessThan(tolerance);
  });

  test('batches, with matrices apart, side by side, or shared', () => {
    const size: Sizes = [9, 11, 13];
    expect(worstError(size, { ...transposed, batch: 5 })).toBeLessThan(tolerance);
    expect(worstError(size, { ...transposed, batch: 5, strideA: 200, strideB: 300 })).toBeLessThan(tolerance);
    expect(worstError(size, { ...transposed, batch: 5, strideB: 0 })).toBeLessThan(tolerance);
    expect(worstError(size, { ...transposed, batch: 5, strideA: 0, hasBias: true })).toBeLessThan(tolerance);
    expect(worstError(size, { ...transposed, batch: 3, strideOut: 120, accumulate: true })).toBeLessThan(
      tolerance,
    );
    expect(worstError([1, 11, 13], { ...transposed, batch: 4 })).toBeLessThan(tolerance);
  });

  test('rows longer than the matrix is wide: what lies between is neither read nor written', () => {
    const spread = { ...transposed, lda: 90, ldb: 95, ldOut: 77 };
    for (const size of [
      [61, 63, 66],
      [1, 63, 66],
      [61, 1, 66],
    ] as Sizes[]) {
      expect(worstError(size, spread)).toBeLessThan(tolerance);
      expect(worstError(size, { ...spread, accumulate: true, batch: 2 })).toBeLessThan(tolerance);
    }
  });
});

test('random sizes, strides and options', () => {
  const size = fc.integer({ min: 0, max: 90 });
  const extra = fc.integer({ min: 0, max: 20 });
  fc.assert(
    fc.property(
      fc.tuple(size, size, fc.oneof(size, fc.integer({ min: 380, max: 800 }))),
      fc.record({
        transposeA: fc.boolean(),
        transposeB: fc.boolean(),
        batch: fc.integer({ min: 1, max: 3 }),
        hasBias: fc.boolean(),
        isRelu: fc.boolean(),
        extras: fc.tuple(extra, extra, extra),
      }),
      ([m, n, k], { extras: [inA, inB, inOut], isRelu, ...options }) => {
        const strides = {
          lda: (options.transposeA ? m : k) + inA,
          ldb: (options.transposeB ? k : n) + inB,
          ldOut: n + inOut,
        };
        const activation = isRelu ? { activation: 'relu' as const } : {};
        expect(worstError([m, n, k], { ...options, ...strides, ...activation })).toBeLessThan(tolerance);
      },
    ),
    { numRuns: 150 },
  );
});

describe('what is not a number', () => {
  const size: Sizes = [13, 15, 9];
  const [m, n, k] = size;

  test.each([Number.NaN, Infinity])('%d in A reaches its row, in B its column, and nothing else', (odd) => {
    const inA = caseOf(size, {});
    inA.a[5 * k + 3] = odd;
    const inB = caseOf(size, {});
    inB.b[2 * n + 14] = odd;
    const isOdd = (values: Float32Array) => [...values].map((value) => !Number.isFinite(value));
    const places = (condition: (row: number, column: number) => boolean) =>
      Array.from({ length: m * n }, (_, index) => condition(Math.floor(index / n), index % n));
    expect(isOdd(multiply(size, {}, inA))).toEqual(places((row) => row === 5));
    expect(isOdd(multiply(size, {}, inB))).toEqual(places((_, column) => column === 14));
  });

  test('relu keeps NaN and clears what is negative', () => {
    const given = caseOf(size, {});
    given.a.fill(Number.NaN, 0, k);
    const result = multiply(size, { activation: 'relu' }, given);
    expect(result.subarray(0, n).every(Number.isNaN)).toBe(true);
    expect(result.subarray(n).every((value) => value >= 0)).toBe(true);
    expect(result.subarray(n).some((value) => value === 0)).toBe(true);
  });
});

describe('sizes of zero', () => {
  test('an inner size of zero gives the bias, or zeros, or what was there', () => {
    for (const size of [
      [5, 9, 0],
      [1, 9, 0],
      [5, 1, 0],
    ] as Sizes[]) {
      for (const options of [{}, { hasBias: true }, { accumulate: true }, { activation: 'relu' as const }]) {
        expect(Float64Array.from(multiply(size, options))).toEqual(expected(size, options));
      }
    }
  });

  test.each<Sizes>([
    [0, 5, 3],
    [5, 0, 3],
    [0, 0, 0],
  ])('%i × %i × %i does nothing', (...size) => {
    expect(multiply(size, {})).toEqual(new Float32Array(0));
  });
});

test('a bias together with accumulate is refused', () => {
  expect(() => multiply([2, 2, 2], { accumulate: true, hasBias: true })).toThrow(
    /^matmul: accumulate excludes a bias, accumulate=true bias=\d+$/,
  );
});

test('long sums stay exact to a few units: 1,000,000 ones, in pieces', () => {
  const given = caseOf([4, 8, 1_000_000], {});
  given.a.fill(1);
  given.b.fill(1);
  expect([...new Set(multiply([4, 8, 1_000_000], {}, given))]).toEqual([1_000_000]);
});
