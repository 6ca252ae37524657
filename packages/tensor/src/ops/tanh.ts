import { unary } from '../elementwise/unary.ts';

/** The hyperbolic tangent. */
export const tanh = unary({
  name: 'tanh',
  value: (m, x) => m.tanh(x),
  slope: (m, _x, y) => m.sub(1, m.mul(y, y)),
});
