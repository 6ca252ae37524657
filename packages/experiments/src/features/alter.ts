import { applyGain, changeSpeed, mixAtSnr, pitchShift, type Range, timeShift } from '@sonograd/dsp';
import type { CorpusItem } from '../corpora/corpus.ts';
import { InputError } from '../inputError.ts';
import { makeNoise, type NoiseColor } from './noise.ts';

/** What makes another sound of a sound, as plain numbers: applied in this order, each left out at will. */
export interface Alteration {
  /** As a tape: tempo and pitch together. */
  readonly speed?: number;
  /** Pitch alone. */
  readonly semitones?: number;
  /** Above zero, so much silence comes before it; below, so much of its beginning is cut off. */
  readonly shiftMs?: number;
  readonly gainDb?: number;
  readonly noise?: { readonly color: NoiseColor; readonly snrDb: number; readonly seed: number };
}

/** An item whose sound is altered before its features are made, or one that is taken as it is. */
export interface AlterableItem extends CorpusItem {
  readonly alteration?: Alteration | undefined;
}

/** The most of everything that `alter` can do, for whoever draws from a range. */
export const alterationLimits = {
  speed: [0.5, 2],
  semitones: [-12, 12],
  shiftMs: [-1000, 10_000],
  gainDb: [-60, 60],
  snrDb: [-60, 100],
} as const satisfies Record<string, Range>;

export function alter(samples: Float32Array, sampleRate: number, alteration: Alteration): Float32Array {
  const { speed, semitones, shiftMs, gainDb, noise } = alteration;
  let out = samples;
  if (speed !== undefined) out = changeSpeed(out, speed);
  if (semitones !== undefined) out = pitchShift(out, { sampleRate, semitones });
  if (shiftMs !== undefined) out = moveStart(out, sampleRate, shiftMs);
  if (gainDb !== undefined) out = applyGain(out, gainDb);
  if (noise === undefined) return out;
  const { color, snrDb, seed } = noise;
  return mixAtSnr(out, makeNoise(color, out.length, sampleRate, seed), { snrDb }).samples;
}

/** The length changes with the start, so that a word that begins later still ends. */
function moveStart(samples: Float32Array, sampleRate: number, shiftMs: number): Float32Array {
  const shift = Math.round((shiftMs / 1000) * sampleRate);
  const length = samples.length + shift;
  if (length < 1) {
    const seconds = samples.length / sampleRate;
    throw new InputError(`alter: the shift cuts off the whole clip, shiftMs=${shiftMs}, ${seconds} s`);
  }
  const room = new Float32Array(Math.max(length, samples.length));
  room.set(samples);
  return timeShift(room, shift).subarray(0, length);
}
