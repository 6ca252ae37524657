import { engine } from '../engine.ts';
import { realPlan } from '../fft/realPlan.ts';
import { complexBytes } from '../simd/lanePlan.ts';
import { type RealLanes, realLanes } from '../simd/realLanes.ts';
import { allocate, floats, pointRows, remember, withScratch } from '../simd/runtime.ts';
import type { FramePlan } from '../stft/options.ts';

/** The spectrum of the `nFft` samples from an index of a buffer on, windowed; allocates nothing. */
export type FrameTransform = (
  buffer: Float32Array,
  start: number,
  re: Float32Array,
  im: Float32Array,
) => void;

/** One frame at a time, with the bits that the engine in use gives for many. */
export function frameTransform(plan: FramePlan): FrameTransform {
  return engine() === 'simd' ? laneTransform(plan) : plainTransform(plan);
}

function plainTransform({ nFft, bins, window }: FramePlan): FrameTransform {
  const { time, spectrum, forward } = realPlan(nFft);
  return (buffer, start, re, im) => {
    for (let i = 0; i < nFft; i++) time[i] = window[i] * buffer[start + i];
    forward();
    for (let k = 0; k < bins; k++) {
      re[k] = spectrum[2 * k];
      im[k] = spectrum[2 * k + 1];
    }
  };
}

/** Where a frame and its window stand in the lanes' memory. */
interface FrameLanes {
  lanes: RealLanes;
  signal: number;
  weights: number;
  rows: number;
}

/** The same frame in all four lanes: three are wasted, and no bit differs from four frames together. */
function laneTransform({ nFft, bins, window }: FramePlan): FrameTransform {
  const key = `frame ${nFft}`;
  const build = (): FrameLanes => {
    const lanes = realLanes(nFft);
    const signal = allocate(4 * nFft + 12);
    const weights = allocate(4 * nFft + 12);
    const rows = lanes.rows(weights);
    pointRows(rows, signal, 0, 0, 4, signal);
    return { lanes, signal, weights, rows };
  };
  let source = window;
  let from = 0;
  let real = window;
  let imaginary = window;
  const planned = () => remember(key, build);
  const work = ({ lanes, signal, weights, rows }: FrameLanes): void => {
    for (let i = 0; i < nFft; i++) {
      floats[signal / 4 + i] = source[from + i];
      floats[weights / 4 + i] = window[i] * lanes.forwardScale;
    }
    lanes.forward(rows);
    for (let k = 0, at = lanes.spectrum / 4; k < bins; k++, at += complexBytes / 4) {
      real[k] = floats[at];
      imaginary[k] = floats[at + 4];
    }
  };
  return (buffer, start, re, im) => {
    source = buffer;
    from = start;
    real = re;
    imaginary = im;
    withScratch(planned, work);
  };
}
