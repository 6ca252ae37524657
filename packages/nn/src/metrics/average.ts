/** The mean of numbers that come one by one, with their weights: losses of batches, by their rows. */
export class RunningAverage {
  #total = 0;
  #weight = 0;

  add(value: number, weight = 1): this {
    if (!(weight >= 0)) throw new RangeError(`RunningAverage: weight must be at least 0, got ${weight}`);
    this.#total += value * weight;
    this.#weight += weight;
    return this;
  }

  /** NaN before anything was added. */
  get value(): number {
    return this.#total / this.#weight;
  }

  reset(): void {
    this.#total = 0;
    this.#weight = 0;
  }
}

/** The mean in which each number counts less the longer ago it came: a calm loss for the eye. */
export class SmoothAverage {
  #value: number | undefined;

  constructor(readonly decay = 0.9) {
    if (!(decay >= 0 && decay < 1)) {
      throw new RangeError(`SmoothAverage: decay must be at least 0 and below 1, got ${decay}`);
    }
  }

  add(value: number): this {
    this.#value = this.#value === undefined ? value : this.decay * this.#value + (1 - this.decay) * value;
    return this;
  }

  get value(): number {
    return this.#value ?? Number.NaN;
  }
}
