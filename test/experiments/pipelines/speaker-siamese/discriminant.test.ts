import { fillNormal, foldIn, fromArray, randomKey, type Tensor } from '@sonograd/tensor';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Discriminant } from '../../../../packages/experiments/src/pipelines/speaker-siamese/discriminant.ts';

const rows = (...values: number[][]): Float32Array[] => values.map((row) => Float32Array.from(row));

function measured(size: number, count: number, data: Float32Array[], classes: string[], ridge = 1e-6) {
  const lda = new Discriminant(size, count);
  lda.measure(data, classes, { ridge });
  return lda;
}

function project(lda: Discriminant, data: readonly Float32Array[]): number[][] {
  const flat = Float32Array.from(data.flatMap((row) => Array.from(row)));
  const out = lda.forward(fromArray(flat, [data.length, lda.size]) as Tensor) as Tensor;
  return data.map((_, row) => Array.from(out.data.slice(row * lda.count, (row + 1) * lda.count)));
}

/** Points around the middles of classes, differently wide along each axis. */
function clouds(seed: number, middles: number[][], widths: number[], each = 40) {
  const [data, classes]: [Float32Array[], string[]] = [[], []];
  middles.forEach((middle, which) => {
    for (let n = 0; n < each; n++) {
      const noise = fillNormal(new Float32Array(middle.length), foldIn(randomKey(seed), which * each + n));
      data.push(noise.map((value, axis) => middle[axis]! + widths[axis]! * value));
      classes.push(`class ${which}`);
    }
  });
  return { data, classes };
}

const variance = (values: number[]): number => {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
};

describe('two classes by hand', () => {
  // Class a at (0, 0) and b at (2, 0), both spread by (±1, 0) and (0, ±2): within = diag(2·2, 2·8) / 6.
  const data = rows([1, 0], [-1, 0], [0, 2], [0, -2], [3, 0], [1, 0], [2, 2], [2, -2]);
  const classes = [...'aaaabbbb'];
  const lda = measured(2, 1, data, classes);

  test('the mean is that of all, the direction Fisher’s: within⁻¹ (b - a), a variance of 1 within', () => {
    expect(Array.from(lda.mean.data)).toEqual([1, 0]);
    const [x, y] = Array.from(lda.directions.data) as [number, number];
    expect(Math.abs(x)).toBeCloseTo(1 / Math.sqrt(4 / 6), 4);
    expect(y).toBeCloseTo(0, 4);
  });

  test('the middles of the classes lie on both sides of zero, as far as they are apart', () => {
    const [a, b] = project(lda, rows([0, 0], [2, 0])) as [number[], number[]];
    expect(a[0]! * b[0]!).toBeLessThan(0);
    expect(Math.abs(a[0]! - b[0]!)).toBeCloseTo(2 / Math.sqrt(4 / 6), 3);
  });
});

describe('laws', () => {
  const { data, classes } = clouds(
    1,
    [
      [0, 0, 0],
      [3, 0, 1],
      [0, 4, -1],
    ],
    [1, 2, 0.5],
  );
  const lda = measured(3, 2, data, classes);
  const projected = project(lda, data);

  test('within classes the variance is 1 along each direction, and directions are not correlated', () => {
    for (const axis of [0, 1]) {
      const within = [0, 1, 2].map((which) =>
        variance(projected.slice(40 * which, 40 * (which + 1)).map((row) => row[axis]!)),
      );
      expect(within.reduce((sum, value) => sum + value, 0) / 3).toBeCloseTo(1, 2);
    }
  });

  test('the first direction tells classes apart best', () => {
    const between = [0, 1].map((axis) =>
      variance(
        [0, 1, 2].map((which) => {
          const own = projected.slice(40 * which, 40 * (which + 1)).map((row) => row[axis]!);
          return own.reduce((sum, value) => sum + value, 0) / own.length;
        }),
      ),
    );
    expect(between[0]!).toBeGreaterThan(between[1]!);
    expect(between[1]!).toBeGreaterThan(0.1);
  });

  test('distances do not change when all is moved, turned or stretched', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: -2, max: 2, noNaN: true }), { minLength: 3, maxLength: 3 }),
        (by) => {
          const moved = data.map((row) =>
            Float32Array.of(2 * row[0]! + row[1]! + by[0]!, row[1]! - row[2]! + by[1]!, 3 * row[2]! + by[2]!),
          );
          const other = project(measured(3, 2, moved, classes), moved);
          const distance = (all: number[][], a: number, b: number) =>
            Math.hypot(...all[a]!.map((value, axis) => value - all[b]![axis]!));
          for (const [a, b] of [
            [0, 50],
            [10, 100],
            [45, 119],
          ] as const) {
            expect(distance(other, a, b)).toBeCloseTo(distance(projected, a, b), 1);
          }
        },
      ),
      { numRuns: 8 },
    );
  });

  test('more directions than classes tell apart are nothing', () => {
    const wide = measured(3, 3, data, classes);
    const third = Array.from(wide.directions.data).filter((_, index) => index % 3 === 2);
    expect(third.map(Math.abs)).toEqual([0, 0, 0]);
  });

  test('more numbers than rows: the ridge makes the scatter invertible', () => {
    const few = clouds(2, [[5, ...Array(19).fill(0)], Array(20).fill(0)], Array(20).fill(1), 4);
    const lda = measured(20, 1, few.data, few.classes, 0.1);
    const [first, second] = [0, 4].map((from) => project(lda, few.data.slice(from, from + 4)).flat());
    expect(Math.min(...first!) > Math.max(...second!) || Math.max(...first!) < Math.min(...second!)).toBe(
      true,
    );
  });

  test('rows that are all alike leave finite numbers', () => {
    const same = rows([1, 2], [1, 2], [1, 2]);
    expect(project(measured(2, 1, same, ['a', 'a', 'b']), same).flat()).toEqual([0, 0, 0]);
  });

  test('it is part of a state, and learns nothing', () => {
    expect(lda.parameters()).toEqual([]);
    expect(lda.describe()).toBe('3 -> 2');
  });
});
