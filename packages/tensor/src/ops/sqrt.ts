import { unary } from '../elementwise/unary.ts';

/** The square root. */
export const sqrt = unary({
  name: 'sqrt',
  value: (m, x) => m.sqrt(x),
  slope: (m, _x, y) => m.div(0.5, y),
});
