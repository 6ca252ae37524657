import { type Tensor, where } from '@sonograd/tensor';
import { type LossOptions, reduced, requireSameShape } from './reduction.ts';

/** The squared distance. */
export function mse(prediction: Tensor, target: Tensor, options: LossOptions = {}): Tensor {
  requireSameShape('mse', prediction, target);
  return reduced('mse', prediction.sub(target).square(), options);
}

/** The distance. */
export function l1(prediction: Tensor, target: Tensor, options: LossOptions = {}): Tensor {
  requireSameShape('l1', prediction, target);
  return reduced('l1', prediction.sub(target).abs(), options);
}

export interface HuberOptions extends LossOptions {
  /** Where the square goes over into a straight line. */
  readonly delta?: number;
}

/** Half the squared distance up to `delta`, a straight line beyond (Huber, 1964). */
export function huber(prediction: Tensor, target: Tensor, options: HuberOptions = {}): Tensor {
  requireSameShape('huber', prediction, target);
  const { delta = 1 } = options;
  const distance = prediction.sub(target).abs();
  const near = distance.square().mul(0.5);
  const far = distance.sub(delta / 2).mul(delta);
  return reduced('huber', where(distance.le(delta), near, far), options);
}
