import type { F32x4 } from '../language/values.ts';
import { polynomial } from './polynomial.ts';

/** From here on tanh is 1 to 4e-8, and the quotient is 1, fused or not. */
const saturation = 8.9375;
/** tanh(x) / x as a quotient of polynomials in x², minimax in relative error (2e-8) up to the saturation. */
const numerator = [0.999999979, 0.1337971792, 0.003494034572, 2.058348254e-5, 1.331907523e-8];
const denominator = [1, 0.4671303316, 0.02587107317, 0.0003283092909, 7.762020491e-7];

/** Relative error below 4e-7, never beyond ±1. */
export function tanh(x: F32x4): F32x4 {
  const bounded = x.pmin(saturation).pmax(-saturation);
  const square = bounded.mul(bounded);
  const value = bounded.mul(polynomial(square, numerator)).div(polynomial(square, denominator));
  return value.pmin(1).pmax(-1);
}
