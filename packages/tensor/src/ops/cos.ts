import { unary } from '../elementwise/unary.ts';

/** The cosine of x in radians. */
export const cos = unary({
  name: 'cos',
  value: (m, x) => m.cos(x),
  slope: (m, x) => m.neg(m.sin(x)),
});
