import { type FrameOptions, layOutFrames } from '../features/rms.ts';
import { reject, requirePositive, requireRange } from '../guard.ts';

export interface YinOptions extends FrameOptions {
  sampleRate: number;
  /** Lowest pitch sought; 65 Hz (C2) if unsaid. */
  lowHz?: number;
  /** Highest pitch sought; 500 Hz if unsaid. */
  highHz?: number;
  /** How unlike itself a period may be and still count as voice, 0 to 1; 0.1 if unsaid. */
  threshold?: number;
}

export interface PitchTrack {
  /** Pitch of each frame, 0 where there is none. */
  hz: Float32Array;
  /** The normalised difference at the period found: 0 for a perfect period, about 1 for noise. */
  aperiodicity: Float32Array;
}

/**
 * Pitch by YIN (de Cheveigné and Kawahara, JASA 2002): the smallest lag at which a frame repeats
 * itself. Costs frameLength / 2 times the longest lag multiplications a frame.
 */
export function yin(samples: Float32Array, options: YinOptions): PitchTrack {
  const { sampleRate, lowHz = 65, highHz = 500, threshold = 0.1 } = options;
  requirePositive('yin', 'sampleRate', sampleRate);
  requirePositive('yin', 'lowHz', lowHz);
  requireRange('yin', 'threshold', threshold, 0, 1);
  if (!(highHz > lowHz && highHz <= sampleRate / 2)) {
    reject(
      'yin',
      'highHz must lie above lowHz and within half of sampleRate',
      `lowHz=${lowHz}, highHz=${highHz}`,
    );
  }
  const layout = layOutFrames('yin', samples, options);
  const longest = Math.ceil(sampleRate / lowHz) + 1;
  const shortest = Math.max(Math.floor(sampleRate / highHz), 2);
  const window = layout.frameLength - longest;
  if (window < longest) {
    reject(
      'yin',
      'frameLength must hold two periods of lowHz',
      `frameLength=${layout.frameLength}, lowHz=${lowHz}`,
    );
  }
  const padded = new Float64Array(samples.length + 2 * layout.offset + layout.frameLength);
  padded.set(samples, layout.offset);
  const track = { hz: new Float32Array(layout.frames), aperiodicity: new Float32Array(layout.frames) };
  const difference = new Float64Array(longest + 1);
  for (let frame = 0; frame < layout.frames; frame++) {
    differenceFunction(padded, frame * layout.hopLength, window, difference);
    normalizeByRunningMean(difference);
    const lag = periodOf(difference, shortest, threshold);
    track.aperiodicity[frame] = difference[lag];
    if (difference[lag] < threshold) track.hz[frame] = sampleRate / (lag + vertexOffset(difference, lag));
  }
  return track;
}

/** d(lag) = Σ (x[i] − x[i + lag])² over the window: equations 6 of the paper. */
function differenceFunction(x: Float64Array, start: number, window: number, out: Float64Array): void {
  const end = start + window;
  for (let lag = 0; lag < out.length; lag++) {
    let even = 0;
    let odd = 0;
    for (let i = start; i + 1 < end; i += 2) {
      const first = x[i] - x[i + lag];
      const second = x[i + 1] - x[i + 1 + lag];
      even += first * first;
      odd += second * second;
    }
    out[lag] = even + odd;
  }
}

/** d'(lag) = d(lag) over the mean of d(1..lag), in place; 1 where all is silent: equation 8. */
function normalizeByRunningMean(difference: Float64Array): void {
  let sum = 0;
  difference[0] = 1;
  for (let lag = 1; lag < difference.length; lag++) {
    sum += difference[lag];
    difference[lag] = sum > 0 ? (difference[lag] * lag) / sum : 1;
  }
}

/** The bottom of the first dip that goes below the threshold; where there is none, the lowest lag of all. */
function periodOf(difference: Float64Array, shortest: number, threshold: number): number {
  const last = difference.length - 2;
  let best = shortest;
  for (let lag = shortest; lag <= last; lag++) {
    if (difference[lag] < difference[best]) best = lag;
    // Noise makes small dips in a deep one: the whole of it is searched.
    else if (difference[best] < threshold && difference[lag] >= threshold) return best;
  }
  return best;
}

/** Where the parabola through three neighbours has its lowest point, within half a lag. */
function vertexOffset(values: Float64Array, at: number): number {
  const slope = (values[at + 1] - values[at - 1]) / 2;
  const curvature = values[at + 1] - 2 * values[at] + values[at - 1];
  return Math.abs(slope) < curvature ? -slope / curvature : 0;
}
