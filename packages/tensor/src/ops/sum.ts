import { keptShape, type ReductionOptions, reduction } from '../reduction/reduction.ts';
import type { Tensor } from '../tensor.ts';
import type { AxisArgument } from '../types/axis.ts';
import type { Reduce } from '../types/reduce.ts';
import type { DType, Fits, Out, Shape } from '../types/shape.ts';

const run = reduction({
  name: 'sum',
  initial: 0,
  empty: 0,
  combine: (total, x) => total + x,
  backward: ({ inputs: [x], dOut, params }) => [dOut.reshape(keptShape(x!.shape, params)).expand(x!.shape)],
});

/** The sum over the named axes, or over all. */
export function sum<
  S extends Shape,
  D extends DType,
  const Axis extends AxisArgument = undefined,
  const KeepDims extends boolean = false,
>(
  x: Tensor<S, D>,
  axis?: Fits<Axis, Reduce<'sum', S, Axis, KeepDims>>,
  options?: ReductionOptions<KeepDims>,
): Tensor<Out<Reduce<'sum', S, Axis, KeepDims>>, D> {
  return run(x, axis, options);
}
