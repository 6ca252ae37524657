import { unary } from '../elementwise/unary.ts';

/** log(1 + exp(x)), a smooth ReLU, without overflow for large x. */
export const softplus = unary({
  name: 'softplus',
  value: (m, x) => m.add(m.max(x, 0), m.log1p(m.exp(m.neg(m.abs(x))))),
  slope: (m, x) => m.sigmoid(x),
});
