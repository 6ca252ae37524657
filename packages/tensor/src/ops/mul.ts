import { binary } from '../elementwise/binary.ts';
import type { Tensor } from '../tensor.ts';
import type { Binary } from '../types/broadcast.ts';
import type { DType, Fits, Out, Shape } from '../types/shape.ts';

const run = binary({
  name: 'mul',
  value: (m, a, b) => m.mul(a, b),
  backward: ({ inputs: [a, b], dOut, needs }) => [
    needs(0) ? dOut.mul(b!) : undefined,
    needs(1) ? dOut.mul(a!) : undefined,
  ],
  integers: true,
});

/** a times b. */
export function mul<A extends Shape, D extends DType, B extends Shape = []>(
  a: Tensor<A, D>,
  b: Fits<Tensor<B, D> | number, Binary<'mul', A, B>>,
): Tensor<Out<Binary<'mul', A, B>>, D> {
  return run(a, b);
}
