import { reject } from '../guard.ts';
import type { PadMode } from '../stft/pad.ts';
import type { MelScale } from './scale.ts';

/**
 * Whose numbers to give. A preset fixes what the call leaves open:
 * - `librosa` 0.11: slaney scale and norm, zeros beyond the ends;
 * - `torchaudio`: htk scale, no norm, reflection beyond the ends;
 * - `whisper`: slaney scale and norm, reflection, 80 bands of 400 samples every 160 at 16 kHz.
 */
export type Preset = 'librosa' | 'torchaudio' | 'whisper';

/** `slaney` divides by the width in Hz; a number is the p of an Lp norm; null leaves peaks of one. */
export type MelNorm = 'slaney' | number | null;

export interface PresetValues {
  readonly nFft: number;
  readonly hopLength: number;
  readonly padMode: PadMode;
  readonly nMels: number;
  readonly scale: MelScale;
  readonly norm: MelNorm;
  readonly nMfcc: number;
}

const presets: Readonly<Record<Preset, PresetValues>> = {
  librosa: {
    nFft: 2048,
    hopLength: 512,
    padMode: 'constant',
    nMels: 128,
    scale: 'slaney',
    norm: 'slaney',
    nMfcc: 20,
  },
  torchaudio: {
    nFft: 400,
    hopLength: 200,
    padMode: 'reflect',
    nMels: 128,
    scale: 'htk',
    norm: null,
    nMfcc: 40,
  },
  whisper: {
    nFft: 400,
    hopLength: 160,
    padMode: 'reflect',
    nMels: 80,
    scale: 'slaney',
    norm: 'slaney',
    nMfcc: 40,
  },
};

/** The values of a preset; the name is the caller's choice, never assumed. */
export function presetValues(op: string, preset: Preset): PresetValues {
  return Object.hasOwn(presets, preset)
    ? presets[preset]
    : reject(op, 'preset must be librosa, torchaudio or whisper', preset);
}
