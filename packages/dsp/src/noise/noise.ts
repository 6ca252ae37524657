import { reject, requirePositive, requireSamples, requireWhole } from '../guard.ts';
import { RandomStream } from '../random.ts';
import { energyOf } from '../sums.ts';

export interface NoiseOptions {
  seed: number;
  /** Root mean square of the result; 1 if unsaid. */
  rms?: number;
}

export interface ColoredNoiseOptions extends NoiseOptions {
  sampleRate: number;
  /** The slope ends here, flat below; 20 Hz if unsaid. */
  lowHz?: number;
}

/** Normal noise, equal power at every frequency. */
export function whiteNoise(length: number, { seed, rms = 1 }: NoiseOptions): Float32Array {
  return toRms('whiteNoise', normals('whiteNoise', length, seed), rms);
}

/**
 * Noise that loses 3 dB an octave: white noise through first-order poles and zeros that take turns,
 * three of each to a decade. From 2 lowHz to 0.3 of the rate the slope is straight within 0.9 dB.
 */
export function pinkNoise(
  length: number,
  { seed, rms = 1, sampleRate, lowHz = 20 }: ColoredNoiseOptions,
): Float32Array {
  const signal = withWarmUp('pinkNoise', length, seed, sampleRate, lowHz);
  const spacing = 10 ** (1 / 3);
  for (let poleHz = lowHz; poleHz < sampleRate / 2; poleHz *= spacing) {
    const zeroHz = poleHz * Math.sqrt(spacing);
    shape(signal, decay(poleHz, sampleRate), decay(zeroHz, sampleRate));
  }
  return toRms('pinkNoise', signal.subarray(signal.length - length), rms);
}

/** Noise that loses 6 dB an octave: white noise, summed, with a slow leak that keeps it near zero. */
export function brownNoise(
  length: number,
  { seed, rms = 1, sampleRate, lowHz = 20 }: ColoredNoiseOptions,
): Float32Array {
  const signal = withWarmUp('brownNoise', length, seed, sampleRate, lowHz);
  shape(signal, decay(lowHz, sampleRate), 0);
  return toRms('brownNoise', signal.subarray(signal.length - length), rms);
}

export interface BabbleOptions extends NoiseOptions {
  /** How many voices speak at once; 6 if unsaid. */
  voices?: number;
}

/**
 * Many voices at once, from clips of speech: each voice speaks clips drawn at random one after the
 * other, all at one loudness, and begins somewhere within its first.
 */
export function babbleNoise(
  length: number,
  clips: readonly Float32Array[],
  { seed, rms = 1, voices = 6 }: BabbleOptions,
): Float32Array {
  requireWhole('babbleNoise', 'length', length);
  requireWhole('babbleNoise', 'voices', voices);
  for (const [i, clip] of clips.entries()) requireSamples('babbleNoise', clip, 1, `clips[${i}]`);
  const gains = clips.map((clip) => 1 / rmsOf(clip));
  const audible = clips.map((_, i) => i).filter((i) => Number.isFinite(gains[i]));
  if (audible.length === 0) reject('babbleNoise', 'needs a clip that is not silent', `${clips.length} clips`);
  const random = new RandomStream(seed);
  const sum = new Float64Array(length);
  for (let voice = 0; voice < voices; voice++) {
    let from = 0;
    while (from < length) {
      const index = audible[random.integer(audible.length)];
      const clip = clips[index];
      let skip = from === 0 ? random.integer(clip.length) : 0;
      while (skip < clip.length && from < length) sum[from++] += clip[skip++] * gains[index];
    }
  }
  return toRms('babbleNoise', sum, rms);
}

function normals(op: string, length: number, seed: number): Float64Array {
  requireWhole(op, 'length', length);
  const random = new RandomStream(seed);
  const values = new Float64Array(length);
  for (let i = 0; i < length; i++) values[i] = random.normal();
  return values;
}

/** Extra noise in front, so that the filters have settled when the part that is kept begins. */
function withWarmUp(
  op: string,
  length: number,
  seed: number,
  sampleRate: number,
  lowHz: number,
): Float64Array {
  requirePositive(op, 'sampleRate', sampleRate);
  requirePositive(op, 'lowHz', lowHz);
  if (lowHz >= sampleRate / 2)
    reject(op, 'lowHz reaches half of sampleRate', `lowHz=${lowHz}, sampleRate=${sampleRate}`);
  requireWhole(op, 'length', length);
  return normals(op, length + Math.ceil(sampleRate / lowHz), seed);
}

const decay = (hz: number, sampleRate: number): number => Math.exp((-2 * Math.PI * hz) / sampleRate);

/** y[n] = x[n] − zero · x[n − 1] + pole · y[n − 1], in place. */
function shape(signal: Float64Array, pole: number, zero: number): void {
  let before = 0;
  let y = 0;
  for (let n = 0; n < signal.length; n++) {
    y = signal[n] - zero * before + pole * y;
    before = signal[n];
    signal[n] = y;
  }
}

function toRms(op: string, signal: Float64Array, rms: number): Float32Array {
  requirePositive(op, 'rms', rms);
  const gain = rms / rmsOf(signal);
  const out = new Float32Array(signal.length);
  for (let i = 0; i < signal.length; i++) out[i] = gain * signal[i];
  return out;
}

const rmsOf = (signal: Float64Array | Float32Array): number => Math.sqrt(energyOf(signal) / signal.length);
