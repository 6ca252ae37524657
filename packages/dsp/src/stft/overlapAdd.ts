import { realPlan } from '../fft/realPlan.ts';
import type { ComplexSpectrogram } from '../types.ts';
import type { FramePlan } from './options.ts';

/** Frames back to samples: windowed again and added up where they overlap. */
export function overlapAdd({ re, im, bins, frames }: ComplexSpectrogram, plan: FramePlan): Float64Array {
  const { nFft, hopLength, window } = plan;
  const { time, spectrum, inverse } = realPlan(nFft);
  const sum = new Float64Array(nFft + hopLength * (frames - 1));
  for (let t = 0; t < frames; t++) {
    for (let k = 0, at = t; k < bins; k++, at += frames) {
      spectrum[2 * k] = re[at];
      spectrum[2 * k + 1] = im[at];
    }
    inverse();
    const start = t * hopLength;
    for (let i = 0; i < nFft; i++) sum[start + i] += window[i] * time[i];
  }
  return sum;
}
