import { inLanes } from '../fft/fft.ts';
import { reject } from '../guard.ts';
import type { Spectrogram } from '../types.ts';
import { type DecibelOptions, loudnessInLanes, mapValues, powerToDb } from './decibel.ts';
import { type MelSpectrogramOptions, melSpectrogram } from './melSpectrogram.ts';

/**
 * How energies become loudness: `db` is 10 log10 with `ref`, `amin` and `topDb`; `ln` is
 * ln(energy + 1e-6), torchaudio's `log_mels`; `whisper` is log10 held within 8 of its maximum and
 * moved to about [-1, 1].
 */
export type MelLog = 'db' | 'ln' | 'whisper';

export interface LogMelOptions extends MelSpectrogramOptions, Omit<DecibelOptions, 'out'> {
  /** Default: whisper for the whisper preset, db for the others. */
  readonly log?: MelLog;
}

/** Log-mel spectrogram. The torchaudio preset sets no `topDb`, as its transform does; librosa's is 80. */
export function logMel(samples: Float32Array, options: LogMelOptions): Spectrogram {
  const { log = options.preset === 'whisper' ? 'whisper' : 'db', out, ...rest } = options;
  if (log === 'whisper') return whisperLoudness(dropLastFrame(melSpectrogram(samples, rest)), out);
  const energies = melSpectrogram(samples, options);
  const { data } = energies;
  if (log === 'ln') return naturalLog(energies);
  if (log !== 'db') reject('logMel', 'log must be db, ln or whisper', log);
  const { ref = 1, amin = 1e-10, topDb = options.preset === 'torchaudio' ? null : 80 } = options;
  return powerToDb(energies, { ref, amin, topDb, out: data });
}

/** torchaudio's offset, for which no floor is needed. */
const offset = 1e-6;

function naturalLog(energies: Spectrogram): Spectrogram {
  const { data } = energies;
  if (!inLanes(data)) return mapValues('logMel', energies, (energy) => Math.log(energy + offset), data);
  const rule = { plus: offset, least: offset, factor: 1, shift: 0, floor: -Infinity };
  return loudnessInLanes('logMel', energies, rule, data);
}

function whisperLoudness(energies: Spectrogram, out: Float32Array = energies.data): Spectrogram {
  const logs = powerToDb(energies, { amin: 1e-10, topDb: 80, out: energies.data });
  return mapValues('logMel', logs, (db) => (db / 10 + 4) / 4, out);
}

/** Whisper computes the last frame and leaves it out. */
function dropLastFrame({ data, bins, frames }: Spectrogram): Spectrogram {
  if (frames === 1)
    reject('logMel', 'the signal is shorter than one hop, which leaves no frame', `frames=${frames}`);
  const kept = new Float32Array(bins * (frames - 1));
  for (let bin = 0; bin < bins; bin++) {
    kept.set(data.subarray(bin * frames, (bin + 1) * frames - 1), bin * (frames - 1));
  }
  return { data: kept, bins, frames: frames - 1 };
}
