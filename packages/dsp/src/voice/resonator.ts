/**
 * A digital resonator (Klatt, JASA 1980): one pole pair, unit gain at 0 Hz. `tune` may change it while
 * it rings. A frequency from half the rate on makes it a wire.
 */
export class Resonator {
  private gain = 1;
  private feedback1 = 0;
  private feedback2 = 0;
  private before1 = 0;
  private before2 = 0;

  constructor(private readonly sampleRate: number) {}

  tune(hz: number, bandwidthHz: number): void {
    if (hz >= this.sampleRate / 2) {
      this.gain = 1;
      this.feedback1 = this.feedback2 = 0;
      return;
    }
    const radius = Math.exp((-Math.PI * bandwidthHz) / this.sampleRate);
    this.feedback2 = -radius * radius;
    this.feedback1 = 2 * radius * Math.cos((2 * Math.PI * hz) / this.sampleRate);
    this.gain = 1 - this.feedback1 - this.feedback2;
  }

  next(input: number): number {
    const output = this.gain * input + this.feedback1 * this.before1 + this.feedback2 * this.before2;
    this.before2 = this.before1;
    this.before1 = output;
    return output;
  }
}

/** The inverse of a resonator: a dip where that has a peak. */
export class AntiResonator {
  private gain = 1;
  private forward1 = 0;
  private forward2 = 0;
  private before1 = 0;
  private before2 = 0;

  constructor(private readonly sampleRate: number) {}

  tune(hz: number, bandwidthHz: number): void {
    const radius = Math.exp((-Math.PI * bandwidthHz) / this.sampleRate);
    const feedback1 = 2 * radius * Math.cos((2 * Math.PI * hz) / this.sampleRate);
    this.gain = 1 / (1 - feedback1 + radius * radius);
    this.forward1 = -feedback1 * this.gain;
    this.forward2 = radius * radius * this.gain;
  }

  next(input: number): number {
    const output = this.gain * input + this.forward1 * this.before1 + this.forward2 * this.before2;
    this.before2 = this.before1;
    this.before1 = input;
    return output;
  }
}

/** A peak of a hiss: as a resonator, but with the same loudness wherever it is tuned, and nothing at 0 Hz. */
export class NoiseBand {
  private readonly resonator: Resonator;
  private level = 0;
  private before = 0;

  constructor(private readonly sampleRate: number) {
    this.resonator = new Resonator(sampleRate);
  }

  tune(hz: number, bandwidthHz: number, gain: number): void {
    const inBand = Math.min(hz, 0.48 * this.sampleRate);
    this.resonator.tune(inBand, bandwidthHz);
    const step = 2 * Math.sin((Math.PI * inBand) / this.sampleRate);
    // At its peak a pole pair near the unit circle gains (distance to 0 Hz)² over (bandwidth · distance to its twin).
    const sharpness = (Math.PI * bandwidthHz) / this.sampleRate;
    const peak = (step * step) / (2 * sharpness * Math.sin((2 * Math.PI * inBand) / this.sampleRate) + 1e-9);
    this.level = gain / (peak * step);
  }

  next(input: number): number {
    const output = this.resonator.next(this.level * (input - this.before));
    this.before = input;
    return output;
  }
}
