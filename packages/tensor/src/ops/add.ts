import { binary } from '../elementwise/binary.ts';
import type { Tensor } from '../tensor.ts';
import type { Binary } from '../types/broadcast.ts';
import type { DType, Fits, Out, Shape } from '../types/shape.ts';

const run = binary({
  name: 'add',
  value: (m, a, b) => m.add(a, b),
  backward: ({ dOut }) => [dOut, dOut],
  integers: true,
});

/** a + b. */
export function add<A extends Shape, D extends DType, B extends Shape = []>(
  a: Tensor<A, D>,
  b: Fits<Tensor<B, D> | number, Binary<'add', A, B>>,
): Tensor<Out<Binary<'add', A, B>>, D> {
  return run(a, b);
}
