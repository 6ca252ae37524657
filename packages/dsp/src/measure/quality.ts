import { requireRange, requireSameLength, requireSamples, requireWhole } from '../guard.ts';

/** Signal-to-noise ratio in dB: reference power over the power of what differs. Infinite for equal clips. */
export function snr(reference: Float32Array, estimate: Float32Array): number {
  requirePair('snr', reference, estimate);
  return ratioDb(...energies(reference, estimate, 0, reference.length));
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
    const [signal, noise] = energies(reference, estimate, start, start + frameLength);
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
  const referenceMean = zeroMean ? mean(reference) : 0;
  const estimateMean = zeroMean ? mean(estimate) : 0;
  let cross = 0;
  let referenceEnergy = 0;
  for (let i = 0; i < reference.length; i++) {
    cross += (reference[i] - referenceMean) * (estimate[i] - estimateMean);
    referenceEnergy += (reference[i] - referenceMean) ** 2;
  }
  const scale = referenceEnergy > 0 ? cross / referenceEnergy : 0;
  let target = 0;
  let residue = 0;
  for (let i = 0; i < reference.length; i++) {
    const along = scale * (reference[i] - referenceMean);
    target += along * along;
    residue += (estimate[i] - estimateMean - along) ** 2;
  }
  return ratioDb(target, residue);
}

function requirePair(op: string, reference: Float32Array, estimate: Float32Array, minimum = 1): void {
  requireSamples(op, reference, minimum, 'reference');
  requireSamples(op, estimate, minimum, 'estimate');
  requireSameLength(op, reference, estimate);
}

function energies(
  reference: Float32Array,
  estimate: Float32Array,
  start: number,
  end: number,
): [number, number] {
  let signal = 0;
  let noise = 0;
  for (let i = start; i < end; i++) {
    signal += reference[i] * reference[i];
    noise += (estimate[i] - reference[i]) ** 2;
  }
  return [signal, noise];
}

/** Nothing over nothing is a perfect match: infinite, not NaN. */
const ratioDb = (signal: number, noise: number): number =>
  noise === 0 ? Infinity : 10 * Math.log10(signal / noise);

const mean = (values: Float32Array): number => values.reduce((sum, value) => sum + value, 0) / values.length;

const clamp = (value: number, low: number, high: number): number => Math.min(Math.max(value, low), high);
