import { unary } from '../elementwise/unary.ts';

/** 1 where x is above 0, else 0; no gradient flows. */
export const step = unary({
  name: 'step',
  value: (m, x) => m.step(x),
});
