import { unary } from '../elementwise/unary.ts';

/** e to the power of x. */
export const exp = unary({
  name: 'exp',
  value: (m, x) => m.exp(x),
  slope: (_m, _x, y) => y,
});
