import { reject, requireRange, requireSamples } from '../guard.ts';
import { mixAtSnr } from '../noise/mix.ts';
import { RandomStream } from '../random.ts';
import { changeSpeed, pitchShift, timeStretch } from './timeStretch.ts';

/** Louder or softer by so many decibels; nothing is clipped. */
export function applyGain(samples: Float32Array, gainDb: number): Float32Array {
  requireSamples('applyGain', samples);
  requireRange('applyGain', 'gainDb', gainDb, -200, 200);
  const factor = 10 ** (gainDb / 20);
  return samples.map((value) => value * factor);
}

/** Later (above zero) or earlier by whole samples, at the same length; what enters is silence. */
export function timeShift(samples: Float32Array, shift: number): Float32Array {
  requireSamples('timeShift', samples);
  if (!Number.isSafeInteger(shift)) reject('timeShift', 'shift must be a whole number of samples', shift);
  const out = new Float32Array(samples.length);
  const kept = samples.subarray(Math.max(-shift, 0), Math.max(samples.length - shift, 0));
  out.set(kept.subarray(0, out.length), Math.min(Math.max(shift, 0), out.length));
  return out;
}

/** Lowest and highest value; each is drawn evenly between them. */
export type Range = readonly [low: number, high: number];

export interface AugmentOptions {
  sampleRate: number;
  seed: number;
  /** As a tape: tempo and pitch together. Changes the length. */
  speed?: Range;
  /** Tempo alone. Changes the length. */
  tempo?: Range;
  semitones?: Range;
  shiftSeconds?: Range;
  gainDb?: Range;
  /** Clips of noise to draw one from, and the ratio to mix it at. */
  noise?: { clips: readonly Float32Array[]; snrDb: Range };
}

/**
 * A random variation of a clip: what is named is drawn from its range and applied in the order above.
 * The same seed gives the same samples, and leaving one change out does not alter the others.
 */
export function augment(samples: Float32Array, options: AugmentOptions): Float32Array {
  const { sampleRate, noise } = options;
  const random = new RandomStream(options.seed);
  const draw = (purpose: number, name: string, [low, high]: Range): number => {
    if (!(low <= high)) reject('augment', `${name} must rise`, `[${low}, ${high}]`);
    return random.split(purpose).uniform(low, high);
  };
  requireSamples('augment', samples);
  let out: Float32Array = samples.slice();
  if (options.speed) out = changeSpeed(out, draw(0, 'speed', options.speed));
  if (options.tempo) out = timeStretch(out, { sampleRate, rate: draw(1, 'tempo', options.tempo) });
  if (options.semitones) {
    out = pitchShift(out, { sampleRate, semitones: draw(2, 'semitones', options.semitones) });
  }
  if (options.shiftSeconds) {
    out = timeShift(out, Math.round(draw(3, 'shiftSeconds', options.shiftSeconds) * sampleRate));
  }
  if (options.gainDb) out = applyGain(out, draw(4, 'gainDb', options.gainDb));
  if (!noise) return out;
  if (noise.clips.length === 0) reject('augment', 'noise needs clips to draw from', '0 clips');
  const pick = random.split(5);
  const clip = noise.clips[pick.integer(noise.clips.length)];
  return mixAtSnr(out, clip, { snrDb: draw(6, 'snrDb', noise.snrDb), seed: pick.bits() }).samples;
}
