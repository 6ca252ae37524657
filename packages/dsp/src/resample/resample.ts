import { engine } from '../engine.ts';
import { requireSamples, requireWhole } from '../guard.ts';
import { resampleInLanes } from '../simd/resampling.ts';
import { type ResampleFilter, type ResampleFilterName, resolveFilter } from './filter.ts';
import { type ResamplePlan, resamplePlan } from './plan.ts';

export interface ResampleOptions {
  /** Samples per second of the input, a whole number. */
  sourceRate: number;
  targetRate: number;
  /** A named design, or one of your own; `kaiser` if unsaid. */
  filter?: ResampleFilterName | ResampleFilter;
}

/**
 * Changes the sampling rate by the ratio of the two rates; only the ratio matters. The result has
 * `ceil(length * targetRate / sourceRate)` samples. What lies outside the clip counts as silence.
 */
export function resample(samples: Float32Array, options: ResampleOptions): Float32Array {
  const { sourceRate, targetRate, filter = 'kaiser' } = options;
  requireWhole('resample', 'sourceRate', sourceRate);
  requireWhole('resample', 'targetRate', targetRate);
  const design = resolveFilter(filter);
  requireSamples('resample', samples);
  if (sourceRate === targetRate) return samples.slice();
  const plan = resamplePlan(sourceRate, targetRate, design);
  const out = new Float32Array(Math.ceil((samples.length * plan.up) / plan.down));
  if (engine() === 'simd' && plan.taps.length <= mostTapsInLanes) resampleInLanes(plan, samples, out);
  else runPlan(plan, samples, out);
  return out;
}

/** Tables beyond this would crowd the lanes' memory: 44,100 to 44,101, say. Slower by ten. */
const mostTapsInLanes = 2 ** 20;

function runPlan(plan: ResamplePlan, samples: Float32Array, out: Float32Array): void {
  const { up, down, width, first, taps } = plan;
  const { length } = out;
  // Silence on both sides spares the inner loop every test for an edge.
  const before = -Math.min(...ends(first));
  const padded = new Float64Array(before + Math.ceil(length / up) * down + width + Math.max(...ends(first)));
  padded.set(samples, before);
  for (let n = 0, frame = before, phase = 0; n < length; n++) {
    out[n] = dot(padded, frame + first[phase], taps, phase * width, width);
    if (++phase === up) {
      phase = 0;
      frame += down;
    }
  }
}

/** `first` rises with the phase, so its ends are its extremes. */
const ends = (first: Int32Array): [number, number] => [first[0], first[first.length - 1]];

/** Four sums at once: an addition need not wait for the one before it. */
function dot(samples: Float64Array, from: number, taps: Float64Array, row: number, width: number): number {
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  let k = 0;
  for (; k + 3 < width; k += 4) {
    a += samples[from + k] * taps[row + k];
    b += samples[from + k + 1] * taps[row + k + 1];
    c += samples[from + k + 2] * taps[row + k + 2];
    d += samples[from + k + 3] * taps[row + k + 3];
  }
  for (; k < width; k++) a += samples[from + k] * taps[row + k];
  return a + b + (c + d);
}
