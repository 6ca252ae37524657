import { cached } from '../fft/cached.ts';
import { reject, requirePositive, requireWhole } from '../guard.ts';
import { type MelNorm, type Preset, presetValues } from './presets.ts';
import { type MelScale, melFrequencies, requireScale } from './scale.ts';

/** The mel bands of a call; what is left open comes from the preset. */
export interface MelOptions {
  readonly preset: Preset;
  readonly sampleRate: number;
  readonly nFft?: number;
  readonly nMels?: number;
  /** Default: 0. */
  readonly lowHz?: number;
  /** Default: half the sample rate. */
  readonly highHz?: number;
  readonly scale?: MelScale;
  readonly norm?: MelNorm;
}

/**
 * Triangular filters, dense and row-major [mel][bin]; `starts` and `lengths` say where each row is
 * not zero, for it mostly is. An empty row (a triangle between two bins) has length zero.
 */
export interface MelFilterbank {
  readonly data: Float32Array;
  readonly mels: number;
  readonly bins: number;
  readonly starts: Int32Array;
  readonly lengths: Int32Array;
}

/** The filters, in a copy of the caller's own. */
export function melFilterbank(options: MelOptions): MelFilterbank {
  const { data, mels, bins, starts, lengths } = sharedFilterbank('melFilterbank', options);
  return { data: data.slice(), mels, bins, starts: starts.slice(), lengths: lengths.slice() };
}

/** The filters as everyone here shares them: not to be written. */
export function sharedFilterbank(op: string, options: MelOptions): MelFilterbank {
  const preset = presetValues(op, options.preset);
  const { sampleRate, lowHz = 0, highHz = sampleRate / 2 } = options;
  const { nFft = preset.nFft, nMels = preset.nMels, scale = preset.scale, norm = preset.norm } = options;
  requirePositive(op, 'sampleRate', sampleRate);
  requireWhole(op, 'nFft', nFft);
  requireWhole(op, 'nMels', nMels);
  requireScale(op, scale);
  if (!(lowHz >= 0 && lowHz < highHz))
    reject(op, 'lowHz must lie in [0, highHz)', `lowHz=${lowHz}, highHz=${highHz}`);
  if (highHz > sampleRate / 2)
    throw new RangeError(`${op}: highHz=${highHz} exceeds half of sampleRate=${sampleRate}`);
  if (norm !== null && norm !== 'slaney' && !(norm > 0))
    reject(op, 'norm must be slaney, null or above zero', norm);
  return builtFilterbank(
    JSON.stringify([sampleRate, nFft, nMels, lowHz, highHz, scale, norm === Infinity ? 'max' : norm]),
  );
}

const builtFilterbank = cached((key: string): MelFilterbank => {
  const [sampleRate, nFft, mels, lowHz, highHz, scale, norm] = JSON.parse(key);
  const bins = Math.floor(nFft / 2) + 1;
  const edges = melFrequencies(mels + 2, lowHz, highHz, scale);
  const bank = {
    data: new Float32Array(mels * bins),
    mels,
    bins,
    starts: new Int32Array(mels),
    lengths: new Int32Array(mels),
  };
  for (let mel = 0; mel < mels; mel++) fillRow(bank, mel, edges, sampleRate / nFft, norm);
  warnOfEmptyRows(bank);
  return bank;
});

/** One triangle: zero at the neighbours' centres, one at its own, on exact frequencies and not on rounded bins. */
function fillRow(
  bank: MelFilterbank,
  mel: number,
  edges: Float64Array,
  hzPerBin: number,
  norm: MelNorm | 'max',
): void {
  const [low, centre, high] = edges.subarray(mel, mel + 3);
  const row = new Float64Array(bank.bins);
  for (let bin = 0; bin < bank.bins; bin++) {
    const hz = bin * hzPerBin;
    row[bin] = Math.max(0, Math.min((hz - low) / (centre - low), (high - hz) / (high - centre)));
  }
  const scale = norm === 'slaney' ? 2 / (high - low) : norm === null ? 1 : 1 / (lpNorm(row, norm) || 1);
  const start = row.findIndex((weight) => weight > 0);
  if (start < 0) return;
  const end = row.findLastIndex((weight) => weight > 0) + 1;
  for (let bin = start; bin < end; bin++) bank.data[mel * bank.bins + bin] = row[bin] * scale;
  bank.starts[mel] = start;
  bank.lengths[mel] = end - start;
}

function lpNorm(values: Float64Array, p: number | 'max'): number {
  if (p === 'max') return Math.max(...values);
  return values.reduce((sum, value) => sum + value ** p, 0) ** (1 / p);
}

function warnOfEmptyRows({ lengths, mels }: MelFilterbank): void {
  const empty = lengths.reduce((count, length) => count + (length === 0 ? 1 : 0), 0);
  if (empty === 0) return;
  console.warn(`melFilterbank: ${empty} of ${mels} filters hold no bin and give zeros`);
}
