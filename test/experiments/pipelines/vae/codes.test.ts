import { randomKey } from '@sonograd/tensor';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  allDigits,
  CodeMap,
  type CodeOf,
  cholesky,
  momentsOf,
} from '../../../../packages/experiments/src/pipelines/vae/codes.ts';

const key = randomKey(3);
const certain = [-80, -80];
const code = (digit: number, mean: readonly number[], logVariance: readonly number[] = certain): CodeOf => ({
  ...{ digit, mean, logVariance },
});

describe('momentsOf', () => {
  test('by hand: middles at (0, 0) and (2, 4), clouds of variance 1 and 3 along the first axis', () => {
    const { mean, covariance } = momentsOf(
      [code(0, [0, 0], [0, -80]), code(0, [2, 4], [Math.log(3), -80])],
      2,
    );
    expect([...mean]).toEqual([1, 2]);
    const [xx, xy, yx, yy] = covariance;
    expect(xx).toBeCloseTo(1 + 2, 5);
    expect(xy).toBe(yx);
    expect(xy).toBeCloseTo(2, 9);
    expect(yy).toBeCloseTo(4, 5);
  });

  test('of one clip it is its own cloud', () => {
    const { mean, covariance } = momentsOf([code(1, [5, -1], [Math.log(4), 0])], 2);
    expect([...mean]).toEqual([5, -1]);
    [4, 0, 0, 1].forEach((value, i) => {
      expect(covariance[i]).toBeCloseTo(value, 5);
    });
  });
});

describe('cholesky', () => {
  test('by hand', () => {
    expect([...cholesky([4, 2, 2, 10], 2)]).toEqual([2, 0, 1, 3]);
  });

  test('factor · factorᵀ is the matrix again, for any A · Aᵀ + 1', () => {
    const matrix = fc.array(fc.double({ min: -3, max: 3, noNaN: true }), { minLength: 9, maxLength: 9 });
    fc.assert(
      fc.property(matrix, (a) => {
        const product = (m: ArrayLike<number>, i: number, j: number) =>
          [0, 1, 2].reduce((sum, k) => sum + m[3 * i + k]! * m[3 * j + k]!, 0);
        const cells = Array.from({ length: 9 }, (_, n) => [Math.floor(n / 3), n % 3] as const);
        const wanted = cells.map(([i, j]) => product(a, i, j) + Number(i === j));
        const factor = cholesky(wanted, 3);
        cells.forEach(([i, j], n) => {
          if (j > i) expect(factor[n]).toBe(0);
          expect(product(factor, i, j)).toBeCloseTo(wanted[n]!, 8);
        });
      }),
      { numRuns: 50 },
    );
  });

  test('what has no factor is refused', () => {
    expect(() => cholesky([1, 2, 2, 1], 2)).toThrow(/^cholesky: the matrix must be positive definite, -3/);
  });
});

describe('CodeMap', () => {
  const map = new CodeMap(2);
  map.measure([code(7, [1, 1]), code(7, [3, 1]), code(2, [-4, 0], [0, 0]), code(2, [-4, 10], [0, 0])]);

  const statistics = (place: number) => {
    const { data } = map.draw(place, 4000, key);
    const axes = [0, 1].map((axis) => Float64Array.from({ length: 4000 }, (_, n) => data[2 * n + axis]!));
    return axes.map((axis) => {
      const mean = axis.reduce((sum, value) => sum + value, 0) / axis.length;
      return [mean, Math.sqrt(axis.reduce((sum, value) => sum + (value - mean) ** 2, 0) / axis.length)];
    });
  };

  test('draws a digit from where its clips lie', () => {
    const [[x, spreadX], [y, spreadY]] = statistics(7) as [number[], number[]];
    expect(x).toBeCloseTo(2, 1);
    expect(spreadX).toBeCloseTo(1, 1);
    expect(y).toBeCloseTo(1, 2);
    expect(spreadY).toBeLessThan(0.01);
  });

  test('and all of them from where all lie', () => {
    const [[x, spreadX], [y]] = statistics(allDigits) as [number[], number[]];
    expect(Math.abs(x! + 1)).toBeLessThan(0.2);
    expect(Math.abs(spreadX! - Math.sqrt(9.5 + 0.5))).toBeLessThan(0.2);
    expect(Math.abs(y! - 3)).toBeLessThan(0.3);
  });

  test('a digit that nobody said is drawn from where all lie', () => {
    expect(map.draw(5, 3, key).toArray()).toEqual(map.draw(allDigits, 3, key).toArray());
  });

  test('the first codes are the same however many are drawn, and others with another key', () => {
    const three = map.draw(7, 3, key).toArray() as number[][];
    expect((map.draw(7, 8, key).toArray() as number[][]).slice(0, 3)).toEqual(three);
    expect(map.draw(7, 3, randomKey(4)).toArray()).not.toEqual(three);
  });

  test('the plane has the middle of all in its middle, and its axes along the widest spread', () => {
    const flat = new CodeMap(3);
    const cross = [...[code(0, [6, 0, 1]), code(0, [-6, 0, 1]), code(0, [0, 2, 1]), code(0, [0, -2, 1])]].map(
      (one) => ({ ...one, logVariance: [-80, -80, -80] }),
    );
    flat.measure(cross);
    const plane = flat.plane(3, 2).toArray() as number[][];
    expect(plane).toHaveLength(9);
    const near = (code: number[], wanted: number[]) =>
      wanted.forEach((value, i) => {
        expect(Math.abs(code[i]!)).toBeCloseTo(Math.abs(value), 2);
      });
    near(plane[4]!, [0, 0, 1]);
    // Deviations are √18 and √2; two of them out.
    near(plane[5]!, [2 * Math.sqrt(18), 0, 1]);
    near(plane[7]!, [0, 2 * Math.sqrt(2), 1]);
    expect(plane[3]![0]).toBeCloseTo(-plane[5]![0]!, 3);
  });

  test('a code of one number has a plane too: a line', () => {
    const line = new CodeMap(1);
    line.measure([code(0, [0], [-80]), code(0, [2], [-80])]);
    const [low, , high] = line.plane(3, 1).toArray() as number[][];
    expect(Math.abs(high![0]! - low![0]!)).toBeCloseTo(2, 3);
  });
});
