import { reject, requirePositive, requireWhole } from '../guard.ts';
import { kaiser } from './bessel.ts';

export type WindowName = 'hann' | 'hamming' | 'blackman' | 'blackmanHarris' | 'bartlett' | 'rectangular';

/** A window by name, one that needs a number, or the samples themselves. */
export type WindowShape =
  | WindowName
  | { readonly name: 'kaiser'; readonly beta: number }
  | { readonly name: 'gaussian'; readonly deviation: number }
  | Float32Array;

export interface WindowOptions {
  /**
   * Periodic windows are one period of a cosine sum, as spectra need them (`fftbins=True` in SciPy);
   * symmetric ones end as they begin, as filters need them. Default true.
   */
  readonly periodic?: boolean;
}

/** Weights of 1, cos x, cos 2x, ... with alternating signs (Harris, 1978). */
const cosineSums: Partial<Record<WindowName, readonly number[]>> = {
  hann: [0.5, 0.5],
  hamming: [0.54, 0.46],
  blackman: [0.42, 0.5, 0.08],
  blackmanHarris: [0.35875, 0.48829, 0.14128, 0.01168],
  rectangular: [1],
};

/** `length` samples of a window, computed in double precision and rounded once. */
export function makeWindow(shape: WindowShape, length: number, options: WindowOptions = {}): Float32Array {
  requireWhole('makeWindow', 'length', length);
  if (shape instanceof Float32Array) {
    if (shape.length !== length)
      reject('makeWindow', 'given samples differ from length', `${shape.length} and ${length}`);
    return shape.slice();
  }
  if (length === 1) return Float32Array.of(1);
  const span = options.periodic === false ? length - 1 : length;
  const formula = windowFormula(shape, span);
  return Float32Array.from({ length }, (_, i) => formula(i));
}

function windowFormula(shape: Exclude<WindowShape, Float32Array>, span: number): (i: number) => number {
  const named = typeof shape === 'string' ? { name: shape } : shape;
  if (named.name === 'kaiser') {
    const { beta } = named;
    if (!(beta >= 0 && beta < 700)) reject('makeWindow', 'kaiser: beta must lie in [0, 700)', `beta=${beta}`);
    return (i) => kaiser(beta, 2 * (i / span) - 1);
  }
  if (named.name === 'gaussian') {
    const { deviation } = named;
    requirePositive('makeWindow', 'gaussian: deviation', deviation);
    return (i) => Math.exp(-0.5 * ((i - span / 2) / deviation) ** 2);
  }
  if (named.name === 'bartlett') return (i) => 1 - Math.abs((2 * i) / span - 1);
  const weights = cosineSums[named.name];
  if (weights === undefined) return reject('makeWindow', 'no such window', named.name);
  return (i) =>
    weights.reduce((sum, weight, k) => sum + (-1) ** k * weight * Math.cos((2 * Math.PI * k * i) / span), 0);
}
