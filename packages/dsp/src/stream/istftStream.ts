import { requireLength } from '../fft/fft.ts';
import { type RealPlan, realPlan } from '../fft/realPlan.ts';
import { reject, requireWhole } from '../guard.ts';
import { type FramePlan, framePlan, type StftOptions } from '../stft/options.ts';

/** Is given samples in order. The array is the stream's own: read or copy it before returning. */
export type SampleSink = (samples: Float32Array) => void;

/** The smallest normal float: a sum of squared windows below it says nothing. */
const tiny = 2 ** -126;

/**
 * The inverse short-time Fourier transform of frames that arrive one by one: after `end` the sink has
 * seen the samples that `istft` gives for all the frames, bit for bit those of the reference engine.
 * Each frame gives one hop of samples, as soon as no later frame can change them; holds one frame,
 * allocates nothing per frame.
 */
export class IstftStream {
  readonly #sink: SampleSink;
  readonly #plan: FramePlan;
  readonly #fourier: RealPlan;
  readonly #half: number;
  /** Overlapping frames added up, and the squares of their windows, from the last frame's first sample on. */
  readonly #sum: Float64Array;
  readonly #weight: Float64Array;
  readonly #block: Float32Array;
  #frames = 0;
  /** The padded index of the next sample to give. */
  #given = 0;

  constructor(options: Omit<StftOptions, 'padMode'>, sink: SampleSink) {
    this.#sink = sink;
    this.#plan = framePlan('IstftStream', options);
    const { nFft, hopLength, half } = this.#plan;
    if (hopLength > nFft) reject('IstftStream', 'hopLength exceeds nFft', `${hopLength} > ${nFft}`);
    this.#fourier = realPlan(nFft);
    this.#half = half;
    this.#sum = new Float64Array(nFft);
    this.#weight = new Float64Array(nFft);
    this.#block = new Float32Array(hopLength);
    this.reset();
  }

  /** Adds the next frame: `floor(nFft / 2) + 1` bins, real and imaginary parts apart. */
  push(re: Float32Array, im: Float32Array): void {
    const { nFft, hopLength, bins, window } = this.#plan;
    requireLength('IstftStream', 're', re, bins);
    requireLength('IstftStream', 'im', im, bins);
    // What the frames before this one have finished makes room for it.
    if (this.#frames > 0) {
      this.#give(this.#frames * hopLength);
      this.#advance(hopLength);
    }
    const { time, spectrum, inverse } = this.#fourier;
    for (let k = 0; k < bins; k++) {
      spectrum[2 * k] = re[k];
      spectrum[2 * k + 1] = im[k];
    }
    inverse();
    for (let i = 0; i < nFft; i++) {
      this.#sum[i] += window[i] * time[i];
      this.#weight[i] += window[i] * window[i];
    }
    this.#frames++;
    // Not beyond what `istft` would give if this were the last frame.
    const start = (this.#frames - 1) * hopLength;
    this.#give(start + Math.min(hopLength, nFft - this.#half));
  }

  /** Gives what is left, up to `length` samples in all (as `istft` does if unsaid), and is ready for more. */
  end(length?: number): void {
    if (length !== undefined) requireWhole('IstftStream', 'length', length, 0);
    const { nFft, hopLength } = this.#plan;
    const asked = length ?? Math.max(nFft + hopLength * (this.#frames - 1) - 2 * this.#half, 0);
    const already = this.#given - this.#half;
    if (this.#frames > 0 && asked < already) {
      reject('IstftStream', 'more samples than length are out already', `${already} > ${asked}`);
    }
    if (this.#frames > 0) this.#give(this.#half + asked);
    this.reset();
  }

  /** Forgets all frames. */
  reset(): void {
    this.#sum.fill(0);
    this.#weight.fill(0);
    this.#frames = 0;
    this.#given = this.#half;
  }

  #advance(hop: number): void {
    this.#sum.copyWithin(0, hop);
    this.#sum.fill(0, this.#plan.nFft - hop);
    this.#weight.copyWithin(0, hop);
    this.#weight.fill(0, this.#plan.nFft - hop);
  }

  /** Gives the samples up to a padded index, at most a hop at a time; beyond the last frame lies silence. */
  #give(end: number): void {
    const { nFft, hopLength } = this.#plan;
    const origin = (this.#frames - 1) * hopLength;
    while (this.#given < end) {
      const count = Math.min(end - this.#given, hopLength);
      for (let i = 0; i < count; i++) {
        const at = this.#given + i - origin;
        if (at >= nFft) this.#block[i] = 0;
        else this.#block[i] = this.#sum[at] * (this.#weight[at] > tiny ? 1 / this.#weight[at] : 1);
      }
      this.#given += count;
      this.#sink(count === hopLength ? this.#block : this.#block.subarray(0, count));
    }
  }
}
