import { unary } from '../elementwise/unary.ts';

/** x times sigmoid(x), also called swish. */
export const silu = unary({
  name: 'silu',
  value: (m, x) => m.mul(x, m.sigmoid(x)),
  slope: (m, x, y) => {
    const gate = m.sigmoid(x);
    return m.add(gate, m.mul(y, m.sub(1, gate)));
  },
});
