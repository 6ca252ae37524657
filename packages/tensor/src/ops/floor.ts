import { unary } from '../elementwise/unary.ts';

/** The whole number at or below x; its gradient is 0 everywhere. */
export const floor = unary({
  name: 'floor',
  value: (m, x) => m.floor(x),
  slope: () => 0,
});
