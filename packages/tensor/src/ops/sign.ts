import { unary } from '../elementwise/unary.ts';

/** -1, 0 or 1; no gradient flows. */
export const sign = unary({
  name: 'sign',
  value: (m, x) => m.sign(x),
});
