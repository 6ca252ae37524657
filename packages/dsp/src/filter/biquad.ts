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
  return transformed('lowpassBiquad', design, (k) => [k * k, 2 * k * k, k * k]);
}

export function highpassBiquad(design: BiquadDesign): Biquad {
  return transformed('highpassBiquad', design, () => [1, -2, 1]);
}

export function bandpassBiquad(design: BiquadDesign): Biquad {
  return transformed('bandpassBiquad', design, (_k, width) => [width, 0, -width]);
}

/**
 * Raises what lies above the frequency by `gainDb`: (G s² + Gᵐ s / Q + 1) / (s² + s / Q + 1), the shelf
 * of ITU-R BS.1770, with m = `middleShare`, 0.5 if unsaid.
 */
export function highShelfBiquad(design: BiquadDesign & { gainDb: number; middleShare?: number }): Biquad {
  const { gainDb, middleShare = 0.5 } = design;
  requireRange('highShelfBiquad', 'gainDb', gainDb, -120, 120);
  requireRange('highShelfBiquad', 'middleShare', middleShare, 0, 1);
  const high = 10 ** (gainDb / 20);
  return transformed('highShelfBiquad', design, (k, width) => {
    const middle = high ** middleShare * width;
    return [high + middle + k * k, 2 * (k * k - high), high - middle + k * k];
  });
}

/** The filter with the given zeros, from K and K / quality; its poles are those of all designs. */
function transformed(
  op: string,
  { sampleRate, frequencyHz, quality = Math.SQRT1_2 }: BiquadDesign,
  zeros: (k: number, width: number) => [number, number, number],
): Biquad {
  requirePositive(op, 'sampleRate', sampleRate);
  requirePositive(op, 'frequencyHz', frequencyHz);
  requirePositive(op, 'quality', quality);
  if (frequencyHz >= sampleRate / 2) {
    throw new RangeError(`${op}: frequencyHz=${frequencyHz} reaches half of sampleRate=${sampleRate}`);
  }
  const k = Math.tan((Math.PI * frequencyHz) / sampleRate);
  const width = k / quality;
  const whole = 1 + width + k * k;
  const [b0, b1, b2] = zeros(k, width).map((value) => value / whole);
  return { b0, b1, b2, a1: (2 * (k * k - 1)) / whole, a2: (1 - width + k * k) / whole };
}
