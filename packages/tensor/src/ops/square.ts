import { unary } from '../elementwise/unary.ts';

/** x times x. */
export const square = unary({
  name: 'square',
  value: (m, x) => m.mul(x, x),
  slope: (m, x) => m.mul(x, 2),
  integers: true,
});
