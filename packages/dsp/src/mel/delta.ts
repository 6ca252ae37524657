import { reject, requireWhole } from '../guard.ts';
import { type PadMode, padSignal } from '../stft/pad.ts';
import { energyOf } from '../sums.ts';
import type { Spectrogram } from '../types.ts';

export interface DeltaOptions {
  /** Frames the slope is taken over, odd. Default: 9. */
  readonly width?: number;
  /** 1 for slopes, 2 for their slopes, and so on. Default: 1. */
  readonly order?: number;
  /**
   * Beyond the ends: `interp` takes the polynomial of the outermost whole stretch (librosa), which
   * needs `width` frames; `edge` repeats the end frames (torchaudio); the others as in `padSignal`.
   */
  readonly mode?: 'interp' | PadMode;
}

/**
 * Derivatives along time by least squares: the `order`-th derivative of the polynomial of that degree
 * through `width` frames (Savitzky and Golay, 1964).
 */
export function delta(features: Spectrogram, options: DeltaOptions = {}): Spectrogram {
  const { width = 9, order = 1, mode = 'interp' } = options;
  const { data, bins, frames } = features;
  requireWhole('delta', 'width', width, 3);
  requireWhole('delta', 'order', order);
  if (width % 2 === 0) reject('delta', 'width must be odd', width);
  if (order >= width) reject('delta', 'order must be below width', `${order} >= ${width}`);
  if (mode === 'interp' && frames < width) {
    reject('delta', "mode 'interp' needs at least width frames", `${frames} < ${width}`);
  }
  const weights = slopeWeights(width, order);
  const half = (width - 1) / 2;
  const out = new Float32Array(bins * frames);
  for (let bin = 0; bin < bins; bin++) {
    const row = data.subarray(bin * frames, (bin + 1) * frames);
    const padded = mode === 'interp' ? row : padSignal(row, half, half, mode);
    // The derivative of that order is the same all along a polynomial of that degree, so the ends repeat it.
    const last = padded.length - width;
    for (let t = 0; t < frames; t++) {
      const start = mode === 'interp' ? Math.min(last, Math.max(0, t - half)) : t;
      let sum = 0;
      for (let j = 0; j < width; j++) sum += weights[j] * padded[start + j];
      out[bin * frames + t] = sum;
    }
  }
  return { data: out, bins, frames };
}

/**
 * order! times the leading coefficient of the fitted polynomial, as weights of the samples: the
 * projection on the discrete orthogonal (Gram) polynomial of that degree, by its three-term recurrence.
 */
function slopeWeights(width: number, order: number): Float64Array {
  const half = (width - 1) / 2;
  let previous = new Float64Array(width);
  let current = new Float64Array(width).fill(1);
  let factorial = 1;
  for (let degree = 1; degree <= order; degree++) {
    const before = energyOf(previous);
    const ratio = before === 0 ? 0 : energyOf(current) / before;
    const next = current.map((value, j) => (j - half) * value - ratio * previous[j]);
    previous = current;
    current = next;
    factorial *= degree;
  }
  const scale = factorial / energyOf(current);
  return current.map((value) => value * scale);
}
