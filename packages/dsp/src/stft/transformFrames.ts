import { realPlan } from '../fft/realPlan.ts';
import type { FramePlan } from './options.ts';
import { padSignal } from './pad.ts';

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
