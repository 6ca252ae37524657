import { apply } from '../autograd/apply.ts';
import type { Op } from '../autograd/op.ts';
import { checkShape, showShape, sizeOf } from '../shape/shape.ts';
import type { Tensor } from '../tensor.ts';
import type { Reshape } from '../types/layout.ts';
import type { DType, Fits, Out, Shape } from '../types/shape.ts';

const op: Op<Shape> = {
  name: 'reshape',
  view: true,
  shape: (_, shape) => shape,
  forward: () => {},
  backward: ({ inputs: [x], dOut }) => [reshape(dOut, x!.shape)],
};

/** The same elements in the same order under another shape; one size may be -1 and follows from the rest. */
export function reshape<S extends Shape, D extends DType, const To extends Shape>(
  x: Tensor<S, D>,
  shape: Fits<To, Reshape<S, To>>,
): Tensor<Out<Reshape<S, To>>, D> {
  return apply(op, [x], resolve(x.shape, shape as To));
}

function resolve(from: Shape, to: Shape): Shape {
  const free = to.indexOf(-1);
  if (free !== to.lastIndexOf(-1))
    throw new RangeError(`reshape: only one size may be -1, got ${showShape(to)}`);
  if (free < 0) {
    checkShape('reshape', to);
    requireProduct(sizeOf(from) === sizeOf(to), from, to);
    return [...to];
  }
  const known = to.filter((_, axis) => axis !== free);
  checkShape('reshape', known);
  const size = sizeOf(from) / sizeOf(known);
  requireProduct(Number.isInteger(size), from, to);
  return to.map((length, axis) => (axis === free ? size : length));
}

function requireProduct(holds: boolean, from: Shape, to: Shape): void {
  if (!holds) throw new RangeError(`reshape: element counts differ, ${showShape(from)} to ${showShape(to)}`);
}
