import type { Tensor } from '@sonograd/tensor';
import type { Schedule } from './schedule.ts';

/** What a transform may know of the parameters whose updates it changes. */
export interface StepContext {
  readonly parameters: readonly Tensor[];
  /** How many steps each parameter has behind it. */
  readonly ages: readonly number[];
  /** How many steps the optimizer has behind it: what schedules go by. */
  readonly step: number;
  /** State of the named kind: for each parameter a tensor of its shape, zeros before the first step. */
  slot(name: string): readonly Tensor[];
}

/**
 * One link of an optimizer: it gets the updates of all parameters, gradients at first, and hands on what it makes of
 * them. What comes out of the last link is subtracted from the parameters.
 */
export interface Transform {
  /** The kinds of state it keeps for each parameter. */
  readonly slots: readonly string[];
  /** How far to go, from the link that says so. */
  readonly rate?: number | Schedule;
  /** The links of a chain, in their order. */
  readonly links?: readonly Transform[];
  apply(updates: readonly Tensor[], context: StepContext): readonly Tensor[];
}

/** `adamW = chain(clipByNorm(1), scaleByAdam(), decayWeights(0.01), scaleByRate(rate))`. */
export function chain(...transforms: Transform[]): Transform {
  const links = transforms.flatMap(linksOf);
  const slots = links.flatMap((link) => link.slots);
  const twice = slots.find((slot, index) => slots.indexOf(slot) !== index);
  if (twice !== undefined) throw new Error(`chain: two transforms keep the same state, ${twice}`);
  return {
    slots,
    links,
    apply: (updates, context) => links.reduce((changed, link) => link.apply(changed, context), updates),
  };
}

/** A chain in its links; a single transform is a chain of one. */
export function linksOf(transform: Transform): readonly Transform[] {
  return transform.links ?? [transform];
}

/** Moves a running mean towards a value: it keeps `share` of itself. */
export function follow(mean: Tensor, share: number, value: Tensor): void {
  mean.assign(mean.mul(share).add(value.mul(1 - share)));
}

export function requireAtLeastZero(transform: string, name: string, value: number): void {
  if (!(value >= 0)) throw new RangeError(`${transform}: ${name} must be at least 0, got ${value}`);
}

export function requireShare(transform: string, name: string, value: number): void {
  if (!(value >= 0 && value < 1)) {
    throw new RangeError(`${transform}: ${name} must be at least 0 and below 1, got ${value}`);
  }
}
