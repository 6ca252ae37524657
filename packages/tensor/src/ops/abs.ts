import { unary } from '../elementwise/unary.ts';

/** The magnitude; its gradient at 0 is 0. */
export const abs = unary({
  name: 'abs',
  value: (m, x) => m.abs(x),
  slope: (m, x) => m.sign(x),
  integers: true,
});
