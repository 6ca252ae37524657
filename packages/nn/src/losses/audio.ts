import type { Tensor } from '@sonograd/tensor';
import { type LossOptions, reduced, requireSameShape } from './reduction.ts';

/**
 * The negative scale-invariant ratio of signal to distortion, in dB (Le Roux et al., 2019): how much of the estimate
 * lies along the target, against the rest. Both lose their mean first.
 */
export function negativeSiSdr(estimate: Tensor, target: Tensor, options: LossOptions = {}): Tensor {
  requireSameShape('negativeSiSdr', estimate, target);
  const signal = centred(target);
  const heard = centred(estimate);
  const share = dot(heard, signal).div(dot(signal, signal).maximum(1e-12));
  const wanted = signal.mul(share);
  const distortion = heard.sub(wanted);
  const ratio = wanted.square().sum(-1).div(distortion.square().sum(-1).maximum(1e-12));
  const decibels = ratio
    .maximum(1e-12)
    .log()
    .mul(-10 / Math.LN10);
  return reduced('negativeSiSdr', decibels, options);
}

function centred(x: Tensor): Tensor {
  return x.sub(x.mean(-1, { keepDims: true }));
}

function dot(a: Tensor, b: Tensor): Tensor {
  return a.mul(b).sum(-1, { keepDims: true });
}
