import { requirePositive, requireRange, requireSamples } from '../guard.ts';
import { resample } from '../resample/resample.ts';

export interface TimeStretchOptions {
  sampleRate: number;
  /** 2 is twice as fast and half as long; 0.25 to 4. */
  rate: number;
}

const frameSeconds = 0.03;
const searchSeconds = 0.008;

/**
 * Changes the tempo and keeps the pitch: WSOLA (Verhelst and Roelands, ICASSP 1993). Frames are taken
 * at the new pace, each moved a little to where it goes on best from the one before, and overlapped.
 */
export function timeStretch(samples: Float32Array, { sampleRate, rate }: TimeStretchOptions): Float32Array {
  requirePositive('timeStretch', 'sampleRate', sampleRate);
  requireRange('timeStretch', 'rate', rate, 0.25, 4);
  requireSamples('timeStretch', samples);
  const hop = Math.max(Math.round((frameSeconds / 2) * sampleRate), 1);
  const search = Math.round(searchSeconds * sampleRate);
  const before = search + hop;
  const source = new Float64Array(samples.length + 2 * before + 4 * hop);
  source.set(samples, before);
  const length = Math.max(Math.round(samples.length / rate), 1);
  // One frame before the first sample and one beyond the last, so that all in between is covered twice.
  const out = new Float64Array((Math.ceil(length / hop) + 2) * hop);
  const fade = Float64Array.from(
    { length: hop },
    (_, i) => 0.5 - 0.5 * Math.cos((Math.PI * (i + 0.5)) / hop),
  );
  let position = before - hop;
  for (let start = 0; start + 2 * hop <= out.length; start += hop) {
    if (start > 0) {
      const ideal = before - hop + Math.min(Math.round(start * rate), samples.length + hop);
      position = bestContinuation(source, position + hop, ideal, search, hop);
    }
    for (let i = 0; i < hop; i++) {
      out[start + i] += fade[i] * source[position + i];
      out[start + hop + i] += fade[hop - 1 - i] * source[position + hop + i];
    }
  }
  return Float32Array.from(out.subarray(hop, hop + length));
}

/** The start within `search` of `ideal` from where the source looks most like what follows `natural`. */
function bestContinuation(
  source: Float64Array,
  natural: number,
  ideal: number,
  search: number,
  hop: number,
): number {
  let best = ideal;
  let bestLikeness = 0;
  const last = Math.min(ideal + search, source.length - 2 * hop);
  for (let candidate = ideal - search; candidate <= last; candidate++) {
    let cross = 0;
    let energy = 1e-9;
    for (let i = 0; i < hop; i++) {
      cross += source[natural + i] * source[candidate + i];
      energy += source[candidate + i] * source[candidate + i];
    }
    const likeness = cross / Math.sqrt(energy);
    if (likeness > bestLikeness) {
      bestLikeness = likeness;
      best = candidate;
    }
  }
  return best;
}

/** Tempo and pitch together, as a tape played faster: 1.1 is a tenth faster and higher. Held to thousandths. */
export function changeSpeed(samples: Float32Array, factor: number): Float32Array {
  requireRange('changeSpeed', 'factor', factor, 0.1, 10);
  return resample(samples, { sourceRate: Math.round(1000 * factor), targetRate: 1000 });
}

export interface PitchShiftOptions {
  sampleRate: number;
  /** Twelve to the octave, up or down two octaves at most. */
  semitones: number;
}

/** Changes the pitch, formants with it, and keeps the length: slower by stretching, then faster as a tape. */
export function pitchShift(
  samples: Float32Array,
  { sampleRate, semitones }: PitchShiftOptions,
): Float32Array {
  requireRange('pitchShift', 'semitones', semitones, -24, 24);
  // What `changeSpeed` can do, so that the two steps undo each other's length exactly.
  const ratio = Math.round(1000 * 2 ** (semitones / 12)) / 1000;
  const shifted = changeSpeed(timeStretch(samples, { sampleRate, rate: 1 / ratio }), ratio);
  const out = new Float32Array(samples.length);
  out.set(shifted.subarray(0, samples.length));
  return out;
}
