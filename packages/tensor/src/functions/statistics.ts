import { unary } from '../elementwise/unary.ts';
import { sum } from '../ops/sum.ts';
import type { Axes, ReductionOptions } from '../reduction/reduction.ts';
import { requireDType } from '../shape/require.ts';
import { resolveAxes } from '../shape/shape.ts';
import type { Tensor } from '../tensor.ts';
import type { AxisArgument } from '../types/axis.ts';
import type { Reduce } from '../types/reduce.ts';
import type { Fits, Out, Shape } from '../types/shape.ts';

/** The average over the named axes, or over all. */
export function mean<
  S extends Shape,
  const Axis extends AxisArgument = undefined,
  const KeepDims extends boolean = false,
>(
  x: Tensor<S>,
  axis?: Fits<Axis, Reduce<'mean', S, Axis, KeepDims>>,
  options?: ReductionOptions<KeepDims>,
): Tensor<Out<Reduce<'mean', S, Axis, KeepDims>>> {
  return meanOver(x, axis as Axis, options) as Tensor<Out<Reduce<'mean', S, Axis, KeepDims>>>;
}

function meanOver(x: Tensor, axis: Axes, options?: ReductionOptions): Tensor {
  requireDType('mean', x, ['float32']);
  const count = countOver('mean', x, axis);
  return sum(x, axis, options).mul(1 / count);
}

export interface VarianceOptions<KeepDims extends boolean = boolean> extends ReductionOptions<KeepDims> {
  /** Taken from the count in the divisor: 1 gives the unbiased estimate, 0 the plain mean square. */
  readonly correction?: number;
}

/** The mean squared distance from the mean. */
export function variance<
  S extends Shape,
  const Axis extends AxisArgument = undefined,
  const KeepDims extends boolean = false,
>(
  x: Tensor<S>,
  axis?: Fits<Axis, Reduce<'variance', S, Axis, KeepDims>>,
  options?: VarianceOptions<KeepDims>,
): Tensor<Out<Reduce<'variance', S, Axis, KeepDims>>> {
  return varianceOver(x, axis as Axis, options) as Tensor<Out<Reduce<'variance', S, Axis, KeepDims>>>;
}

function varianceOver(x: Tensor, axis: Axes, { correction = 1, keepDims }: VarianceOptions = {}): Tensor {
  const count = countOver('variance', x, axis);
  const centred = x.sub(meanOver(x, axis, { keepDims: true }));
  const squares = sum(centred.square(), axis, keepDims === undefined ? {} : { keepDims });
  return squares.mul(1 / Math.max(0, count - correction));
}

/** The Euclidean length; its gradient at 0 is 0. */
export function norm<
  S extends Shape,
  const Axis extends AxisArgument = undefined,
  const KeepDims extends boolean = false,
>(
  x: Tensor<S>,
  axis?: Fits<Axis, Reduce<'norm', S, Axis, KeepDims>>,
  options?: ReductionOptions<KeepDims>,
): Tensor<Out<Reduce<'norm', S, Axis, KeepDims>>> {
  return normOver(x, axis as Axis, options) as Tensor<Out<Reduce<'norm', S, Axis, KeepDims>>>;
}

function normOver(x: Tensor, axis: Axes, options?: ReductionOptions): Tensor {
  resolveAxes('norm', axis, x.shape);
  return rootOfSquares(sum(x.square(), axis, options));
}

/** A square root whose slope at 0 is 0: the length of a zero vector has no direction to grow in. */
const rootOfSquares = unary({
  name: 'rootOfSquares',
  value: (m, x) => m.sqrt(x),
  slope: (m, _x, y) => m.div(m.mul(m.step(y), 0.5), m.max(y, 1e-30)),
});

/** log(sum(exp(x))), with the largest element taken away first, so that nothing overflows. */
export function logSumExp<
  S extends Shape,
  const Axis extends AxisArgument = undefined,
  const KeepDims extends boolean = false,
>(
  x: Tensor<S>,
  axis?: Fits<Axis, Reduce<'logSumExp', S, Axis, KeepDims>>,
  options?: ReductionOptions<KeepDims>,
): Tensor<Out<Reduce<'logSumExp', S, Axis, KeepDims>>> {
  return logSumExpOver(x, axis as Axis, options) as Tensor<Out<Reduce<'logSumExp', S, Axis, KeepDims>>>;
}

function logSumExpOver(x: Tensor, axis: Axes, options?: ReductionOptions): Tensor {
  resolveAxes('logSumExp', axis, x.shape);
  const largest = x.detach().max(axis, { keepDims: true });
  const shift = largest.where(largest.abs().lt(Infinity), 0);
  const total = sum(x.sub(shift).exp(), axis, options);
  return total.log().add(shift.reshape(total.shape));
}

/** Also the check of the axes, so that an error names the function that was called. */
function countOver(op: string, x: Tensor, axis: Axes): number {
  if (axis === undefined) return x.size;
  return resolveAxes(op, axis, x.shape).reduce((count, own) => count * x.shape[own]!, 1);
}
