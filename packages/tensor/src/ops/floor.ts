import { unary } from '../elementwise/unary.ts';

/** The whole number at or below x; no gradient flows. */
export const floor = unary({
  name: 'floor',
  value: (m, x) => m.floor(x),
});
