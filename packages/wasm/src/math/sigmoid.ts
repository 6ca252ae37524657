import type { F32x4 } from '../language/values.ts';
import { exp } from './exp.ts';

/** 1 / (1 + e^-x). Relative error below 2.5e-7; 0 below -88.73. */
export function sigmoid(x: F32x4): F32x4 {
  const growth = exp(x.neg()).add(1);
  return growth.reciprocal();
}
