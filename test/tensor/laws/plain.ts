import { type AnyTensor, fromArray, type Shape, type Tensor } from '@sonograd/tensor';
import { expect } from 'vitest';
import { noise } from '../kernels/compare.ts';

export const sizeOf = (shape: Shape): number => shape.reduce((product, length) => product * length, 1);

/** Numbers between -1 and 1 in this shape; the same for the same seed. */
export function draw(shape: Shape, seed = 1): Tensor {
  return fromArray(noise(sizeOf(shape), seed), shape) as Tensor;
}

/** The same as something to differentiate by. */
export function drawLeaf(shape: Shape, seed = 1): Tensor {
  return fromArray(noise(sizeOf(shape), seed), shape, { requiresGrad: true }) as Tensor;
}

export const integers = (values: readonly number[], shape: Shape = [values.length]) =>
  fromArray(Int32Array.from(values), shape) as AnyTensor as Tensor<Shape, 'int32'>;

export const floats = (values: readonly number[], shape: Shape = [values.length]) =>
  fromArray(Float32Array.from(values), shape) as Tensor;

/** <a, b> over all elements, in float64. */
export function inner(a: AnyTensor, b: AnyTensor): number {
  expect(a.shape).toEqual(b.shape);
  let total = 0;
  for (let at = 0; at < a.size; at++) total += a.data[at]! * b.data[at]!;
  return total;
}

/** Two numbers that sums of `terms` products came to. */
export function expectNear(received: number, expected: number, terms: number, tolerance = 1e-6): void {
  const allowed = tolerance * (Math.sqrt(terms) + Math.abs(expected));
  expect(Math.abs(received - expected), `${received} and ${expected}`).toBeLessThanOrEqual(allowed);
}

/** Every element within a part of the largest one expected. */
export function expectAll(
  received: AnyTensor | ArrayLike<number>,
  expected: AnyTensor | ArrayLike<number>,
  tolerance = 1e-5,
): void {
  const [found, wanted] = [elements(received), elements(expected)];
  expect(found.length).toBe(wanted.length);
  const largest = wanted.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-30);
  const wrong = wanted.findIndex((value, at) => !(Math.abs(value - found[at]!) <= tolerance * largest));
  if (wrong >= 0) expect(`${found[wrong]} at ${wrong}`).toBe(`${wanted[wrong]} at ${wrong}`);
}

/** The very same numbers, NaN and the sign of zero included. */
export function expectBits(received: AnyTensor | ArrayLike<number>, expected: AnyTensor | ArrayLike<number>) {
  const [found, wanted] = [elements(received), elements(expected)];
  expect(found.length).toBe(wanted.length);
  const wrong = wanted.findIndex((value, at) => !Object.is(value, found[at]));
  if (wrong >= 0) expect(`${found[wrong]} at ${wrong}`).toBe(`${wanted[wrong]} at ${wrong}`);
}

export function elements(given: AnyTensor | ArrayLike<number>): number[] {
  return Array.from('data' in given ? (given.data as ArrayLike<number>) : given);
}

export function messageOf(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    return (error as Error).message;
  }
  return 'nothing was thrown';
}
