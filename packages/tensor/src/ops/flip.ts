import { apply } from '../autograd/apply.ts';
import type { Op } from '../autograd/op.ts';
import { moveBox } from '../move/move.ts';
import { resolveAxes, stridesOf } from '../shape/shape.ts';
import type { Tensor } from '../tensor.ts';
import type { AlongsideMany } from '../types/reduce.ts';
import type { DType, Fits, Shape } from '../types/shape.ts';

const op: Op<readonly number[]> = {
  name: 'flip',
  shape: ([shape]) => shape!,
  forward: (out, [x], axes) => {
    const strides = stridesOf(x!.shape);
    const offset = axes.reduce((total, axis) => total + (x!.shape[axis]! - 1) * strides[axis]!, 0);
    const backwards = strides.map((stride, axis) => (axes.includes(axis) ? -stride : stride));
    moveBox(out.shape, out, { offset: 0, strides }, x!, { offset, strides: backwards });
  },
  backward: ({ dOut, params }) => [apply(op, [dOut], params)],
};

/** The order along the named axes reversed. */
export function flip<S extends Shape, D extends DType, const Axes extends number | readonly number[]>(
  x: Tensor<S, D>,
  axes: Fits<Axes, AlongsideMany<'flip', S, Axes>>,
): Tensor<S, D> {
  return apply(op, [x], resolveAxes('flip', axes as Axes, x.shape));
}
