import type { Spectrogram } from './types.ts';

/** A fault in what a caller passed: operation, rule, and the values that broke it. */
export function reject(op: string, rule: string, value: unknown): never {
  throw new RangeError(`${op}: ${rule}, ${value}`);
}

/**
 * At least `minimum` samples, every one finite: a NaN is named where it stands, not where it ends up. Looks at
 * the `last` of them alone where others are seen to by other means.
 */
export function requireSamples(
  op: string,
  samples: Float32Array,
  minimum = 1,
  name = 'samples',
  last = Infinity,
): void {
  if (!(samples instanceof Float32Array)) reject(op, `${name} must be a Float32Array`, typeof samples);
  if (samples.length < minimum) {
    reject(op, `${name} must hold at least ${minimum} ${minimum === 1 ? 'value' : 'values'}`, samples.length);
  }
  // No sum of floats exceeds a double, so only NaN or infinity spoils it. By fours, for additions wait for each other.
  const first = Math.max(0, samples.length - last);
  const whole = first + ((samples.length - first) & -4);
  let sum = 0;
  for (let i = first; i < whole; i += 4)
    sum += samples[i] + samples[i + 1] + (samples[i + 2] + samples[i + 3]);
  for (let i = whole; i < samples.length; i++) sum += samples[i];
  if (Number.isFinite(sum)) return;
  const index = samples.findIndex((value) => !Number.isFinite(value));
  reject(op, `${name} must be finite`, `${name}[${index}]=${samples[index]}`);
}

export function requireSameLength(op: string, a: Float32Array, b: Float32Array): void {
  if (a.length !== b.length) reject(op, 'lengths differ', `${a.length} and ${b.length}`);
}

export function requireWhole(op: string, name: string, value: number, minimum = 1): void {
  if (!Number.isSafeInteger(value) || value < minimum) {
    reject(op, `${name} must be a whole number of at least ${minimum}`, `${name}=${value}`);
  }
}

/** As many finite values as bins times frames. */
export function requireSpectrogram(op: string, { data, bins, frames }: Spectrogram, name = 'data'): void {
  requireSamples(op, data, 1, name);
  if (data.length !== bins * frames)
    reject(op, `${name} is not bins x frames`, `${data.length}, ${bins} x ${frames}`);
}

/** A finite number in [low, high]. */
export function requireRange(op: string, name: string, value: number, low: number, high: number): void {
  if (!(value >= low && value <= high) || !Number.isFinite(value)) {
    reject(op, `${name} must be a number in [${low}, ${high}]`, `${name}=${value}`);
  }
}

/** A finite number above zero. */
export function requirePositive(op: string, name: string, value: number): void {
  if (!(value > 0) || !Number.isFinite(value)) reject(op, `${name} must be above zero`, `${name}=${value}`);
}
