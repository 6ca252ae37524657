import { reject, requirePositive, requireRange, requireSpectrogram, requireWhole } from '../guard.ts';
import { sumOf } from '../sums.ts';
import type { Spectrogram } from '../types.ts';

/**
 * Each takes magnitudes (not power, not dB) of bins that run from 0 Hz to half of `sampleRate`, and
 * gives one number a frame: librosa's numbers. A silent frame gives 0, where nothing else is said.
 */
export interface SpectralOptions {
  sampleRate: number;
}

/** The mean frequency, weighted by magnitude, in Hz. */
export function spectralCentroid(magnitude: Spectrogram, { sampleRate }: SpectralOptions): Float32Array {
  const hzPerBin = binWidth('spectralCentroid', magnitude, sampleRate);
  return perFrame(magnitude, (column) => centroid(column) * hzPerBin);
}

/** The spread about the centroid: the `order`-th root of the mean `order`-th power of the distance, in Hz. */
export function spectralBandwidth(
  magnitude: Spectrogram,
  { sampleRate, order = 2 }: SpectralOptions & { order?: number },
): Float32Array {
  requirePositive('spectralBandwidth', 'order', order);
  const hzPerBin = binWidth('spectralBandwidth', magnitude, sampleRate);
  return perFrame(magnitude, (column) => {
    const middle = centroid(column);
    const total = sumOf(column);
    let moment = 0;
    for (let bin = 0; bin < column.length; bin++) moment += column[bin] * Math.abs(bin - middle) ** order;
    return total > 0 ? (moment / total) ** (1 / order) * hzPerBin : 0;
  });
}

/** The lowest frequency below which `share` of the magnitude lies, in Hz; share is 0.85 if unsaid. */
export function spectralRolloff(
  magnitude: Spectrogram,
  { sampleRate, share = 0.85 }: SpectralOptions & { share?: number },
): Float32Array {
  requireRange('spectralRolloff', 'share', share, 0, 1);
  const hzPerBin = binWidth('spectralRolloff', magnitude, sampleRate);
  return perFrame(magnitude, (column) => {
    const wanted = share * sumOf(column);
    let bin = 0;
    let reached = column[0];
    while (reached < wanted) reached += column[++bin];
    return bin * hzPerBin;
  });
}

/**
 * Geometric over arithmetic mean of the power: 1 for white noise and for silence, near 0 for a tone.
 * Power below `amin` counts as `amin`, 1e-10 if unsaid.
 */
export function spectralFlatness(magnitude: Spectrogram, { amin = 1e-10 } = {}): Float32Array {
  requirePositive('spectralFlatness', 'amin', amin);
  binWidth('spectralFlatness', magnitude, 1);
  return perFrame(magnitude, (column) => {
    const power = column.map((value) => Math.max(value * value, amin));
    const geometric = Math.exp(sumOf(power.map(Math.log)) / power.length);
    return geometric / (sumOf(power) / power.length);
  });
}

function binWidth(op: string, magnitude: Spectrogram, sampleRate: number): number {
  requirePositive(op, 'sampleRate', sampleRate);
  requireWhole(op, 'bins', magnitude.bins, 2);
  requireSpectrogram(op, magnitude, 'magnitude');
  const negative = magnitude.data.findIndex((value) => value < 0);
  if (negative >= 0)
    reject(op, 'magnitude must not be negative', `magnitude[${negative}]=${magnitude.data[negative]}`);
  return sampleRate / 2 / (magnitude.bins - 1);
}

function perFrame(
  { data, bins, frames }: Spectrogram,
  measure: (column: Float64Array) => number,
): Float32Array {
  const column = new Float64Array(bins);
  const out = new Float32Array(frames);
  for (let frame = 0; frame < frames; frame++) {
    for (let bin = 0; bin < bins; bin++) column[bin] = data[bin * frames + frame];
    out[frame] = measure(column);
  }
  return out;
}

/** In bins. */
function centroid(column: Float64Array): number {
  let moment = 0;
  for (let bin = 0; bin < column.length; bin++) moment += bin * column[bin];
  const total = sumOf(column);
  return total > 0 ? moment / total : 0;
}
