import { mean } from '../../functions/statistics.ts';
import type { Tensor } from '../../tensor.ts';

/** x with mean 0 and variance 1 along some axes. */
export interface Standardised {
  readonly value: Tensor;
  readonly inverseDeviation: Tensor;
}

/** The same as the fused kernels in basic ops: slower by far, and made only where a gradient needs a gradient. */
export function standardised(x: Tensor, axes: readonly number[], eps: number): Standardised {
  const centred = x.sub(mean(x, axes, { keepDims: true }));
  const variance = mean(centred.square() as Tensor, axes, { keepDims: true });
  const inverseDeviation = variance.add(eps).rsqrt() as Tensor;
  return { value: centred.mul(inverseDeviation) as Tensor, inverseDeviation };
}

/** The gradient by x, from that by the standardised values. */
export function throughStandardised(
  dValue: Tensor,
  { value, inverseDeviation }: Standardised,
  axes: readonly number[],
): Tensor {
  const average = mean(dValue, axes, { keepDims: true });
  const along = mean(dValue.mul(value) as Tensor, axes, { keepDims: true });
  return dValue.sub(average).sub(value.mul(along)).mul(inverseDeviation) as Tensor;
}
