import type { F32x4 } from '../language/values.ts';
import { polynomial } from './polynomial.ts';

/** ln 2 in two parts; the first has 16 bits, so that n times it is exact. */
const ln2High = 0.693145751953125;
const ln2Low = 1.4286068203094173e-6;
/** Adding it rounds to an integer n, and leaves n + 126 in the lowest bits. */
const rounder = 1.5 * 2 ** 23 + 126;
/** 2 (e^r - 1 - r) / r², minimax in relative error (3e-9) on |r| <= ln 2 / 2. */
const quotient = [0.999999868642, 0.333330407982, 0.0833367815684, 0.01673749021332, 0.00276290801276];

/**
 * e^x = 2^n e^r. Relative error below 1.2e-7; +Infinity from 88.73, 0 below -86.99 (no subnormals). The scale is
 * 2^(n-1), which stays a number up to the largest result, and the polynomial is doubled.
 */
export function exp(x: F32x4): F32x4 {
  const bounded = x.pmin(89).pmax(-87.4);
  const shifted = bounded.mulAdd(Math.LOG2E, rounder);
  const n = shifted.sub(rounder);
  const r = n.negMulAdd(ln2Low, n.negMulAdd(ln2High, bounded));
  const twice = polynomial(r, quotient).mulAdd(r.mul(r), r.mulAdd(2, 2));
  return twice.mul(shifted.bitsAs('i32x4').shl(23).bitsAs('f32x4'));
}
