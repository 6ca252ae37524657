import { comparison } from '../elementwise/comparison.ts';
import type { Tensor } from '../tensor.ts';
import type { Binary } from '../types/broadcast.ts';
import type { DType, Fits, Out, Shape } from '../types/shape.ts';

const run = comparison({ name: 'ne', scalar: (a, b) => a !== b });

/** Where a differs from b. */
export function ne<A extends Shape, D extends DType, B extends Shape = []>(
  a: Tensor<A, D>,
  b: Fits<Tensor<B, D> | number, Binary<'ne', A, B>>,
): Tensor<Out<Binary<'ne', A, B>>, 'bool'> {
  return run(a, b);
}
