import { comparison } from '../elementwise/comparison.ts';
import type { Tensor } from '../tensor.ts';
import type { Binary } from '../types/broadcast.ts';
import type { DType, Fits, Out, Shape } from '../types/shape.ts';

const run = comparison({ name: 'le', scalar: (a, b) => a <= b });

/** Where a is not above b. */
export function le<A extends Shape, D extends DType, B extends Shape = []>(
  a: Tensor<A, D>,
  b: Fits<Tensor<B, D> | number, Binary<'le', A, B>>,
): Tensor<Out<Binary<'le', A, B>>, 'bool'> {
  return run(a, b);
}
