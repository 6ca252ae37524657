import { fromArray, rand, randn, randomIntegers, randomKey, type Tensor } from '@sonograd/tensor';

const key = randomKey(1);

/** Standard normal, the same every time. */
export function normal(...shape: number[]): Tensor {
  return randn(shape, { key }) as Tensor;
}

/** From 0 to 1, as pictures and spectrograms come. */
export function uniform(...shape: number[]): Tensor {
  return rand(shape, { key }) as Tensor;
}

export function labels(count: number, classes = 10): Tensor<readonly number[], 'int32'> {
  return fromArray(randomIntegers(new Int32Array(count), key, 0, classes), [count]);
}
