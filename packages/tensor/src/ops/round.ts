import { unary } from '../elementwise/unary.ts';

/** The nearest whole number, halves to the even one; its gradient is 0 everywhere. */
export const round = unary({
  name: 'round',
  value: (m, x) => m.round(x),
  slope: () => 0,
});
