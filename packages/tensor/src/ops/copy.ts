import { apply } from '../autograd/apply.ts';
import type { Op } from '../autograd/op.ts';
import type { Tensor } from '../tensor.ts';
import type { DType, Shape } from '../types/shape.ts';

const op: Op = {
  name: 'copy',
  shape: ([x]) => x!,
  forward: (out, [x]) => out.data.set(x!.data),
  backward: ({ dOut }) => [dOut],
};

/** The same values in memory of their own. */
export function copy<S extends Shape, D extends DType>(x: Tensor<S, D>): Tensor<S, D> {
  return apply(op, [x], undefined);
}
