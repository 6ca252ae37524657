import { floatsLike, inLanes, requireFloats, requireLength, requireLike } from '../fft/fft.ts';
import { reject, requirePositive } from '../guard.ts';
import { type LoudnessRule, largestOf, loudnessOf } from '../simd/loudness.ts';
import type { Floats, Spectrogram } from '../types.ts';

export interface DecibelOptions {
  /** What counts as 0 dB: a number, the largest value, or a function of the values. Default: 1. */
  readonly ref?: number | 'max' | ((values: Floats) => number);
  /** Values below are raised to it. Default: 1e-10 for power, 1e-5 for amplitude, as in librosa. */
  readonly amin?: number;
  /** Nothing lies further below the maximum of the result; null for no limit. Default: 80. */
  readonly topDb?: number | null;
  /** Where the result goes; may be the input itself. */
  readonly out?: Floats;
}

/** 10 log10(values / ref), for a spectrogram or a bare array, which keeps its precision. */
export function powerToDb<V extends Spectrogram | Floats>(values: V, options: DecibelOptions = {}): V {
  return toDecibels('powerToDb', values, 10, options.amin ?? 1e-10, options);
}

/** 20 log10(|values| / ref). */
export function amplitudeToDb<V extends Spectrogram | Floats>(values: V, options: DecibelOptions = {}): V {
  const magnitudes = mapValues('amplitudeToDb', values, Math.abs, options.out);
  return toDecibels('amplitudeToDb', magnitudes, 20, options.amin ?? 1e-5, options);
}

/** The inverse of `powerToDb`, but for what `amin` and `topDb` cut off. */
export function dbToPower<V extends Spectrogram | Floats>(values: V, ref = 1): V {
  requirePositive('dbToPower', 'ref', ref);
  return mapValues('dbToPower', values, (db) => ref * 10 ** (db / 10));
}

/** The inverse of `amplitudeToDb`. */
export function dbToAmplitude<V extends Spectrogram | Floats>(values: V, ref = 1): V {
  requirePositive('dbToAmplitude', 'ref', ref);
  return mapValues('dbToAmplitude', values, (db) => ref * 10 ** (db / 20));
}

function toDecibels<V extends Spectrogram | Floats>(
  op: string,
  values: V,
  factor: number,
  amin: number,
  { ref = 1, topDb = 80, out }: DecibelOptions,
): V {
  const source = floatsOf(op, values);
  requirePositive(op, 'amin', amin);
  if (topDb !== null && !(topDb >= 0)) reject(op, 'topDb must be null or at least zero', topDb);
  const largest = requireLargest(op, source);
  const reference = ref === 'max' ? largest : typeof ref === 'function' ? ref(source) : ref;
  if (!(reference >= 0)) reject(op, 'ref must be at least zero', reference);
  const decibels = (value: number) => factor * Math.log10(Math.max(amin, value));
  const shift = decibels(reference);
  const floor = topDb === null ? -Infinity : decibels(largest) - shift - topDb;
  if (inLanes(source) && amin > smallestNormal) {
    const rule = { plus: 0, least: amin, factor: factor / Math.LN10, shift, floor };
    return loudnessInLanes(op, values, rule, out);
  }
  return mapValues(op, values, (value) => Math.max(floor, decibels(value) - shift), out);
}

const smallestNormal = 2 ** -126;

/** A logarithm of many values in single precision, by the rule of simd/loudness.ts. */
export function loudnessInLanes<V extends Spectrogram | Floats>(
  op: string,
  values: V,
  rule: LoudnessRule,
  out: Floats | undefined,
): V {
  const source = floatsOf(op, values) as Float32Array;
  const changed = out ?? new Float32Array(source.length);
  requireLike(op, 'out', changed, source, source.length);
  loudnessOf(source, rule, changed as Float32Array);
  return ('data' in values ? { ...values, data: changed } : changed) as V;
}

/** The largest value; one that is not finite is named where it stands, not where it ends up. */
function requireLargest(op: string, values: Floats): number {
  const largest = inLanes(values)
    ? largestOf(values)
    : values.reduce((a: number, b: number) => Math.max(a, b), -Infinity);
  if (Number.isNaN(largest) || largest === Infinity) {
    const index = values.findIndex((value) => Number.isNaN(value) || value === Infinity);
    reject(op, 'values must be finite', `values[${index}]=${values[index]}`);
  }
  return largest;
}

function floatsOf(op: string, values: Spectrogram | Floats): Floats {
  const floats = 'data' in values ? values.data : values;
  requireFloats(op, 'values', floats);
  return floats;
}

/** Every value through a function, into `out` or a new array of the same kind. */
export function mapValues<V extends Spectrogram | Floats>(
  op: string,
  values: V,
  change: (value: number) => number,
  out?: Floats,
): V {
  const source = floatsOf(op, values);
  const changed = out ?? floatsLike(source, source.length);
  requireLength(op, 'out', changed, source.length);
  for (let i = 0; i < source.length; i++) changed[i] = change(source[i]);
  return ('data' in values ? { ...values, data: changed } : changed) as V;
}
