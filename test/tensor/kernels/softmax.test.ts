import { fromArray, type Shape, type Tensor } from '@sonograd/tensor';
import { describe, expect, test } from 'vitest';
import { expectAsReference, noise, valuesOn } from './compare.ts';

const sizeOf = (shape: Shape) => shape.reduce((product, size) => product * size, 1);
const filled = (shape: Shape, scale = 5) =>
  fromArray(
    noise(sizeOf(shape)).map((value) => scale * value),
    shape,
  ) as Tensor;
const row = (values: readonly number[]) => fromArray(Float32Array.from(values), [values.length]) as Tensor;
const { NaN: nan, POSITIVE_INFINITY: infinity } = Number;

const layouts: readonly (readonly [Shape, number])[] = [
  ...[1, 2, 3, 4, 5, 63, 64, 65, 1000].map((length) => [[7, length], 1] as const),
  ...[1, 2, 15, 16, 17, 35, 64].map((inner) => [[9, inner], 0] as const),
  [[2, 5, 18], 1],
  [[3, 2, 300], 1],
];

describe.each(['softmax', 'logSoftmax'] as const)('%s', (name) => {
  test.each(layouts)('%j along axis %i: within 5e-7', (shape, axis) => {
    expectAsReference(() => filled(shape)[name](axis), 5e-7);
  });

  test('a shift of all elements changes nothing but their rounding', () => {
    expectAsReference(() => filled([4, 33])[name](1), 5e-7);
    expectAsReference(() => filled([4, 33]).add(1e4)[name](1), 5e-7);
    expectAsReference(() => filled([4, 33]).sub(1e4)[name](0), 5e-7);
  });

  test('elements far below the largest', () => {
    expectAsReference(() => filled([3, 65], 300)[name](1), 1e-6);
    expectAsReference(() => filled([65, 3], 300)[name](0), 1e-6);
  });

  test('-Infinity takes no part; NaN, Infinity and nothing but -Infinity give NaN', () => {
    for (const values of [
      [1, -infinity, 2, 0, -infinity],
      [1, nan, 2, 0, 3],
      [1, 2, 0, 3, nan],
      [nan, nan],
      [1, infinity, 2],
      [-infinity, -infinity, -infinity, -infinity, -infinity],
    ]) {
      expectAsReference(() => row(values)[name](0), 5e-7);
      const columns = values.flatMap((value) => [value, 1, value]);
      expectAsReference(() => (row(columns).reshape([values.length, 3]) as Tensor)[name](0), 5e-7);
    }
  });
});

test('softmax of a row adds up to 1', () => {
  const length = 10_007;
  const values = valuesOn('simd', () => filled([1, length]).softmax(1));
  expect(values.reduce((total, value) => total + value, 0)).toBeCloseTo(1, 5);
});
