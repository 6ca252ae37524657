import { cached } from '../fft/cached.ts';
import { sumOf } from '../sums.ts';
import { type ResampleFilter, windowedSinc } from './filter.ts';

/**
 * The polyphase form of a rational resampler. Output `frame * up + phase` is the dot product of the
 * `width` inputs from `frame * down + first[phase]` on with row `phase` of `taps`.
 */
export interface ResamplePlan {
  /** Tells this plan from all others. */
  key: string;
  up: number;
  down: number;
  width: number;
  first: Int32Array;
  taps: Float64Array;
}

/** 64 MiB of taps: 44,100 to 44,101 Hz needs 48. */
const mostTaps = 2 ** 23;

/** The plan for a ratio and a filter, from the cache when it was made before. */
export function resamplePlan(sourceRate: number, targetRate: number, filter: ResampleFilter): ResamplePlan {
  const divisor = greatestCommonDivisor(sourceRate, targetRate);
  return plans(JSON.stringify([targetRate / divisor, sourceRate / divisor, filter]));
}

const mostPlans = 16;

const plans = cached((key: string): ResamplePlan => {
  const [up, down, filter] = JSON.parse(key);
  return { key, ...makePlan(up, down, filter) };
}, mostPlans);

function makePlan(up: number, down: number, filter: ResampleFilter): Omit<ResamplePlan, 'key'> {
  // Zero crossings per input sample: the cut is a share of the lower of the two rates.
  const density = Math.min(1, up / down) * filter.rolloff;
  const reach = filter.zeroCrossings / density;
  const width = Math.floor(2 * reach) + 2;
  if (up * width > mostTaps) {
    throw new RangeError(
      `resample: the ratio ${up}/${down} needs ${up * width} filter taps, more than ${mostTaps}; choose rates with a larger common divisor`,
    );
  }
  const first = new Int32Array(up);
  const exact = new Float64Array(up * width);
  for (let phase = 0; phase < up; phase++) {
    const position = (phase * down) / up;
    first[phase] = Math.ceil(position - reach - 1e-9);
    for (let tap = 0; tap < width; tap++) {
      exact[phase * width + tap] = density * windowedSinc(filter, (first[phase] + tap - position) * density);
    }
  }
  const scale = filter.unitGain ? up / sumOf(exact) : 1;
  return { up, down, width, first, taps: exact.map((tap) => tap * scale) };
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
