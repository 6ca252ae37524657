import { apply } from '../autograd/apply.ts';
import type { Op } from '../autograd/op.ts';
import type { Tensor } from '../tensor.ts';
import type { DType, Shape } from '../types/shape.ts';

const op: Op = {
  name: 'alias',
  view: true,
  shape: ([x]) => x!,
  forward: () => {},
  backward: ({ dOut }) => [dOut],
};

/** Another tensor over the same memory, with a place of its own in the graph. */
export function alias<S extends Shape, D extends DType>(x: Tensor<S, D>): Tensor<S, D> {
  return apply(op, [x], undefined);
}
