import { foldIn, noGrad, type RandomKey, type Tensor } from '@sonograd/tensor';
import type { Module } from '../module/module.ts';
import { uniformByFan } from './uniform.ts';

/** Draws a weight of a shape: `kaimingNormal`, `orthogonal`, or `(shape, key) => xavierUniform(shape, key, { gain })`. */
export type Scheme = (shape: readonly number[], key: RandomKey) => Tensor;

/** PyTorch's default for linear layers and convolutions: uniform, bounded by the number of inputs. */
export const byFan: Scheme = (shape, key) => {
  const fanIn = shape.slice(1).reduce((product, size) => product * size, 1);
  return uniformByFan(shape, fanIn, key);
};

/**
 * Draws every weight of at least two axes anew and sets biases to 0; scales and shifts of normalisations keep 1 and 0.
 * Each parameter's stream depends on its name alone, so that a layer more does not change the others.
 */
export function initialise(module: Module, scheme: Scheme, key: RandomKey): void {
  noGrad(() => {
    for (const [name, parameter] of module.namedParameters()) {
      if (parameter.rank >= 2) parameter.assign(scheme(parameter.shape, foldIn(key, name)));
      else if (/(^|[._])bias/.test(name)) parameter.data.fill(0);
    }
  });
}
