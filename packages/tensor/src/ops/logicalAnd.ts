import { logical } from '../elementwise/logical.ts';
import type { Tensor } from '../tensor.ts';
import type { Binary } from '../types/broadcast.ts';
import type { Fits, Out, Shape } from '../types/shape.ts';

const run = logical('logicalAnd', (a, b) => Math.min(a, b));

/** Where both of two bool tensors hold. */
export function logicalAnd<A extends Shape, B extends Shape>(
  a: Tensor<A, 'bool'>,
  b: Fits<Tensor<B, 'bool'>, Binary<'logicalAnd', A, B>>,
): Tensor<Out<Binary<'logicalAnd', A, B>>, 'bool'> {
  return run(a, b);
}
