import { type FrameOptions, rms } from '../features/rms.ts';
import { requirePositive, requireSamples } from '../guard.ts';

export interface SilenceOptions extends Omit<FrameOptions, 'center'> {
  /** A frame this many decibels below the reference, or more, is silent; 60 if unsaid. */
  topDb?: number;
  /** The level that counts as 0 dB; the loudest frame's if unsaid. */
  referenceRms?: number;
}

/** A stretch of samples, `end` exclusive. */
export interface Interval {
  start: number;
  end: number;
}

/** The smallest amplitude told apart from silence: −100 dB of full scale, as in librosa. */
const smallestAmplitude = 1e-5;

/** The stretches that are not silent, in order; librosa's `effects.split`. */
export function splitSilence(samples: Float32Array, options: SilenceOptions = {}): Interval[] {
  const { hopLength = 512 } = options;
  const loud = loudFrames('splitSilence', samples, options);
  const intervals: Interval[] = [];
  loud.forEach((isLoud, frame) => {
    if (!isLoud) return;
    const end = Math.min((frame + 1) * hopLength, samples.length);
    const last = intervals.at(-1);
    if (last && loud[frame - 1]) last.end = end;
    else intervals.push({ start: Math.min(frame * hopLength, samples.length), end });
  });
  return intervals;
}

/**
 * The clip without its silent ends, a copy, and where it lay; librosa's `effects.trim`.
 * A wholly silent clip leaves no samples, at 0.
 */
export function trimSilence(
  samples: Float32Array,
  options: SilenceOptions = {},
): Interval & { samples: Float32Array } {
  const { hopLength = 512 } = options;
  const loud = loudFrames('trimSilence', samples, options);
  const first = loud.indexOf(true);
  const start = Math.min(Math.max(first, 0) * hopLength, samples.length);
  const end = Math.min((loud.lastIndexOf(true) + 1) * hopLength, samples.length);
  return { samples: samples.slice(start, end), start, end };
}

function loudFrames(op: string, samples: Float32Array, options: SilenceOptions): boolean[] {
  const { topDb = 60, referenceRms } = options;
  requireSamples(op, samples);
  requirePositive(op, 'topDb', topDb);
  if (referenceRms !== undefined) requirePositive(op, 'referenceRms', referenceRms);
  const levels = rms(samples, { ...options, center: true });
  const reference = referenceRms ?? levels.reduce((loudest, level) => Math.max(loudest, level), 0);
  return Array.from(levels, (level) => amplitudeDb(level) - amplitudeDb(reference) > -topDb);
}

const amplitudeDb = (amplitude: number): number => 20 * Math.log10(Math.max(amplitude, smallestAmplitude));
