import { apply } from '../autograd/apply.ts';
import type { Op } from '../autograd/op.ts';
import { moveBox } from '../move/move.ts';
import { resolveAxis, showShape, stridesOf } from '../shape/shape.ts';
import type { Tensor } from '../tensor.ts';
import type { Permute } from '../types/layout.ts';
import type { DType, Fits, Out, Shape } from '../types/shape.ts';

const op: Op<readonly number[]> = {
  name: 'permute',
  shape: ([shape], axes) => axes.map((axis) => shape![axis]!),
  forward: (out, [x], axes) => {
    const strides = stridesOf(x!.shape);
    const from = { offset: 0, strides: axes.map((axis) => strides[axis]!) };
    moveBox(out.shape, out, { offset: 0, strides: stridesOf(out.shape) }, x!, from);
  },
  backward: ({ dOut, params }) => [permute(dOut, inverse(params))],
};

/** The axes in another order: axis i of the result is axis `order[i]` of x. */
export function permute<S extends Shape, D extends DType, const Order extends Shape>(
  x: Tensor<S, D>,
  order: Fits<Order, Permute<S, Order>>,
): Tensor<Out<Permute<S, Order>>, D> {
  const axes = order as Order;
  const resolved = axes.map((axis) => resolveAxis('permute', axis, x.rank));
  if (resolved.length !== x.rank || new Set(resolved).size !== x.rank) {
    throw new RangeError(
      `permute: every axis must be named once, got [${axes.join(', ')}] for ${showShape(x.shape)}`,
    );
  }
  return apply(op, [x], resolved);
}

function inverse(axes: readonly number[]): number[] {
  const inverted = new Array<number>(axes.length);
  axes.forEach((from, to) => {
    inverted[from] = to;
  });
  return inverted;
}
