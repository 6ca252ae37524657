import { unary } from '../elementwise/unary.ts';

/** 1 where x is above 0, else 0; its gradient is 0 everywhere. */
export const step = unary({
  name: 'step',
  value: (m, x) => m.step(x),
  slope: () => 0,
});
