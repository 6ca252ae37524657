/** The rate of each step, counted from 0; `metric` is what a plateau watches, once it is known. */
export interface Schedule {
  rateAt(step: number): number;
  /** Tells the schedule how the last epoch went; only a plateau listens. */
  observe?(metric: number): void;
  /** What a checkpoint must keep to go on; absent where the step number is enough. */
  state?(): Readonly<Record<string, number>>;
  restore?(state: Readonly<Record<string, number>>): void;
}

export function constant({ rate }: { readonly rate: number }): Schedule {
  return { rateAt: () => rate };
}

export interface StepOptions {
  readonly rate: number;
  readonly stepSize: number;
  readonly gamma?: number;
}

/** The rate times `gamma` every `stepSize` steps. */
export function step({ rate, stepSize, gamma = 0.1 }: StepOptions): Schedule {
  requirePositive('step', 'stepSize', stepSize);
  return { rateAt: (at) => rate * gamma ** Math.floor(at / stepSize) };
}

/** The rate times `gamma` every step. */
export function exponential({ rate, gamma }: { readonly rate: number; readonly gamma: number }): Schedule {
  return { rateAt: (at) => rate * gamma ** at };
}

export interface CosineOptions {
  readonly rate: number;
  readonly totalSteps: number;
  readonly warmUpSteps?: number;
  readonly lowestRate?: number;
}

/** A straight rise, then half a cosine down to `lowestRate` (Loshchilov and Hutter, 2017, without restarts). */
export function cosine({ rate, totalSteps, warmUpSteps = 0, lowestRate = 0 }: CosineOptions): Schedule {
  requirePositive('cosine', 'totalSteps', totalSteps);
  return {
    rateAt(at) {
      if (at < warmUpSteps) return (rate * (at + 1)) / warmUpSteps;
      const progress = Math.min(1, (at - warmUpSteps) / Math.max(1, totalSteps - warmUpSteps));
      return between(lowestRate, rate, progress);
    },
  };
}

export interface OneCycleOptions {
  /** The highest rate. */
  readonly rate: number;
  readonly totalSteps: number;
  /** The share of the steps in which the rate rises. */
  readonly risingShare?: number;
  readonly startDivisor?: number;
  readonly endDivisor?: number;
}

/** Up to the highest rate and far down again, both along half a cosine (Smith and Topin, 2018). */
export function oneCycle(options: OneCycleOptions): Schedule {
  const { rate, totalSteps, risingShare = 0.3, startDivisor = 25, endDivisor = 1e4 } = options;
  requirePositive('oneCycle', 'totalSteps', totalSteps);
  const first = rate / startDivisor;
  const last = first / endDivisor;
  const top = risingShare * totalSteps - 1;
  return {
    rateAt(at) {
      if (at <= top) return between(rate, first, top > 0 ? at / top : 1);
      return between(last, rate, Math.min(1, (at - top) / (totalSteps - 1 - top)));
    },
  };
}

export interface PlateauOptions {
  readonly rate: number;
  readonly factor?: number;
  /** How many observations without progress are borne. */
  readonly patience?: number;
  /** The relative improvement that counts as progress. */
  readonly threshold?: number;
  readonly cooldown?: number;
  readonly lowestRate?: number;
  readonly mode?: 'min' | 'max';
}

/** The rate times `factor` when the observed metric has not improved for more than `patience` observations. */
export function reduceOnPlateau(options: PlateauOptions): Schedule {
  const {
    factor = 0.1,
    patience = 10,
    threshold = 1e-4,
    cooldown = 0,
    lowestRate = 0,
    mode = 'min',
  } = options;
  let rate = options.rate;
  let best = mode === 'min' ? Infinity : -Infinity;
  let waited = 0;
  let resting = 0;
  const improves = (metric: number) =>
    mode === 'min' ? metric < best * (1 - threshold) : metric > best * (1 + threshold);
  return {
    rateAt: () => rate,
    observe(metric) {
      if (!Number.isFinite(best) ? metric !== best : improves(metric)) {
        best = metric;
        waited = 0;
      } else {
        waited += 1;
      }
      if (resting > 0) {
        resting -= 1;
        waited = 0;
      }
      if (waited <= patience) return;
      rate = Math.max(lowestRate, rate * factor);
      resting = cooldown;
      waited = 0;
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

/** From `high` at 0 to `low` at 1 along half a cosine. */
function between(low: number, high: number, progress: number): number {
  return low + ((high - low) * (1 + Math.cos(Math.PI * progress))) / 2;
}

function requirePositive(schedule: string, name: string, value: number): void {
  if (!(value > 0)) throw new RangeError(`${schedule}: ${name} must be above 0, got ${value}`);
}
