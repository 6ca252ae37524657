import { fillUniform, fromArray, randomKey, type Tensor } from '@sonograd/tensor';
import { expect } from 'vitest';

/** Numbers between -1 and 1, in double precision from here on. */
export function numbers(count: number, seed: number): Float64Array {
  return Float64Array.from(fillUniform(new Float32Array(count), randomKey(seed), -1, 1));
}

export function toTensor(values: ArrayLike<number>, ...shape: number[]): Tensor {
  return fromArray(Float32Array.from(values), shape) as Tensor;
}

export function ofTensor(tensor: Tensor | undefined): Float64Array {
  return Float64Array.from(tensor?.data ?? []);
}

/** Every element to within a share of the largest. */
export function expectClose(received: Tensor, expected: ArrayLike<number>, tolerance = 1e-5): void {
  expect(received.size).toBe(expected.length);
  const scale = Math.max(1e-12, ...Array.from(expected, Math.abs));
  for (let at = 0; at < expected.length; at++) {
    const [got, want] = [received.data[at] as number, expected[at] as number];
    if (!(Math.abs(got - want) <= tolerance * scale)) {
      expect.fail(`element ${at} is ${got}, not ${want} (of ${scale} at most)`);
    }
  }
}

export const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));

/** y = W x + b for one row; W is [outputs, inputs]. */
export function affine(weight: Float64Array, x: ArrayLike<number>, bias?: ArrayLike<number>): Float64Array {
  const inputs = x.length;
  return Float64Array.from({ length: weight.length / inputs }, (_, row) => {
    let sum = bias?.[row] ?? 0;
    for (let i = 0; i < inputs; i++) sum += (weight[row * inputs + i] as number) * (x[i] as number);
    return sum;
  });
}
