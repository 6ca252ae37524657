import { resample, resampleFilters } from '@sonograd/dsp';

const filter = resampleFilters.kaiser;

/** So many times the filter's reach are gathered before any of it is resampled: the overlap then costs little. */
const gatheredReaches = 16;

/**
 * Another sampling rate for a sound that arrives in pieces: what comes out, one after the other, is what `resample`
 * makes of the whole. Holds a few reaches of the filter.
 */
export class ResampleStream {
  private readonly up: number;
  private readonly down: number;
  /** Input samples on each side that have a say in an output sample. */
  private readonly reach: number;
  /** The input from sample `origin` on, a multiple of `down`. */
  private held = new Float32Array(0);
  private origin = 0;
  private given = 0;

  constructor(
    private readonly sourceRate: number,
    private readonly targetRate: number,
  ) {
    const divisor = greatestCommonDivisor(sourceRate, targetRate);
    this.up = targetRate / divisor;
    this.down = sourceRate / divisor;
    const { zeroCrossings, rolloff } = filter;
    this.reach = Math.ceil(zeroCrossings / (Math.min(1, this.up / this.down) * rolloff)) + 2;
  }

  /** Takes the next samples, and gives those that no later one can change. */
  push(samples: Float32Array): Float32Array {
    if (this.up === this.down) return samples;
    const held = new Float32Array(this.held.length + samples.length);
    held.set(this.held);
    held.set(samples, this.held.length);
    this.held = held;
    if (held.length < this.down + gatheredReaches * this.reach) return new Float32Array(0);
    const settled = Math.floor(((this.origin + held.length - this.reach) * this.up) / this.down);
    const out = this.give(settled);
    this.forget();
    return out;
  }

  /** What is left. The stream is then as new. */
  end(): Float32Array {
    if (this.up === this.down) return new Float32Array(0);
    const whole = Math.ceil(((this.origin + this.held.length) * this.up) / this.down);
    const out = this.held.length === 0 ? new Float32Array(0) : this.give(whole);
    this.held = new Float32Array(0);
    this.origin = 0;
    this.given = 0;
    return out;
  }

  /** Output samples up to the given number. */
  private give(until: number): Float32Array {
    const { sourceRate, targetRate } = this;
    const all = resample(this.held, { sourceRate, targetRate, filter });
    const before = (this.origin / this.down) * this.up;
    const out = all.slice(this.given - before, until - before);
    this.given = until;
    return out;
  }

  private forget(): void {
    const needed = Math.max(0, (this.given * this.down) / this.up - this.reach);
    const origin = Math.floor(needed / this.down) * this.down;
    this.held = this.held.slice(origin - this.origin);
    this.origin = origin;
  }
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
