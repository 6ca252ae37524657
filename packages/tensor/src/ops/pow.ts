import { binary } from '../elementwise/binary.ts';
import type { Tensor } from '../tensor.ts';
import type { Binary } from '../types/broadcast.ts';
import type { DType, Fits, Out, Shape } from '../types/shape.ts';

const run = binary({
  name: 'pow',
  value: (m, a, b) => m.pow(a, b),
  backward: ({ inputs: [a, b], out, dOut, needs }) => [
    needs(0) ? dOut.mul(b!.mul(a!.pow(b!.sub(1)))) : undefined,
    needs(1) ? dOut.mul(out.mul(a!.maximum(1e-38).log())) : undefined,
  ],
});

/** a to the power of b. */
export function pow<A extends Shape, D extends DType, B extends Shape = []>(
  a: Tensor<A, D>,
  b: Fits<Tensor<B, D> | number, Binary<'pow', A, B>>,
): Tensor<Out<Binary<'pow', A, B>>, D> {
  return run(a, b);
}
