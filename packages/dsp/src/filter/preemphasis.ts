import { reject, requireRange, requireSamples } from '../guard.ts';

/**
 * What stands before the first sample:
 * - `librosa`: the line through the first two samples, one step back, not weighted: y0 + (2 y0 − y1);
 * - `torchaudio`: silence: y0;
 * - `kaldi`: the first sample once more: y0 − coefficient · y0.
 */
export type PreemphasisStart = 'librosa' | 'torchaudio' | 'kaldi';

export interface PreemphasisOptions {
  /** How much of the sample before is taken away, in [0, 1); 0.97 if unsaid. */
  coefficient?: number;
  start?: PreemphasisStart;
}

/** Lifts high frequencies: y[n] − coefficient · y[n − 1]. */
export function preemphasis(samples: Float32Array, options: PreemphasisOptions = {}): Float32Array {
  const { coefficient, start } = check('preemphasis', samples, options);
  const out = new Float32Array(samples.length);
  out[0] = firstEmphasized[start](samples[0], samples[1], coefficient);
  for (let n = 1; n < samples.length; n++) out[n] = samples[n] - coefficient * samples[n - 1];
  return out;
}

/** Undoes `preemphasis` with the same options: y[n] = x[n] + coefficient · y[n − 1]. */
export function deemphasis(samples: Float32Array, options: PreemphasisOptions = {}): Float32Array {
  const { coefficient, start } = check('deemphasis', samples, options);
  const out = new Float32Array(samples.length);
  let value = firstPlain[start](samples[0], samples[1], coefficient);
  out[0] = value;
  for (let n = 1; n < samples.length; n++) {
    value = samples[n] + coefficient * value;
    out[n] = value;
  }
  return out;
}

type FirstSample = (first: number, second: number, coefficient: number) => number;

const firstEmphasized: Record<PreemphasisStart, FirstSample> = {
  librosa: (y0, y1) => y0 + (2 * y0 - y1),
  torchaudio: (y0) => y0,
  kaldi: (y0, _y1, coefficient) => y0 - coefficient * y0,
};

/** The same three equations solved for y0; librosa's needs x1 = y1 − coefficient · y0 as well. */
const firstPlain: Record<PreemphasisStart, FirstSample> = {
  librosa: (x0, x1, coefficient) => (x0 + x1) / (3 - coefficient),
  torchaudio: (x0) => x0,
  kaldi: (x0, _x1, coefficient) => x0 / (1 - coefficient),
};

function check(op: string, samples: Float32Array, options: PreemphasisOptions): Required<PreemphasisOptions> {
  const { coefficient = 0.97, start = 'librosa' } = options;
  if (!(start in firstPlain)) reject(op, `start must be one of ${Object.keys(firstPlain).join(', ')}`, start);
  if (!(coefficient < 1)) reject(op, 'coefficient must be below 1', `coefficient=${coefficient}`);
  requireRange(op, 'coefficient', coefficient, 0, 1);
  requireSamples(op, samples, start === 'librosa' ? 2 : 1);
  return { coefficient, start };
}
