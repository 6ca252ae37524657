import type { RandomKey, Tensor } from '@sonograd/tensor';
import { fansOf, gainOf, type Nonlinearity } from './fans.ts';
import { centredNormal, symmetricUniform } from './uniform.ts';

export interface KaimingOptions {
  /** Whether signals keep their size forward or gradients backward. */
  readonly mode?: 'fanIn' | 'fanOut';
  /** What comes behind the layer. */
  readonly nonlinearity?: Nonlinearity;
  /** The slope of a leaky ReLU. */
  readonly negativeSlope?: number;
}

/** A variance that makes up for what a rectifier takes away (He et al., 2015). */
export function kaimingUniform(
  shape: readonly number[],
  key: RandomKey,
  options: KaimingOptions = {},
): Tensor {
  return symmetricUniform(shape, deviation('kaimingUniform', shape, options) * Math.sqrt(3), key);
}

/** The same variance from a normal distribution. */
export function kaimingNormal(
  shape: readonly number[],
  key: RandomKey,
  options: KaimingOptions = {},
): Tensor {
  return centredNormal(shape, deviation('kaimingNormal', shape, options), key);
}

function deviation(
  name: string,
  shape: readonly number[],
  { mode = 'fanIn', nonlinearity = 'relu', negativeSlope = 0 }: KaimingOptions,
): number {
  if (mode !== 'fanIn' && mode !== 'fanOut') {
    throw new RangeError(`${name}: mode must be fanIn or fanOut, got ${String(mode)}`);
  }
  return gainOf(nonlinearity, negativeSlope) / Math.sqrt(fansOf(name, shape)[mode]);
}
