import { binary } from '../elementwise/binary.ts';
import { winnerShare } from '../functions/winnerShare.ts';
import type { Tensor } from '../tensor.ts';
import type { Binary } from '../types/broadcast.ts';
import type { DType, Fits, Out, Shape } from '../types/shape.ts';

const run = binary({
  name: 'minimum',
  value: (m, a, b) => m.min(a, b),
  backward: ({ inputs: [a, b], dOut, needs }) => {
    const share = winnerShare(b!, a!);
    return [needs(0) ? dOut.mul(share) : undefined, needs(1) ? dOut.mul(share.neg().add(1)) : undefined];
  },
  integers: true,
});

/** The smaller of a and b; where they are equal, each gets half the gradient. */
export function minimum<A extends Shape, D extends DType, B extends Shape = []>(
  a: Tensor<A, D>,
  b: Fits<Tensor<B, D> | number, Binary<'minimum', A, B>>,
): Tensor<Out<Binary<'minimum', A, B>>, D> {
  return run(a, b);
}
