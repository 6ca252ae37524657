import { engine } from '../engine.ts';
import { realPlan } from '../fft/realPlan.ts';
import { analyseComplex } from '../simd/analysis.ts';
import type { ComplexSpectrogram } from '../types.ts';
import { type FramePlan, framePlan, requireFrames, type StftOptions } from './options.ts';
import { complexOut } from './out.ts';
import { padSignal } from './pad.ts';

export interface StftCallOptions extends StftOptions {
  /** Where the result goes: `bins * frames` values each. */
  readonly out?: { readonly re: Float32Array; readonly im: Float32Array };
}

/** Short-time Fourier transform: `floor(nFft / 2) + 1` bins for each frame. */
export function stft(samples: Float32Array, options: StftCallOptions): ComplexSpectrogram {
  const plan = framePlan('stft', options);
  const frames = requireFrames('stft', samples, plan);
  const { re, im } = complexOut('stft', options.out, plan.bins, frames);
  if (engine() === 'simd') analyseComplex(samples, plan, frames, re, im);
  else {
    transformFrames(samples, plan, frames, (spectrum, t) => {
      for (let k = 0, at = t; k < plan.bins; k++, at += frames) {
        re[at] = spectrum[2 * k];
        im[at] = spectrum[2 * k + 1];
      }
    });
  }
  return { re, im, bins: plan.bins, frames };
}

/** Calls `visit` with the spectrum of each frame, interleaved and valid until the next. */
export function transformFrames(
  samples: Float32Array,
  plan: FramePlan,
  frames: number,
  visit: (spectrum: Float64Array, frame: number) => void,
): void {
  const { nFft, hopLength, window } = plan;
  const half = plan.center ? Math.floor(nFft / 2) : 0;
  const padded = plan.center ? padSignal(samples, half, half, plan.padMode) : samples;
  const { time, spectrum, forward } = realPlan(nFft);
  for (let t = 0; t < frames; t++) {
    const start = t * hopLength;
    for (let i = 0; i < nFft; i++) time[i] = window[i] * padded[start + i];
    forward();
    visit(spectrum, t);
  }
}
