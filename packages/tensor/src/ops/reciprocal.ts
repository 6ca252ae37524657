import { unary } from '../elementwise/unary.ts';

/** 1 / x. */
export const reciprocal = unary({
  name: 'reciprocal',
  value: (m, x) => m.div(1, x),
  slope: (m, _x, y) => m.neg(m.mul(y, y)),
});
