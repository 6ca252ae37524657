import type { RandomKey, Tensor } from '@sonograd/tensor';
import { fansOf } from './fans.ts';
import { centredNormal, symmetricUniform } from './uniform.ts';

export interface XavierOptions {
  readonly gain?: number;
}

/** A variance that keeps signals of the same size forward and backward on average (Glorot and Bengio, 2010). */
export function xavierUniform(
  shape: readonly number[],
  key: RandomKey,
  { gain = 1 }: XavierOptions = {},
): Tensor {
  return symmetricUniform(shape, deviation('xavierUniform', shape, gain) * Math.sqrt(3), key);
}

/** The same variance from a normal distribution. */
export function xavierNormal(
  shape: readonly number[],
  key: RandomKey,
  { gain = 1 }: XavierOptions = {},
): Tensor {
  return centredNormal(shape, deviation('xavierNormal', shape, gain), key);
}

function deviation(name: string, shape: readonly number[], gain: number): number {
  const { fanIn, fanOut } = fansOf(name, shape);
  return gain * Math.sqrt(2 / (fanIn + fanOut));
}
