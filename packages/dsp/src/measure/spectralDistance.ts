import { reject, requirePositive, requireSpectrogram } from '../guard.ts';
import type { Spectrogram } from '../types.ts';

/**
 * Log-spectral distance of two power spectrograms in dB: per frame the root mean square of the
 * difference in dB, then the mean over frames (Gray and Markel, 1976). Power below `amin` counts as `amin`.
 */
export function logSpectralDistance(
  reference: Spectrogram,
  estimate: Spectrogram,
  { amin = 1e-10 } = {},
): number {
  const { bins, frames } = reference;
  if (bins !== estimate.bins || frames !== estimate.frames) {
    reject(
      'logSpectralDistance',
      'sizes differ',
      `${bins} x ${frames} and ${estimate.bins} x ${estimate.frames}`,
    );
  }
  requirePositive('logSpectralDistance', 'amin', amin);
  requireSpectrogram('logSpectralDistance', reference, 'reference');
  requireSpectrogram('logSpectralDistance', estimate, 'estimate');
  const squares = new Float64Array(frames);
  for (let bin = 0; bin < bins; bin++) {
    for (let frame = 0; frame < frames; frame++) {
      const at = bin * frames + frame;
      const ratio = Math.max(reference.data[at], amin) / Math.max(estimate.data[at], amin);
      squares[frame] += (10 * Math.log10(ratio)) ** 2;
    }
  }
  return squares.reduce((total, square) => total + Math.sqrt(square / bins), 0) / frames;
}
