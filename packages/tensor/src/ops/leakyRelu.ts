import { unary } from '../elementwise/unary.ts';
import type { Tensor } from '../tensor.ts';
import type { Shape } from '../types/shape.ts';

const withSlope = unary<[negativeSlope: number]>({
  name: 'leakyRelu',
  value: (m, x, [negativeSlope]) => m.add(m.max(x, 0), m.mul(m.min(x, 0), negativeSlope!)),
  slope: (m, x, _y, [negativeSlope]) => {
    const above = m.step(x);
    return m.add(above, m.mul(m.sub(1, above), negativeSlope!));
  },
});

/** x where it is above 0, else x times `negativeSlope`. */
export function leakyRelu<S extends Shape>(x: Tensor<S>, negativeSlope = 0.01): Tensor<S> {
  return withSlope(x, negativeSlope);
}
