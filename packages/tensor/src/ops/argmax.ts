import { argReduction } from '../reduction/argReduction.ts';
import type { ReductionOptions } from '../reduction/reduction.ts';
import type { Tensor } from '../tensor.ts';
import type { Reduce } from '../types/reduce.ts';
import type { DType, Fits, Out, Shape } from '../types/shape.ts';

const run = argReduction('argmax', (a, b) => a > b);

/** The position (int32) of the largest element along an axis, or in the whole flattened tensor. */
export function argmax<
  S extends Shape,
  D extends DType,
  const Axis extends number | undefined = undefined,
  const KeepDims extends boolean = false,
>(
  x: Tensor<S, D>,
  axis?: Fits<Axis, Reduce<'argmax', S, Axis, KeepDims>>,
  options?: ReductionOptions<KeepDims>,
): Tensor<Out<Reduce<'argmax', S, Axis, KeepDims>>, 'int32'> {
  return run(x, axis, options);
}
