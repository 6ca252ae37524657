import type { Tensor } from '@sonograd/tensor';
import { follow, requireAtLeastZero, requireShare, type StepContext, type Transform } from './transform.ts';

export interface AdamScaling {
  /** How much of the running means of gradient and squared gradient each step keeps. */
  readonly betas?: readonly [number, number];
  readonly eps?: number;
  /** Divides by the largest mean square so far (Reddi et al., 2018). */
  readonly amsgrad?: boolean;
}

/** The running mean of the gradient over the root of that of its square (Kingma and Ba, 2015). */
export class ScaleByAdam implements Transform {
  readonly slots: readonly string[];
  readonly betas: readonly [number, number];
  readonly eps: number;
  readonly amsgrad: boolean;

  constructor({ betas = [0.9, 0.999], eps = 1e-8, amsgrad = false }: AdamScaling = {}) {
    for (const beta of betas) requireShare('scaleByAdam', 'betas', beta);
    requireAtLeastZero('scaleByAdam', 'eps', eps);
    this.betas = betas;
    this.eps = eps;
    this.amsgrad = amsgrad;
    this.slots = amsgrad ? ['mean', 'square', 'largest'] : ['mean', 'square'];
  }

  apply(updates: readonly Tensor[], { ages, slot }: StepContext): readonly Tensor[] {
    const [first, second] = this.betas;
    const [means, squares] = [slot('mean'), slot('square')];
    return updates.map((update, index) => {
      const [mean, square, age] = [means[index]!, squares[index]!, ages[index]! + 1];
      follow(mean, first, update);
      follow(square, second, update.square());
      const largest = this.amsgrad ? slot('largest')[index]! : square;
      if (this.amsgrad) largest.assign(largest.maximum(square));
      // Both means start at zero; dividing by what their weights sum to takes that out.
      const root = largest.sqrt().div(Math.sqrt(1 - second ** age));
      return mean.div(1 - first ** age).div(root.add(this.eps));
    });
  }
}

export interface RmsScaling {
  /** How much of the running mean of the squared gradient each step keeps. */
  readonly alpha?: number;
  readonly eps?: number;
  /** Divides by the deviation of the gradient instead of its root mean square (Graves, 2013). */
  readonly centered?: boolean;
}

/** The gradient over the root of the running mean of its square (Tieleman and Hinton, 2012). */
export class ScaleByRms implements Transform {
  readonly slots: readonly string[];
  readonly alpha: number;
  readonly eps: number;
  readonly centered: boolean;

  constructor({ alpha = 0.99, eps = 1e-8, centered = false }: RmsScaling = {}) {
    requireShare('scaleByRms', 'alpha', alpha);
    requireAtLeastZero('scaleByRms', 'eps', eps);
    this.alpha = alpha;
    this.eps = eps;
    this.centered = centered;
    this.slots = centered ? ['square', 'mean'] : ['square'];
  }

  apply(updates: readonly Tensor[], { slot }: StepContext): readonly Tensor[] {
    const squares = slot('square');
    return updates.map((update, index) => {
      const square = squares[index]!;
      follow(square, this.alpha, update.square());
      if (!this.centered) return update.div(square.sqrt().add(this.eps));
      const mean = slot('mean')[index]!;
      follow(mean, this.alpha, update);
      // Rounding may carry a deviation of nothing below zero.
      return update.div(square.sub(mean.square()).clamp(0).sqrt().add(this.eps));
    });
  }
}

export function scaleByAdam(options?: AdamScaling): ScaleByAdam {
  return new ScaleByAdam(options);
}

export function scaleByRms(options?: RmsScaling): ScaleByRms {
  return new ScaleByRms(options);
}
