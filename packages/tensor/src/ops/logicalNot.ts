import { apply } from '../autograd/apply.ts';
import type { Op } from '../autograd/op.ts';
import { requireDType } from '../shape/require.ts';
import type { Tensor } from '../tensor.ts';
import type { Shape } from '../types/shape.ts';

const op: Op = {
  name: 'logicalNot',
  shape: ([x]) => x!,
  forward: (out, [x]) => {
    const [to, from] = [out.data, x!.data];
    for (let i = 0; i < to.length; i++) to[i] = 1 - from[i]!;
  },
};

/** Where a bool tensor does not hold. */
export function logicalNot<S extends Shape>(x: Tensor<S, 'bool'>): Tensor<S, 'bool'> {
  requireDType('logicalNot', x, ['bool']);
  return apply(op, [x], undefined) as unknown as Tensor<S, 'bool'>;
}
