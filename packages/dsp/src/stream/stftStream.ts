import { reject, requireSamples } from '../guard.ts';
import { type FramePlan, framePlan, type StftOptions } from '../stft/options.ts';
import { padSignal } from '../stft/pad.ts';
import { type FrameTransform, frameTransform } from './frameTransform.ts';

/** Is given each frame's spectrum. The arrays are the stream's own: read or copy them before returning. */
export type FrameSink = (re: Float32Array, im: Float32Array, frame: number) => void;

/**
 * The short-time Fourier transform of a signal that arrives in pieces of any size: after `end` the
 * sink has seen exactly the frames, bit for bit, that `stft` gives for the whole on the engine in use
 * when the stream was made. Holds two frames of
 * samples; `push` allocates nothing once the first frame is out, so it may run in an AudioWorklet.
 */
export class StftStream {
  readonly #sink: FrameSink;
  readonly #plan: FramePlan;
  readonly #transform: FrameTransform;
  readonly #half: number;
  /** The padded signal from index `origin` on. */
  readonly #buffer: Float32Array;
  readonly #re: Float32Array;
  readonly #im: Float32Array;
  #origin = 0;
  #filled = 0;
  #received = 0;
  #frames = 0;
  #primed = false;

  constructor(options: StftOptions, sink: FrameSink) {
    this.#sink = sink;
    this.#plan = framePlan('StftStream', options);
    const { nFft, bins, half, padMode } = this.#plan;
    if (half > 0 && padMode === 'wrap') {
      reject('StftStream', 'padMode wrap needs the end of the signal before its beginning', padMode);
    }
    this.#transform = frameTransform(this.#plan);
    this.#half = half;
    this.#buffer = new Float32Array(2 * nFft + 2);
    this.#re = new Float32Array(bins);
    this.#im = new Float32Array(bins);
    this.reset();
  }

  get bins(): number {
    return this.#plan.bins;
  }

  get hopLength(): number {
    return this.#plan.hopLength;
  }

  /** Takes the next samples, gives the sink every frame that they complete, and says how many those were. */
  push(samples: Float32Array): number {
    requireSamples('StftStream', samples, 0);
    const before = this.#frames;
    this.#received += samples.length;
    this.#append(samples);
    return this.#frames - before;
  }

  /**
   * Pads the end as `stft` does, gives the last frames, and is ready for another signal. A signal that
   * has no frame (nothing at all; without centring, less than `nFft` samples) gives none.
   */
  end(): number {
    const before = this.#frames;
    if (this.#received > 0 && this.#half > 0) {
      if (!this.#primed) this.#prime();
      // The padding mirrors no more than this: the rest of the signal need not be kept.
      const kept = Math.min(this.#received, this.#half + 1);
      const last = this.#buffer.slice(this.#filled - kept, this.#filled);
      this.#append(padSignal(last, 0, this.#half, this.#plan.padMode).subarray(kept));
    }
    const given = this.#frames - before;
    this.reset();
    return given;
  }

  /** Forgets all samples. */
  reset(): void {
    this.#origin = 0;
    this.#filled = this.#half;
    this.#received = 0;
    this.#frames = 0;
    this.#primed = this.#half === 0;
  }

  #append(samples: Float32Array): void {
    const buffer = this.#buffer;
    // No `set(subarray)`: a view is an allocation.
    for (let i = 0; i < samples.length; ) {
      if (this.#filled === buffer.length) this.#compact();
      const stop = Math.min(samples.length, i + buffer.length - this.#filled);
      while (i < stop) buffer[this.#filled++] = samples[i++];
      if (!this.#primed && this.#filled > 2 * this.#half) this.#prime();
      if (this.#primed) this.#transformWhatIsWhole();
    }
  }

  /** Fills in what stands before the first sample, now that enough of them are there to mirror. */
  #prime(): void {
    const first = this.#buffer.slice(this.#half, this.#filled);
    this.#buffer.set(padSignal(first, this.#half, 0, this.#plan.padMode));
    this.#primed = true;
  }

  #transformWhatIsWhole(): void {
    const { nFft, hopLength } = this.#plan;
    while (this.#frames * hopLength + nFft <= this.#origin + this.#filled) {
      this.#transform(this.#buffer, this.#frames * hopLength - this.#origin, this.#re, this.#im);
      this.#sink(this.#re, this.#im, this.#frames++);
    }
  }

  /** Drops what neither the next frame nor the padding at the end can need. */
  #compact(): void {
    const nextFrame = this.#frames * this.#plan.hopLength - this.#origin;
    const dropped = Math.min(nextFrame, this.#filled - this.#half - 1);
    this.#buffer.copyWithin(0, dropped, this.#filled);
    this.#origin += dropped;
    this.#filled -= dropped;
  }
}
