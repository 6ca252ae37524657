import { unary } from '../elementwise/unary.ts';

/** The nearest whole number, halves to the even one; no gradient flows. */
export const round = unary({
  name: 'round',
  value: (m, x) => m.round(x),
});
