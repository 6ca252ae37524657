import { requirePositive, requireRange, requireSamples } from '../guard.ts';

/** A second-order filter: y[n] = b0 x[n] + b1 x[n−1] + b2 x[n−2] − a1 y[n−1] − a2 y[n−2]. */
export interface Biquad {
  b0: number;
  b1: number;
  b2: number;
  a1: number;
  a2: number;
}

/** Runs filters one after the other, from silence, in double precision (transposed direct form II). */
export function biquadFilter(samples: Float32Array, ...stages: Biquad[]): Float32Array {
  requireSamples('biquadFilter', samples);
  for (const stage of stages) {
    for (const [name, value] of Object.entries(stage)) requireRange('biquadFilter', name, value, -1e9, 1e9);
  }
  const signal = Float64Array.from(samples);
  for (const { b0, b1, b2, a1, a2 } of stages) {
    let state1 = 0;
    let state2 = 0;
    for (let n = 0; n < signal.length; n++) {
      const x = signal[n];
      const y = b0 * x + state1;
      state1 = b1 * x - a1 * y + state2;
      state2 = b2 * x - a2 * y;
      signal[n] = y;
    }
  }
  return Float32Array.from(signal);
}

export interface BiquadDesign {
  sampleRate: number;
  frequencyHz: number;
  /** Sharpness; 0.7071 (no resonance) if unsaid. */
  quality?: number;
}

/*
 * The designs below are analogue prototypes carried over by the bilinear transform, with
 * K = tan(π f / rate) so that the given frequency is exact.
 */

export function lowpassBiquad(design: BiquadDesign): Biquad {
  const { k, quality, norm } = prototype('lowpassBiquad', design);
  return { b0: k * k * norm, b1: 2 * k * k * norm, b2: k * k * norm, ...poles(k, quality, norm) };
}

export function highpassBiquad(design: BiquadDesign): Biquad {
  const { k, quality, norm } = prototype('highpassBiquad', design);
  return { b0: norm, b1: -2 * norm, b2: norm, ...poles(k, quality, norm) };
}

export function bandpassBiquad(design: BiquadDesign): Biquad {
  const { k, quality, norm } = prototype('bandpassBiquad', design);
  return { b0: (k / quality) * norm, b1: 0, b2: (-k / quality) * norm, ...poles(k, quality, norm) };
}

/**
 * Raises what lies above the frequency by `gainDb`: (G s² + Gᵐ s / Q + 1) / (s² + s / Q + 1), the shelf
 * of ITU-R BS.1770, with m = `middleShare`, 0.5 if unsaid.
 */
export function highShelfBiquad(design: BiquadDesign & { gainDb: number; middleShare?: number }): Biquad {
  const { k, quality, norm } = prototype('highShelfBiquad', design);
  requireRange('highShelfBiquad', 'gainDb', design.gainDb, -120, 120);
  requireRange('highShelfBiquad', 'middleShare', design.middleShare ?? 0.5, 0, 1);
  const high = 10 ** (design.gainDb / 20);
  const middle = high ** (design.middleShare ?? 0.5);
  return {
    b0: (high + (middle * k) / quality + k * k) * norm,
    b1: 2 * (k * k - high) * norm,
    b2: (high - (middle * k) / quality + k * k) * norm,
    ...poles(k, quality, norm),
  };
}

function prototype(op: string, { sampleRate, frequencyHz, quality = Math.SQRT1_2 }: BiquadDesign) {
  requirePositive(op, 'sampleRate', sampleRate);
  requirePositive(op, 'frequencyHz', frequencyHz);
  requirePositive(op, 'quality', quality);
  if (frequencyHz >= sampleRate / 2) {
    throw new RangeError(`${op}: frequencyHz=${frequencyHz} reaches half of sampleRate=${sampleRate}`);
  }
  const k = Math.tan((Math.PI * frequencyHz) / sampleRate);
  return { k, quality, norm: 1 / (1 + k / quality + k * k) };
}

const poles = (k: number, quality: number, norm: number): Pick<Biquad, 'a1' | 'a2'> => ({
  a1: 2 * (k * k - 1) * norm,
  a2: (1 - k / quality + k * k) * norm,
});
