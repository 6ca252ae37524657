import { comparison } from '../elementwise/comparison.ts';
import type { Tensor } from '../tensor.ts';
import type { Binary } from '../types/broadcast.ts';
import type { DType, Fits, Out, Shape } from '../types/shape.ts';

const run = comparison({ name: 'lt', scalar: (a, b) => a < b });

/** Where a is below b. */
export function lt<A extends Shape, D extends DType, B extends Shape = []>(
  a: Tensor<A, D>,
  b: Fits<Tensor<B, D> | number, Binary<'lt', A, B>>,
): Tensor<Out<Binary<'lt', A, B>>, 'bool'> {
  return run(a, b);
}
