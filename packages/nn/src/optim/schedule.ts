/** The rate of each step, counted from 0; a plateau watches a metric as well. */
export interface Schedule {
  rateAt(step: number): number;
  /** Tells the schedule how the last epoch (or validation) went; only a plateau listens. */
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
      return alongCosine(rate, lowestRate, progress);
    },
  };
}

/** From `start` at 0 to `end` at 1 along half a cosine. */
export function alongCosine(start: number, end: number, progress: number): number {
  return end + ((start - end) * (1 + Math.cos(Math.PI * progress))) / 2;
}

export function requirePositive(schedule: string, name: string, value: number): void {
  if (!(value > 0)) throw new RangeError(`${schedule}: ${name} must be above 0, got ${value}`);
}
