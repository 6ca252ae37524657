import { type ReductionOptions, reduction } from '../reduction/reduction.ts';
import { shareAmongEqual } from '../reduction/shareAmongEqual.ts';
import type { Tensor } from '../tensor.ts';
import type { AxisArgument } from '../types/axis.ts';
import type { Reduce } from '../types/reduce.ts';
import type { DType, Fits, Out, Shape } from '../types/shape.ts';

const run = reduction({
  name: 'max',
  initial: -Infinity,
  combine: Math.max,
  backward: shareAmongEqual,
});

/** The largest element along the named axes, or of all. Equal ones share the gradient evenly. */
export function max<
  S extends Shape,
  D extends DType,
  const Axis extends AxisArgument = undefined,
  const KeepDims extends boolean = false,
>(
  x: Tensor<S, D>,
  axis?: Fits<Axis, Reduce<'max', S, Axis, KeepDims>>,
  options?: ReductionOptions<KeepDims>,
): Tensor<Out<Reduce<'max', S, Axis, KeepDims>>, D> {
  return run(x, axis, options);
}
