import { unary } from '../elementwise/unary.ts';

/** 1 / (1 + exp(-x)). */
export const sigmoid = unary({
  name: 'sigmoid',
  value: (m, x) => m.sigmoid(x),
  slope: (m, _x, y) => m.mul(y, m.sub(1, y)),
});
