import { unary } from '../elementwise/unary.ts';

/** The error function. */
export const erf = unary({
  name: 'erf',
  value: (m, x) => m.erf(x),
  slope: (m, x) => m.mul(m.exp(m.neg(m.mul(x, x))), 2 / Math.sqrt(Math.PI)),
});
