import { unary } from '../elementwise/unary.ts';

/** -1, 0 or 1; its gradient is 0 everywhere. */
export const sign = unary({
  name: 'sign',
  value: (m, x) => m.sign(x),
  slope: () => 0,
  integers: true,
});
