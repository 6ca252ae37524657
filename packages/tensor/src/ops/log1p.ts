import { unary } from '../elementwise/unary.ts';

/** log(1 + x), exact for small x. */
export const log1p = unary({
  name: 'log1p',
  value: (m, x) => m.log1p(x),
  slope: (m, x) => m.div(1, m.add(x, 1)),
});
