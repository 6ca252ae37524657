import { readFileSync } from 'node:fs';
import { decodeWav } from '../../packages/dsp/src/wav/decode.ts';
import { sharedFolder } from './effectsSupport.ts';

/** A golden case of the transforms: parameters and results under the names that librosa gives them. */
export interface CoreCase {
  readonly id: string;
  readonly function: string;
  readonly params: CoreParams;
  readonly input: string | null;
  readonly expected: CoreExpected;
  readonly tolerance: Readonly<Record<string, number>>;
}

export interface CoreParams {
  readonly name: string;
  readonly n: number;
  readonly periodic: boolean;
  readonly sr: number;
  readonly n_fft: number;
  readonly hop_length: number;
  readonly win_length: number | null;
  readonly window: string;
  readonly center: boolean;
  readonly pad_mode: string;
  readonly length: number;
  readonly gain: string;
  readonly n_mels: number;
  readonly fmin: number;
  readonly fmax: number;
  readonly scale: 'htk' | 'slaney';
  readonly norm: 'slaney' | null;
  readonly power: number;
  readonly ref: number | 'max';
  readonly amin: number;
  readonly top_db: number | null;
  readonly x: number[];
  readonly hz: number[];
  readonly n_mfcc: number;
  readonly log: string;
  readonly lifter: number;
  readonly n_iter: number;
  readonly momentum: number;
}

export interface CoreExpected {
  readonly values: number[];
  readonly file: string;
  readonly shape: number[];
  readonly n_bins: number;
  readonly n_frames: number;
  readonly frames: number[];
  readonly sparse_rows: { readonly start: number[]; readonly length: number[] };
  readonly dense_shape: [number, number];
  readonly sample_rate: number;
  readonly channels: number[][];
  readonly spectral_convergence_zero_phase_init: number;
  readonly random_init: { readonly max: number };
  readonly librosa_nnls: { readonly mel_residual: number };
  readonly pinv_clamped: { readonly spec_error: number };
}

export function readCoreCases(file: string, folder: URL): CoreCase[] {
  return JSON.parse(readFileSync(new URL(file, folder), 'utf8')).cases;
}

/** The values of a `.npy` file in doubles; complex ones as pairs. */
export function readDoubles(file: string, folder: URL): Float64Array {
  const bytes = Uint8Array.from(readFileSync(new URL(file, folder)));
  const headerEnd = 10 + new DataView(bytes.buffer).getUint16(8, true);
  const header = new TextDecoder().decode(bytes.subarray(10, headerEnd));
  const body = bytes.slice(headerEnd).buffer;
  const type = /'descr': '<(f4|f8|c8|c16)'/.exec(header)?.[1];
  if (type === 'f4' || type === 'c8') return Float64Array.from(new Float32Array(body));
  if (type === 'f8' || type === 'c16') return new Float64Array(body);
  throw new Error(`readDoubles: ${file} holds no floats: ${header}`);
}

export function readSamples(name: string, folder: URL): Float32Array {
  if (/^\d_/.test(name))
    return decodeWav(readFileSync(new URL(`fsdd/${name}.wav`, sharedFolder))).channels[0];
  return Float32Array.from(readDoubles(`input/${name}.npy`, folder));
}

/** max |a - b| / max |b|; a NaN anywhere makes it infinite. */
export function relativeToPeak(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let peak = 0;
  for (let i = 0; i < b.length; i++) peak = Math.max(peak, Math.abs(b[i]));
  return largestGap(a, b) / (peak || 1);
}

export function largestGap(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) throw new Error(`lengths differ, ${a.length} and ${b.length}`);
  let gap = 0;
  for (let i = 0; i < a.length; i++) {
    const here = Math.abs(a[i] - b[i]);
    if (!(here <= gap)) gap = Number.isNaN(here) ? Infinity : here;
  }
  return gap;
}

/** || a - b || / || b ||. */
export function relativeNorm(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let error = 0;
  let energy = 0;
  for (let i = 0; i < b.length; i++) {
    error += (a[i] - b[i]) ** 2;
    energy += b[i] ** 2;
  }
  return Math.sqrt(error / energy);
}
