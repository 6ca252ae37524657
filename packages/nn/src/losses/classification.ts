import type { Tensor } from '@sonograd/tensor';
import { type LossOptions, reduced, requireSameShape } from './reduction.ts';

export interface BinaryOptions extends LossOptions {
  /** How much more a positive counts than a negative, for each output. */
  readonly posWeight?: Tensor;
}

/**
 * Binary cross-entropy of sigmoid(logits): -t log s - (1 - t) log(1 - s), from the logits, so that nothing overflows.
 */
export function bceWithLogits(logits: Tensor, target: Tensor, options: BinaryOptions = {}): Tensor {
  requireSameShape('bceWithLogits', logits, target);
  const negative = target.neg().add(1);
  const { posWeight } = options;
  // -log sigmoid(x) is softplus(-x), and -log(1 - sigmoid(x)) is x more.
  const surprise = logits.neg().softplus();
  const weight = posWeight === undefined ? undefined : target.mul(posWeight.sub(1)).add(1);
  return reduced(negative.mul(logits).add(weight === undefined ? surprise : surprise.mul(weight)), options);
}

/** KL divergence from N(mean, exp(logVariance)) to N(0, 1), summed over the last axis (Kingma and Welling, 2013). */
export function klToUnitGaussian(mean: Tensor, logVariance: Tensor, options: LossOptions = {}): Tensor {
  requireSameShape('klToUnitGaussian', mean, logVariance);
  const each = mean.square().add(logVariance.exp()).sub(logVariance).sub(1).mul(0.5);
  return reduced(each.sum(-1), options);
}
