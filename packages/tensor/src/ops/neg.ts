import { unary } from '../elementwise/unary.ts';

/** -x. */
export const neg = unary({
  name: 'neg',
  value: (m, x) => m.neg(x),
  slope: () => -1,
  integers: true,
});
