import { binary } from '../elementwise/binary.ts';
import type { Tensor } from '../tensor.ts';
import type { Binary } from '../types/broadcast.ts';
import type { DType, Fits, Out, Shape } from '../types/shape.ts';

const run = binary({
  name: 'div',
  value: (m, a, b) => m.div(a, b),
  backward: ({ inputs: [, b], out, dOut, needs }) => {
    const scaled = dOut.div(b!);
    return [scaled, needs(1) ? scaled.mul(out).neg() : undefined];
  },
});

/** a / b. */
export function div<A extends Shape, D extends DType, B extends Shape = []>(
  a: Tensor<A, D>,
  b: Fits<Tensor<B, D> | number, Binary<'div', A, B>>,
): Tensor<Out<Binary<'div', A, B>>, D> {
  return run(a, b);
}
