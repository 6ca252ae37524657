import { requirePositive, type Schedule } from './schedule.ts';

export interface PlateauOptions {
  readonly rate: number;
  readonly factor?: number;
  /** How many observations without progress are borne. */
  readonly patience?: number;
  /** The improvement that counts as progress. */
  readonly threshold?: number;
  /** Whether the threshold is a share of the best metric so far, or a difference from it. */
  readonly thresholdMode?: 'rel' | 'abs';
  /** How many observations after a reduction do not count. */
  readonly cooldown?: number;
  readonly minRate?: number;
  readonly mode?: 'min' | 'max';
  /** A reduction by less is not worth making. */
  readonly eps?: number;
}

/** The rate times `factor` when the observed metric has not improved for more than `patience` observations. */
export function reduceOnPlateau(options: PlateauOptions): Schedule {
  const { factor = 0.1, patience = 10, cooldown = 0, minRate = 0, eps = 1e-8 } = options;
  requirePositive('reduceOnPlateau', 'factor', factor);
  const target = progressTarget(options);
  let rate = options.rate;
  let best = target.worst;
  let waited = 0;
  let resting = 0;
  const reduce = () => {
    const lower = Math.max(minRate, rate * factor);
    if (rate - lower > eps) rate = lower;
    resting = cooldown;
    waited = 0;
  };
  return {
    rateAt: () => rate,
    observe(metric) {
      const progress = target.reached(metric, best);
      if (progress) best = metric;
      waited = progress || resting > 0 ? 0 : waited + 1;
      resting = Math.max(0, resting - 1);
      if (waited > patience) reduce();
    },
    state: () => ({ rate, best, waited, resting }),
    restore(state) {
      rate = state.rate ?? rate;
      best = state.best ?? best;
      waited = state.waited ?? waited;
      resting = state.resting ?? resting;
    },
  };
}

/** When a metric counts as better than the best so far, and what anything is better than. */
function progressTarget({ mode = 'min', threshold = 1e-4, thresholdMode = 'rel' }: PlateauOptions) {
  const sign = mode === 'min' ? -1 : 1;
  const reached =
    thresholdMode === 'rel'
      ? (metric: number, best: number) => sign * (metric - best * (1 + sign * threshold)) > 0
      : (metric: number, best: number) => sign * (metric - best) > threshold;
  return { worst: -sign * Infinity, reached };
}
