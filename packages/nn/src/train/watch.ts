import type { ValidationRecord } from './history.ts';

export interface BestOptions {
  /** The name of a number in the validation records; `loss` unless said otherwise. */
  readonly metric?: string;
  /** Whether less is better, or more. */
  readonly mode?: 'min' | 'max';
}

export interface WatchState {
  readonly best: number;
  readonly waited: number;
}

/** Keeps the best value of a metric, and how many validations have passed since. */
export class Watch {
  readonly #metric: string;
  readonly #sign: number;
  #best: number;
  #waited = 0;

  constructor({ metric = 'loss', mode = 'min' }: BestOptions = {}) {
    this.#metric = metric;
    this.#sign = mode === 'min' ? -1 : 1;
    this.#best = this.#sign * -Infinity;
  }

  get waited(): number {
    return this.#waited;
  }

  /** Takes in a record, and says whether it is the best so far. */
  improves(record: ValidationRecord): boolean {
    const value = metricOf(record, this.#metric);
    const better = this.#sign * (value - this.#best) > 0;
    if (better) this.#best = value;
    this.#waited = better ? 0 : this.#waited + 1;
    return better;
  }

  state(): WatchState {
    return { best: this.#best, waited: this.#waited };
  }

  restore({ best, waited }: WatchState): void {
    this.#best = best;
    this.#waited = waited;
  }
}

export function metricOf(record: ValidationRecord, metric: string): number {
  const value = record[metric];
  if (value === undefined) {
    throw new RangeError(`Trainer: metric must be one of ${Object.keys(record).join(', ')}, got ${metric}`);
  }
  return value;
}
