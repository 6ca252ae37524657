import { unary } from '../elementwise/unary.ts';

/** The sine of x in radians. */
export const sin = unary({
  name: 'sin',
  value: (m, x) => m.sin(x),
  slope: (m, x) => m.cos(x),
});
