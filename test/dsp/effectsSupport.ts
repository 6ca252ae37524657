import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { PreemphasisStart } from '../../packages/dsp/src/filter/preemphasis.ts';
import type { ResampleFilterName } from '../../packages/dsp/src/resample/filter.ts';

/** What the operations' expected values are: in this repository, and (recordings among them) beside it. */
export const committedFolder = new URL('../golden/dsp/', import.meta.url);
export const sharedFolder = new URL('../../../shared/golden/dsp/', import.meta.url);
export const sharedAvailable = existsSync(fileURLToPath(new URL('index.json', sharedFolder)));

/** Every parameter and result that some case has; each test reads those of its own operation. */
export interface GoldenParams {
  orig: number;
  target: number;
  method: string;
  coef: number;
  snr_db: number;
  frame_length: number;
  hop_length: number;
  top_db: number;
  sampleRate: number;
  sourceRate: number;
  targetRate: number;
  filter: ResampleFilterName;
  frequencyHz: number;
  frameLength: number;
  hopLength: number;
  coefficient: number;
  start: PreemphasisStart;
  order: number;
  share: number;
  design: string;
  repeat: number;
}

export interface GoldenExpected {
  file?: string;
  values: number[];
  trim: [number, number];
  split: [number, number][];
  scale: number;
  snr: number;
  si_sdr: number;
  si_sdr_zero_mean: number;
  mix_head: number[];
  librosa_first: number;
  torchaudio_first: number;
  kaldi_first: number;
}

export interface GoldenTolerance {
  atol: number;
  rel: number;
  db: number;
  scale_rel: number;
  passband_snr_db_min: number;
}

export interface GoldenCase {
  id: string;
  function: string;
  input: string;
  params: GoldenParams;
  expected: GoldenExpected;
  tolerance: GoldenTolerance;
}

export function readCases(file: string, folder: URL = committedFolder): GoldenCase[] {
  return JSON.parse(readFileSync(new URL(file, folder), 'utf8')).cases;
}

/** A `.npy` file of float32 or float64 values, as float32. */
export function readNpy(file: string, folder: URL = committedFolder): Float32Array {
  const bytes = Uint8Array.from(readFileSync(new URL(file, folder)));
  const headerEnd = 10 + new DataView(bytes.buffer).getUint16(8, true);
  const body = bytes.slice(headerEnd).buffer;
  const header = new TextDecoder().decode(bytes.subarray(10, headerEnd));
  if (header.includes("'<f8'")) return Float32Array.from(new Float64Array(body));
  if (header.includes("'<f4'")) return new Float32Array(body);
  throw new Error(`readNpy: ${file} is neither float32 nor float64: ${header}`);
}

/** The samples of one of the 16-bit mono recordings in the shared set. */
export function readRecording(name: string): Float32Array {
  const bytes = readFileSync(new URL(`fsdd/${name}.wav`, sharedFolder));
  const start = bytes.indexOf('data') + 8;
  const samples = new Int16Array(
    Uint8Array.from(bytes.subarray(start, start + bytes.readUInt32LE(start - 4))).buffer,
  );
  return Float32Array.from(samples, (value) => value / 32768);
}

export function sine(hz: number, sampleRate: number, length: number, amplitude = 1): Float32Array {
  return Float32Array.from({ length }, (_, n) => amplitude * Math.sin((2 * Math.PI * hz * n) / sampleRate));
}

export function rmsOf(samples: ArrayLike<number>): number {
  return Math.sqrt(Array.from(samples).reduce((sum, value) => sum + value * value, 0) / samples.length);
}

/** Power in dB of the part of the samples that a sinusoid of this frequency explains. */
export function toneDb(samples: Float32Array, hz: number, sampleRate: number): number {
  let re = 0;
  let im = 0;
  let weight = 0;
  samples.forEach((value, n) => {
    // A Blackman-Harris window: what leaks from other frequencies stays below −92 dB.
    const turn = (2 * Math.PI * (n + 0.5)) / samples.length;
    const window =
      0.35875 - 0.48829 * Math.cos(turn) + 0.14128 * Math.cos(2 * turn) - 0.01168 * Math.cos(3 * turn);
    const phase = (2 * Math.PI * hz * n) / sampleRate;
    re += window * value * Math.cos(phase);
    im += window * value * Math.sin(phase);
    weight += window;
  });
  return 20 * Math.log10((2 * Math.hypot(re, im)) / weight + 1e-12);
}

export function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) throw new Error(`lengths differ, ${a.length} and ${b.length}`);
  let largest = 0;
  for (let i = 0; i < a.length; i++) {
    const difference = Math.abs(a[i] - b[i]);
    // A NaN must not hide behind a comparison.
    if (!(difference <= largest)) largest = difference;
  }
  return largest;
}
