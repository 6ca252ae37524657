import { binary } from '../elementwise/binary.ts';
import type { Tensor } from '../tensor.ts';
import type { Binary } from '../types/broadcast.ts';
import type { DType, Fits, Out, Shape } from '../types/shape.ts';

const run = binary({
  name: 'sub',
  value: (m, a, b) => m.sub(a, b),
  backward: ({ dOut, needs }) => [dOut, needs(1) ? dOut.neg() : undefined],
  integers: true,
});

/** a - b. */
export function sub<A extends Shape, D extends DType, B extends Shape = []>(
  a: Tensor<A, D>,
  b: Fits<Tensor<B, D> | number, Binary<'sub', A, B>>,
): Tensor<Out<Binary<'sub', A, B>>, D> {
  return run(a, b);
}
