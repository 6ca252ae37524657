import { reject, requirePositive, requireWhole } from '../guard.ts';
import { sumOf } from '../sums.ts';
import type { Spectrogram } from '../types.ts';
import { type MelFilterbank, type MelOptions, sharedFilterbank } from './filterbank.ts';

export interface InverseMelOptions extends MelOptions {
  /** The exponent that the mel spectrogram was taken with. Default: 2. */
  readonly power?: number;
  /** The exponent of the result. Default: 1, magnitudes. */
  readonly outPower?: number;
  /** Descent stops after this many steps. Default: 400. */
  readonly iterations?: number;
}

/**
 * The smallest-error spectrum with no negative bin whose mel bands are the given ones: non-negative
 * least squares by accelerated projected gradient (Beck and Teboulle, FISTA, 2009), restarted when the
 * momentum points uphill (O'Donoghue and Candes, 2015), all frames at once.
 */
export function inverseMel(mel: Spectrogram, options: InverseMelOptions): Spectrogram {
  const { power = 2, outPower = 1, iterations = 400 } = options;
  requirePositive('inverseMel', 'power', power);
  requirePositive('inverseMel', 'outPower', outPower);
  requireWhole('inverseMel', 'iterations', iterations);
  const bank = sharedFilterbank('inverseMel', options);
  if (mel.bins !== bank.mels || mel.data.length !== mel.bins * mel.frames) {
    reject(
      'inverseMel',
      'the spectrogram must be [nMels, frames]',
      `[${mel.bins}, ${mel.frames}], nMels=${bank.mels}`,
    );
  }
  const bad = mel.data.findIndex((value) => !(value >= 0 && value < Infinity));
  if (bad >= 0) reject('inverseMel', 'energies must be finite and not below zero', mel.data[bad]);
  const spectrum = solveNonNegative(bank, mel, iterations);
  const exponent = outPower / power;
  if (exponent !== 1) for (let i = 0; i < spectrum.length; i++) spectrum[i] **= exponent;
  return { data: spectrum, bins: bank.bins, frames: mel.frames };
}

function solveNonNegative(bank: MelFilterbank, mel: Spectrogram, iterations: number): Float32Array {
  const { frames } = mel;
  const step = 1 / largestEigenvalue(bank);
  let current: Float32Array = smoothGuess(bank, mel);
  const ahead = current.slice();
  let next: Float32Array = new Float32Array(current.length);
  const residual = new Float32Array(mel.data.length);
  const gradient = new Float32Array(current.length);
  let momentum = 1;
  for (let iteration = 0; iteration < iterations; iteration++) {
    toMel(bank, ahead, residual, frames);
    for (let i = 0; i < residual.length; i++) residual[i] -= mel.data[i];
    fromMel(bank, residual, gradient, frames);
    let uphill = 0;
    for (let i = 0; i < next.length; i++) {
      next[i] = Math.max(0, ahead[i] - step * gradient[i]);
      uphill += gradient[i] * (next[i] - current[i]);
    }
    if (uphill > 0) momentum = 1;
    const grown = (1 + Math.sqrt(1 + 4 * momentum * momentum)) / 2;
    const push = (momentum - 1) / grown;
    for (let i = 0; i < next.length; i++) ahead[i] = Math.max(0, next[i] + push * (next[i] - current[i]));
    momentum = grown;
    [current, next] = [next, current];
  }
  return current;
}

/** Each bin starts at the mean density of the bands over it, which keeps the solution smooth where the bands leave it free. */
function smoothGuess(bank: MelFilterbank, mel: Spectrogram): Float32Array {
  const { data, mels, bins, starts, lengths } = bank;
  const density = mel.data.slice();
  const cover = new Float32Array(bins);
  for (let m = 0; m < mels; m++) {
    const row = data.subarray(m * bins + starts[m], m * bins + starts[m] + lengths[m]);
    const area = sumOf(row) || 1;
    for (let t = 0; t < mel.frames; t++) density[m * mel.frames + t] /= area;
    for (let i = 0; i < row.length; i++) cover[starts[m] + i] += row[i];
  }
  const guess = new Float32Array(bins * mel.frames);
  fromMel(bank, density, guess, mel.frames);
  for (let bin = 0; bin < bins; bin++) {
    if (cover[bin] === 0) continue;
    for (let t = 0; t < mel.frames; t++) guess[bin * mel.frames + t] /= cover[bin];
  }
  return guess;
}

/** out = filters x spectrum. */
function toMel(bank: MelFilterbank, spectrum: Float32Array, out: Float32Array, frames: number): void {
  out.fill(0);
  eachWeight(bank, (weight, mel, bin) => addRow(out, mel * frames, spectrum, bin * frames, weight, frames));
}

/** out = transposed filters x bands. */
function fromMel(bank: MelFilterbank, bands: Float32Array, out: Float32Array, frames: number): void {
  out.fill(0);
  eachWeight(bank, (weight, mel, bin) => addRow(out, bin * frames, bands, mel * frames, weight, frames));
}

function addRow(
  out: Float32Array,
  to: number,
  rows: Float32Array,
  from: number,
  weight: number,
  count: number,
): void {
  for (let t = 0; t < count; t++) out[to + t] += weight * rows[from + t];
}

function eachWeight(bank: MelFilterbank, visit: (weight: number, mel: number, bin: number) => void): void {
  for (let mel = 0; mel < bank.mels; mel++) {
    const end = bank.starts[mel] + bank.lengths[mel];
    for (let bin = bank.starts[mel]; bin < end; bin++) visit(bank.data[mel * bank.bins + bin], mel, bin);
  }
}

/** Of filters^T filters, by power iteration; its inverse is the longest safe step. */
function largestEigenvalue(bank: MelFilterbank): number {
  let vector = new Float32Array(bank.bins).fill(1);
  const bands = new Float32Array(bank.mels);
  let value = 1;
  for (let iteration = 0; iteration < 50; iteration++) {
    const image = new Float32Array(bank.bins);
    toMel(bank, vector, bands, 1);
    fromMel(bank, bands, image, 1);
    value = Math.hypot(...image);
    if (value === 0) return 1;
    vector = image.map((entry) => entry / value);
  }
  // Power iteration comes from below; the margin keeps the step on the safe side.
  return value * 1.01;
}
