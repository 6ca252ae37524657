import { type AnyTensor, fromArray, type Shape, type Tensor } from '@sonograd/tensor';
import { describe, expect, test } from 'vitest';
import { expectAsReference, noise, valuesOn } from './compare.ts';

const sizeOf = (shape: Shape) => shape.reduce((product, size) => product * size, 1);
const filled = (shape: Shape) => fromArray(noise(sizeOf(shape)), shape) as Tensor;
const positive = (shape: Shape) =>
  fromArray(
    noise(sizeOf(shape)).map((value) => value + 1),
    shape,
  ) as Tensor;
const whole = (shape: Shape) =>
  fromArray(
    Int32Array.from(noise(sizeOf(shape)), (value) => Math.round(1e9 * value)),
    shape,
  ) as AnyTensor as Tensor;
const row = (values: readonly number[]) => fromArray(Float32Array.from(values), [values.length]) as Tensor;
const { NaN: nan, POSITIVE_INFINITY: infinity } = Number;

/** Around the lengths of chunks, one row of them and columns of them. */
const layouts: readonly (readonly [Shape, number])[] = [
  ...[4095, 4096, 4097, 8191, 8192, 8193, 20_000].map((length) => [[2, length], 1] as const),
  ...[511, 512, 513, 1024, 1025, 2000].map((length) => [[length, 3], 0] as const),
  ...[31, 32, 33, 63, 64, 65, 200].map((inner) => [[150, inner], 0] as const),
  [[40, 2000], 0],
  [[3, 70, 100], 1],
  [[3, 1100, 5], 1],
];

describe('sum', () => {
  test.each(layouts)('%j along axis %i: within 1e-6', (shape, axis) => {
    expectAsReference(() => positive(shape).sum(axis), 1e-6);
    expectAsReference(() => whole(shape).sum(axis));
  });

  test('a million positive numbers: within 5e-7, where one running sum errs by 1e-3', () => {
    expectAsReference(() => positive([1_000_000]).sum(), 5e-7);
    expectAsReference(() => positive([1_000_000, 1]).sum(0), 5e-7);
    expectAsReference(() => positive([250_000, 4]).sum(0), 5e-7);
  });

  test('int32 sums wrap around', () => {
    const values = Int32Array.from([2_147_483_647, 1, 5]);
    expect(valuesOn('simd', () => fromArray(values, [3]).sum())).toEqual([-2_147_483_643]);
  });

  test('NaN and opposite infinities', () => {
    expectAsReference(() => row([1, nan, 2]).sum());
    expectAsReference(() => row([1, infinity, 2]).sum());
    expectAsReference(() => row([infinity, -infinity]).sum());
  });
});

describe.each(['max', 'min'] as const)('%s', (name) => {
  test.each(layouts)('%j along axis %i', (shape, axis) => {
    expectAsReference(() => filled(shape)[name](axis));
    expectAsReference(() => whole(shape)[name](axis));
  });

  test('a NaN wins wherever it stands', () => {
    for (let place = 0; place < 23; place++) {
      const values = [...noise(23)].map((value, index) => (index === place ? nan : value));
      expect(valuesOn('simd', () => row(values)[name]())).toEqual([nan]);
      expectAsReference(() => (row([...values, ...values]).reshape([2, 23]) as Tensor)[name](0));
    }
  });

  test('infinities alone, and int32 at its ends', () => {
    for (const value of [infinity, -infinity]) expectAsReference(() => row([value, value, value])[name]());
    const ends = Int32Array.from([-2_147_483_648, 2_147_483_647, -2_147_483_648, 0, 7]);
    expectAsReference(() => fromArray(ends, [5])[name]());
    expectAsReference(() => fromArray(ends.subarray(1, 2), [1])[name]());
    expectAsReference(() => fromArray(ends.subarray(0, 1), [1])[name]());
  });
});

describe.each(['argmax', 'argmin'] as const)('%s', (name) => {
  test.each(layouts)('%j along axis %i', (shape, axis) => {
    expectAsReference(() => filled(shape)[name](axis));
    expectAsReference(() => whole(shape)[name](axis));
  });

  test('of equals the first', () => {
    for (let length = 1; length < 12; length++) {
      const values = Array.from({ length }, (_, index) => (index % 3) - 1);
      expectAsReference(() => row(values)[name]());
      const columns = values.flatMap((value) => [value, -value, 0, value * value, 1, -2]);
      expectAsReference(() => (row(columns).reshape([length, 6]) as Tensor)[name](0));
    }
  });

  test('the first NaN, wherever it stands', () => {
    for (let place = 0; place < 11; place++) {
      const values = Array.from({ length: 11 }, (_, index) =>
        index >= place && index % 2 === place % 2 ? nan : index,
      );
      expect(valuesOn('simd', () => row(values)[name]())).toEqual([place]);
      expectAsReference(() => (row([...values, ...values]).reshape([11, 2]) as Tensor)[name](0));
    }
  });
});
