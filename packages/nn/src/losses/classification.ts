import type { Tensor } from '@sonograd/tensor';
import { type LossOptions, reduced, requireSameShape } from './reduction.ts';

export interface BinaryOptions extends LossOptions {
  /** How much more a positive counts than a negative, for each output. */
  readonly posWeight?: Tensor;
  /** What each output counts. */
  readonly weight?: Tensor;
}

/**
 * Binary cross-entropy of sigmoid(logits): -t log s - (1 - t) log(1 - s), from the logits, so that nothing overflows.
 */
export function bceWithLogits(logits: Tensor, target: Tensor, options: BinaryOptions = {}): Tensor {
  requireSameShape('bceWithLogits', logits, target);
  const { posWeight, weight } = options;
  // -log sigmoid(x) is softplus(-x), and -log(1 - sigmoid(x)) is softplus(x).
  const losses =
    posWeight === undefined
      ? logits.softplus().sub(target.mul(logits))
      : target.mul(posWeight).mul(logits.neg().softplus()).add(target.neg().add(1).mul(logits.softplus()));
  return reduced('bceWithLogits', weight === undefined ? losses : losses.mul(weight), options);
}

/** KL divergence from N(mean, exp(logVariance)) to N(0, 1), summed over the last axis (Kingma and Welling, 2013). */
export function klToUnitGaussian(mean: Tensor, logVariance: Tensor, options: LossOptions = {}): Tensor {
  requireSameShape('klToUnitGaussian', mean, logVariance);
  const each = mean.square().add(logVariance.exp()).sub(logVariance).sub(1).mul(0.5);
  return reduced('klToUnitGaussian', each.sum(-1), options);
}
