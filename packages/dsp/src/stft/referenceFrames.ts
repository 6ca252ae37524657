import { realPlan } from '../fft/realPlan.ts';
import type { MelFilterbank } from '../mel/filterbank.ts';
import type { FramePlan } from './options.ts';
import { padSignal } from './pad.ts';

/** What is made of a signal's frames, in double precision; simd/analysis.ts has the same three in lanes. */

/** Real and imaginary parts. */
export function analyseComplex(
  samples: Float32Array,
  plan: FramePlan,
  frames: number,
  re: Float32Array,
  im: Float32Array,
): void {
  transformFrames(samples, plan, frames, (spectrum, t) => {
    for (let k = 0, at = t; k < plan.bins; k++, at += frames) {
      re[at] = spectrum[2 * k];
      im[at] = spectrum[2 * k + 1];
    }
  });
}

/** Magnitudes to a power. */
export function analysePower(
  samples: Float32Array,
  plan: FramePlan,
  frames: number,
  data: Float32Array,
  power: number,
): void {
  transformFrames(samples, plan, frames, (spectrum, t) => {
    for (let k = 0, at = t; k < plan.bins; k++, at += frames) data[at] = magnitude(spectrum, k, power);
  });
}

/** Magnitudes to a power, through a filterbank. */
export function analyseMel(
  samples: Float32Array,
  plan: FramePlan,
  frames: number,
  data: Float32Array,
  bank: MelFilterbank,
  power: number,
): void {
  const energies = new Float64Array(plan.bins);
  transformFrames(samples, plan, frames, (spectrum, t) => {
    for (let k = 0; k < plan.bins; k++) energies[k] = magnitude(spectrum, k, power);
    for (let mel = 0; mel < bank.mels; mel++) {
      const end = bank.starts[mel] + bank.lengths[mel];
      const row = mel * bank.bins;
      let sum = 0;
      for (let bin = bank.starts[mel]; bin < end; bin++) sum += bank.data[row + bin] * energies[bin];
      data[mel * frames + t] = sum;
    }
  });
}

function magnitude(spectrum: readonly number[], bin: number, power: number): number {
  const square = spectrum[2 * bin] ** 2 + spectrum[2 * bin + 1] ** 2;
  return power === 2 ? square : power === 1 ? Math.sqrt(square) : square ** (power / 2);
}

/** Calls `visit` with the spectrum of each frame, interleaved and valid until the next. */
function transformFrames(
  samples: Float32Array,
  plan: FramePlan,
  frames: number,
  visit: (spectrum: readonly number[], frame: number) => void,
): void {
  const { nFft, hopLength, half, window } = plan;
  const padded = half > 0 ? padSignal(samples, half, half, plan.padMode) : samples;
  const { time, spectrum, forward } = realPlan(nFft);
  for (let t = 0; t < frames; t++) {
    const start = t * hopLength;
    for (let i = 0; i < nFft; i++) time[i] = window[i] * padded[start + i];
    forward();
    visit(spectrum, t);
  }
}
