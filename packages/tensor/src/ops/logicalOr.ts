import { logical } from '../elementwise/logical.ts';
import type { Tensor } from '../tensor.ts';
import type { Binary } from '../types/broadcast.ts';
import type { Fits, Out, Shape } from '../types/shape.ts';

const run = logical('logicalOr', (a, b) => Math.max(a, b));

/** Where at least one of two bool tensors holds. */
export function logicalOr<A extends Shape, B extends Shape>(
  a: Tensor<A, 'bool'>,
  b: Fits<Tensor<B, 'bool'>, Binary<'logicalOr', A, B>>,
): Tensor<Out<Binary<'logicalOr', A, B>>, 'bool'> {
  return run(a, b);
}
