import { unary } from '../elementwise/unary.ts';

/** 1 / sqrt(x). */
export const rsqrt = unary({
  name: 'rsqrt',
  value: (m, x) => m.div(1, m.sqrt(x)),
  slope: (m, x, y) => m.div(m.mul(y, -0.5), x),
});
