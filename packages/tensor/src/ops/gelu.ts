import { unary } from '../elementwise/unary.ts';

/** x times the share of the normal distribution below x (Hendrycks and Gimpel, 2016), by the exact erf form. */
export const gelu = unary({
  name: 'gelu',
  value: (m, x) => m.mul(m.mul(x, 0.5), m.add(m.erf(m.mul(x, Math.SQRT1_2)), 1)),
  slope: (m, x) => {
    const below = m.mul(m.add(m.erf(m.mul(x, Math.SQRT1_2)), 1), 0.5);
    const density = m.mul(m.exp(m.mul(m.mul(x, x), -0.5)), 1 / Math.sqrt(2 * Math.PI));
    return m.add(below, m.mul(x, density));
  },
});
