import { unary } from '../elementwise/unary.ts';

/** x where it is above 0, else 0. */
export const relu = unary({
  name: 'relu',
  value: (m, x) => m.max(x, 0),
  slope: (m, x) => m.step(x),
  integers: true,
});
