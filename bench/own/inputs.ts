import {
  type AnyTensor,
  fillNormal,
  fillUniform,
  fromArray,
  randomIntegers,
  randomKey,
} from '@sonograd/tensor';
import { type Input, sizeOf } from '../case.ts';

/** The tensor an input asks for, from a seed of its own. */
export function makeInput({ shape, kind = 'normal', classes = 10 }: Input, seed: number): AnyTensor {
  const key = randomKey(seed);
  const size = sizeOf(shape);
  if (kind === 'labels' || kind === 'indices') {
    return fromArray(randomIntegers(new Int32Array(size), key, 0, classes), shape);
  }
  const fill = kind === 'uniform' ? fillUniform : fillNormal;
  return fromArray(fill(new Float32Array(size), key), shape) as AnyTensor;
}
