import { unary } from '../elementwise/unary.ts';

/** The natural logarithm. */
export const log = unary({
  name: 'log',
  value: (m, x) => m.log(x),
  slope: (m, x) => m.div(1, x),
});
