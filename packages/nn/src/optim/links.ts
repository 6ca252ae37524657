import type { Tensor } from '@sonograd/tensor';
import type { Schedule } from './schedule.ts';
import { requireAtLeastZero, type StepContext, type Transform } from './transform.ts';

/**
 * Adds a share of each weight to its update. Before the scaling this is the gradient of an L2 penalty, as in Adam;
 * behind it, weights shrink whatever their gradients are: that is all of AdamW (Loshchilov and Hutter, 2019).
 */
export class DecayWeights implements Transform {
  readonly slots = [];

  constructor(readonly share: number) {
    requireAtLeastZero('decayWeights', 'share', share);
  }

  apply(updates: readonly Tensor[], { parameters }: StepContext): readonly Tensor[] {
    if (this.share === 0) return updates;
    return updates.map((update, index) => update.add(parameters[index]!.mul(this.share)));
  }
}

export interface MomentumOptions {
  /** The share of each update but the first that is left out. */
  readonly dampening?: number;
  /** Looks one step ahead along the motion (Nesterov, 1983, in the form of Sutskever et al., 2013). */
  readonly nesterov?: boolean;
}

/** Updates keep a part of their motion (Polyak, 1964). */
export class AddMomentum implements Transform {
  readonly slots = ['momentum'];
  readonly dampening: number;
  readonly nesterov: boolean;

  constructor(
    readonly momentum: number,
    { dampening = 0, nesterov = false }: MomentumOptions = {},
  ) {
    requireAtLeastZero('addMomentum', 'momentum', momentum);
    this.dampening = dampening;
    this.nesterov = nesterov;
  }

  apply(updates: readonly Tensor[], { ages, slot }: StepContext): readonly Tensor[] {
    const motions = slot('momentum');
    return updates.map((update, index) => {
      const motion = motions[index]!;
      const share = ages[index] === 0 ? 1 : 1 - this.dampening;
      motion.assign(motion.mul(this.momentum).add(update.mul(share)));
      return this.nesterov ? update.add(motion.mul(this.momentum)) : motion;
    });
  }
}

/** The last link: how far to go. */
export class ScaleByRate implements Transform {
  readonly slots = [];

  constructor(readonly rate: number | Schedule) {
    if (typeof rate === 'number') requireAtLeastZero('scaleByRate', 'rate', rate);
  }

  apply(updates: readonly Tensor[], { step }: StepContext): readonly Tensor[] {
    const rate = rateOf(this.rate, step);
    return updates.map((update) => update.mul(rate));
  }
}

/** The rate of a step, from a number or a schedule. */
export function rateOf(rate: number | Schedule, step: number): number {
  return typeof rate === 'number' ? rate : rate.rateAt(step);
}

export function decayWeights(share: number): DecayWeights {
  return new DecayWeights(share);
}

export function addMomentum(momentum: number, options?: MomentumOptions): AddMomentum {
  return new AddMomentum(momentum, options);
}

export function scaleByRate(rate: number | Schedule): ScaleByRate {
  return new ScaleByRate(rate);
}
