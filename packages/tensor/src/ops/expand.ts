import { apply } from '../autograd/apply.ts';
import type { Op } from '../autograd/op.ts';
import { sumTo } from '../functions/sumTo.ts';
import { moveBox } from '../move/move.ts';
import { broadcastStrides } from '../shape/broadcast.ts';
import { showShape, stridesOf } from '../shape/shape.ts';
import type { Tensor } from '../tensor.ts';
import type { DType, Fits, Out, Shape } from '../types/shape.ts';
import type { Expand } from '../types/unitAxes.ts';

const op: Op<Shape> = {
  name: 'expand',
  shape: (_, shape) => shape,
  forward: (out, [x], shape) => {
    const from = { offset: 0, strides: broadcastStrides(x!.shape, shape) };
    moveBox(shape, out, { offset: 0, strides: stridesOf(shape) }, x!, from);
  },
  backward: ({ inputs: [x], dOut }) => [sumTo(dOut, x!.shape)],
};

/** Repeats x along axes of size 1 and along new axes at the left; -1 keeps a size. */
export function expand<S extends Shape, D extends DType, const To extends Shape>(
  x: Tensor<S, D>,
  to: Fits<To, Expand<S, To>>,
): Tensor<Out<Expand<S, To>>, D> {
  const shape = to as To;
  const missing = shape.length - x.rank;
  const resolved = shape.map((size, axis) => (size === -1 ? (x.shape[axis - missing] ?? -1) : size));
  const fits =
    missing >= 0 &&
    resolved.every((size, axis) => size >= 0 && [1, size].includes(x.shape[axis - missing] ?? 1));
  if (!fits) throw new RangeError(`expand: cannot repeat ${showShape(x.shape)} to ${showShape(shape)}`);
  return apply(op, [x], resolved);
}
