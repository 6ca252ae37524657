import { reject, requireWhole } from '../guard.ts';
import { realOut } from '../stft/out.ts';
import type { Spectrogram } from '../types.ts';
import { type DctOptions, dctMatrix } from './dct.ts';
import { type LogMelOptions, logMel } from './logMel.ts';
import { presetValues } from './presets.ts';

export interface MfccOptions extends LogMelOptions {
  /** Default: 20 in librosa, 40 in torchaudio. */
  readonly nMfcc?: number;
  /** Default: 2. */
  readonly dctType?: 1 | 2 | 3;
  /** Default: ortho. */
  readonly dctNorm?: 'ortho' | null;
  /** Raises the higher coefficients by 1 + lifter / 2 sin(pi k / lifter); 0 leaves them. Default: 0. */
  readonly lifter?: number;
}

/** Mel-frequency cepstral coefficients: the cosine transform of each log-mel frame, [nMfcc][frames]. */
export function mfcc(samples: Float32Array, options: MfccOptions): Spectrogram {
  const { nMfcc = presetValues('mfcc', options.preset).nMfcc, out, topDb = 80, ...rest } = options;
  const logs = logMel(samples, { ...rest, topDb });
  return cepstrum(logs, { ...options, nMfcc, out });
}

/** The same from a log-mel spectrogram. */
export function cepstrum(
  logs: Spectrogram,
  options: Pick<MfccOptions, 'dctType' | 'dctNorm' | 'lifter'> & {
    readonly nMfcc: number;
    readonly out?: Float32Array | undefined;
  },
): Spectrogram {
  const { nMfcc, dctType: type = 2, dctNorm: norm = 'ortho', lifter = 0 } = options;
  const { data, bins, frames } = logs;
  requireWhole('mfcc', 'nMfcc', nMfcc);
  if (nMfcc > bins) reject('mfcc', 'nMfcc exceeds the number of mel bands', `${nMfcc} > ${bins}`);
  if (!(lifter >= 0)) reject('mfcc', 'lifter must be at least zero', lifter);
  const out = realOut('mfcc', options.out, nMfcc * frames);
  const weights = dctMatrix(bins, nMfcc, { type, norm } satisfies DctOptions);
  const row = new Float64Array(frames);
  for (let k = 0; k < nMfcc; k++) {
    const lift = lifter > 0 ? 1 + (lifter / 2) * Math.sin((Math.PI * (k + 1)) / lifter) : 1;
    row.fill(0);
    for (let j = 0; j < bins; j++) {
      const weight = lift * weights[k * bins + j];
      for (let t = 0; t < frames; t++) row[t] += weight * data[j * frames + t];
    }
    out.set(row, k * frames);
  }
  return { data: out, bins: nMfcc, frames };
}
