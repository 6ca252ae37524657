import type { F32x4 } from '../language/values.ts';
import { polynomial } from './polynomial.ts';

/** From here on erf rounds to 1, and so does the quotient, fused or not. */
const saturation = 3.94;
/** erf(x) / x as a quotient of polynomials in x², minimax in relative error (2e-8) up to the saturation. */
const numerator = [1.128379145, 0.190784304, 0.05279034786, 0.00377962912, 0.0002848089805, 2.041966373e-6];
const denominator = [1, 0.5024109066, 0.1142577172, 0.01499747752, 0.001165217393, 3.800404865e-5];

/** Relative error below 4e-7, never beyond ±1. */
export function erf(x: F32x4): F32x4 {
  const bounded = x.pmin(saturation).pmax(-saturation);
  const square = bounded.mul(bounded);
  const value = bounded.mul(polynomial(square, numerator)).div(polynomial(square, denominator));
  return value.pmin(1).pmax(-1);
}
