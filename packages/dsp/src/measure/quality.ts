import { requireRange, requireSameLength, requireSamples, requireWhole } from '../guard.ts';
import { energyOf, sumOf } from '../sums.ts';
import type { Floats } from '../types.ts';

/** Signal-to-noise ratio in dB: reference power over the power of what differs. Infinite for equal clips. */
export function snr(reference: Float32Array, estimate: Float32Array): number {
  requirePair('snr', reference, estimate);
  return ratioDb(...energies(reference, estimate));
}

export interface SegmentalSnrOptions {
  /** Samples per segment; 256 if unsaid (32 ms at 8 kHz). */
  frameLength?: number;
  hopLength?: number;
  /** Each segment's ratio is held in this range, so that neither silence nor perfection rules; −10 and 35 dB. */
  lowDb?: number;
  highDb?: number;
}

/**
 * Mean over segments of their ratios, each held within bounds (Hansen and Pellom, 1998). A tail shorter
 * than a segment is left out.
 */
export function segmentalSnr(
  reference: Float32Array,
  estimate: Float32Array,
  options: SegmentalSnrOptions = {},
): number {
  const { frameLength = 256, hopLength = frameLength, lowDb = -10, highDb = 35 } = options;
  requireWhole('segmentalSnr', 'frameLength', frameLength);
  requireWhole('segmentalSnr', 'hopLength', hopLength);
  requireRange('segmentalSnr', 'lowDb', lowDb, -200, highDb);
  requirePair('segmentalSnr', reference, estimate, frameLength);
  let sum = 0;
  let segments = 0;
  for (let start = 0; start + frameLength <= reference.length; start += hopLength) {
    const end = start + frameLength;
    const [signal, noise] = energies(reference.subarray(start, end), estimate.subarray(start, end));
    sum += signal === 0 && noise > 0 ? lowDb : clamp(ratioDb(signal, noise), lowDb, highDb);
    segments++;
  }
  return sum / segments;
}

/**
 * Scale-invariant signal-to-distortion ratio in dB (Le Roux et al., ICASSP 2019): the estimate's part
 * along the reference against the rest of it. With `zeroMean` both are freed of their mean first.
 */
export function siSdr(reference: Float32Array, estimate: Float32Array, { zeroMean = false } = {}): number {
  requirePair('siSdr', reference, estimate);
  const wanted = withoutMean(reference, zeroMean);
  const found = withoutMean(estimate, zeroMean);
  const energy = energyOf(wanted);
  const cross = sumOf(wanted.map((value, i) => value * found[i]));
  const scale = energy > 0 ? cross / energy : 0;
  const along = wanted.map((value) => scale * value);
  return ratioDb(...energies(along, found));
}

function withoutMean(values: Float32Array, zeroMean: boolean): Float64Array {
  const mean = zeroMean ? sumOf(values) / values.length : 0;
  return Float64Array.from(values, (value) => value - mean);
}

function requirePair(op: string, reference: Float32Array, estimate: Float32Array, minimum = 1): void {
  requireSamples(op, reference, minimum, 'reference');
  requireSamples(op, estimate, minimum, 'estimate');
  requireSameLength(op, reference, estimate);
}

/** Of what is wanted, and of what differs from it. */
function energies(reference: Floats, estimate: Floats): [signal: number, noise: number] {
  const differences = Float64Array.from(reference, (value, i) => estimate[i] - value);
  return [energyOf(reference), energyOf(differences)];
}

/** Nothing over nothing is a perfect match: infinite, not NaN. */
const ratioDb = (signal: number, noise: number): number =>
  noise === 0 ? Infinity : 10 * Math.log10(signal / noise);

const clamp = (value: number, low: number, high: number): number => Math.min(Math.max(value, low), high);
