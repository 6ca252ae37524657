import {
  eye,
  gradCheck,
  qr,
  randn,
  randomKey,
  solve,
  svd,
  type Tensor,
  tensor,
  zeros,
} from '@sonograd/tensor';
import { describe, expect, test } from 'vitest';
import { onEveryEngine } from './engines.ts';

const shapes: [number, number][] = [
  [1, 1],
  [3, 3],
  [7, 3],
  [3, 7],
  [20, 20],
  [64, 10],
];

const matrix = (rows: number, columns: number, seed = 1) =>
  randn([rows, columns], { key: randomKey(seed) }) as Tensor;

function expectClose(received: Tensor, expected: Tensor, tolerance = 1e-4): void {
  expect(received.shape).toEqual(expected.shape);
  const largest = received.sub(expected).abs().max().item();
  expect(largest).toBeLessThan(tolerance);
}

onEveryEngine('linear algebra', () => {
  test.each(shapes)('q r of a %i x %i matrix is the matrix, q has orthonormal columns', (rows, columns) => {
    const x = matrix(rows, columns);
    const { q, r } = qr(x);
    expectClose(q.matmul(r), x);
    expectClose(q.transpose(0, 1).matmul(q), eye(Math.min(rows, columns)) as Tensor);
    r.toArray().forEach((row, index) => {
      expect(row.slice(0, index).every((value) => value === 0)).toBe(true);
    });
  });

  test.each(shapes)('u diag(s) vᵀ of a %i x %i matrix is the matrix, s falls', (rows, columns) => {
    const x = matrix(rows, columns, 2);
    const { u, s, v } = svd(x);
    expectClose(u.mul(s).matmul(v.transpose(0, 1)), x);
    expectClose(u.transpose(0, 1).matmul(u), eye(s.size) as Tensor);
    expectClose(v.transpose(0, 1).matmul(v), eye(s.size) as Tensor);
    const values = [...s.data];
    expect(values).toEqual([...values].sort((a, b) => b - a));
    expect(values.at(-1)).toBeGreaterThanOrEqual(0);
  });

  test('a matrix of rank one has one singular value, and still whole bases', () => {
    const x = tensor([[1], [2], [3]]).matmul(tensor([[4, 5, 6]])) as Tensor;
    const { u, s, v } = svd(x);
    expect(s.data[0]).toBeCloseTo(Math.sqrt(14) * Math.sqrt(77), 3);
    expect(Math.abs(s.data[1]!)).toBeLessThan(1e-4);
    expectClose(u.transpose(0, 1).matmul(u), eye(3) as Tensor);
    expectClose(v.transpose(0, 1).matmul(v), eye(3) as Tensor);
    expectClose(u.mul(s).matmul(v.transpose(0, 1)), x);
  });

  test('a zero matrix has bases too', () => {
    const { u, s } = svd(zeros([3, 2]) as Tensor);
    expect([...s.data]).toEqual([0, 0]);
    expectClose(u.transpose(0, 1).matmul(u), eye(2) as Tensor);
  });

  test.each([1, 3, 20])('solve of %i equations gives what multiplies back', (size) => {
    const a = matrix(size, size, 3).add(eye(size).mul(3)) as Tensor;
    const b = matrix(size, 2, 4);
    expectClose(a.matmul(solve(a, b)), b, 1e-3);
    const vector = randn([size], { key: randomKey(5) }) as Tensor;
    expectClose(a.matmul(solve(a, vector)), vector, 1e-3);
  });

  test('solve swaps rows where a pivot is zero', () => {
    const swap = tensor([
      [0, 1],
      [1, 0],
    ]) as Tensor;
    expect([...solve(swap, tensor([3, 4]) as Tensor).data]).toEqual([4, 3]);
  });
});

describe('gradients of linear algebra', () => {
  test('qr of tall, square and wide matrices', () => {
    for (const [rows, columns] of [
      [4, 2],
      [3, 3],
      [2, 4],
    ] as const) {
      gradCheck((x) => qr(x!).q as Tensor, [matrix(rows, columns, 6)], {
        step: 1e-3,
        relativeTolerance: 0.03,
        name: 'qr.q',
      });
      gradCheck((x) => qr(x!).r as Tensor, [matrix(rows, columns, 6)], {
        step: 1e-3,
        relativeTolerance: 0.03,
        name: 'qr.r',
      });
    }
  });

  test('svd of tall, square and wide matrices', () => {
    for (const [rows, columns] of [
      [4, 2],
      [3, 3],
      [2, 4],
    ] as const) {
      const x = matrix(rows, columns, 7).mul(2) as Tensor;
      for (const part of ['u', 's', 'v'] as const) {
        gradCheck((y) => svd(y!)[part] as Tensor, [x], {
          step: 1e-3,
          relativeTolerance: 0.05,
          absoluteTolerance: 5e-3,
          name: `svd.${part}`,
        });
      }
    }
  });

  test('solve by both of its inputs', () => {
    const a = matrix(3, 3, 8).add(eye(3).mul(3)) as Tensor;
    gradCheck((x, y) => solve(x!, y!), [a, matrix(3, 2, 9)], { step: 1e-3, relativeTolerance: 0.03 });
  });
});

describe('what linear algebra refuses', () => {
  test('shapes that do not fit', () => {
    const open = (x: unknown) => x as Tensor;
    expect(() => qr(open(zeros([3])))).toThrow('qr: x must be a matrix, got [3]');
    expect(() => svd(open(zeros([2, 2, 2])))).toThrow('svd: x must be a matrix, got [2, 2, 2]');
    expect(() => solve(zeros([2, 3]) as Tensor, open(zeros([2])))).toThrow(
      'solve: a must be square, with as many rows as b, [2, 3] x [2]',
    );
  });

  test('a singular matrix', () => {
    const singular = tensor([
      [1, 2],
      [2, 4],
    ]) as Tensor;
    expect(() => solve(singular, tensor([1, 2]) as Tensor)).toThrow(
      'solve: the matrix is singular, no pivot in column 1 of 2',
    );
  });
});
