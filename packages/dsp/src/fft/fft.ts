import { engine } from '../engineState.ts';
import { reject, requireWhole } from '../guard.ts';
import { complexRows } from '../simd/rows.ts';
import type { Complex, Floats } from '../types.ts';
import { complexPlan } from './complexPlan.ts';

export interface FftOptions<F extends Floats> {
  /** Length of one transform; the input holds one or more of them, one after the other. Default: all of it. */
  readonly size?: number;
  /** Where the result goes; may be the input itself. */
  readonly out?: Complex<F>;
}

/** Forward complex transforms, unscaled: X[k] = sum of x[n] e^(-2 pi i k n / size). Any size. */
export function fft<F extends Floats>(input: Complex<F>, options: FftOptions<F> = {}): Complex<F> {
  return transform('fft', input, options, false);
}

/** Inverse complex transforms, scaled by 1 / size, so that `ifft(fft(x))` is `x`. */
export function ifft<F extends Floats>(input: Complex<F>, options: FftOptions<F> = {}): Complex<F> {
  return transform('ifft', input, options, true);
}

function transform<F extends Floats>(
  op: string,
  input: Complex<F>,
  options: FftOptions<F>,
  inverse: boolean,
): Complex<F> {
  const { re, im } = input;
  const size = options.size ?? re.length;
  requireSpectrum(op, input);
  requireBatch(op, re.length, size);
  const out = complexLike(op, options.out, re, re.length);
  // Swapping re and im on the way in and out turns the forward transform into the inverse one.
  const rows = inLanes(re) ? complexRows : transformRows;
  if (inverse) rows({ re: im, im: re } as Complex, size, 1 / size, { re: out.im, im: out.re } as Complex);
  else rows(input as Complex, size, 1, out as Complex);
  return out;
}

function transformRows(input: Complex<Floats>, size: number, scale: number, out: Complex<Floats>): void {
  const plan = complexPlan(size);
  const { data } = plan;
  for (let row = 0; row < input.re.length; row += size) {
    for (let i = 0; i < size; i++) {
      data[2 * i] = input.re[row + i];
      data[2 * i + 1] = input.im[row + i];
    }
    const at = plan.transform();
    for (let i = 0; i < size; i++) {
      out.re[row + i] = scale * data[at + 2 * i];
      out.im[row + i] = scale * data[at + 2 * i + 1];
    }
  }
}

/** Single precision goes to the lanes when there are some; doubles stay with the reference. */
export function inLanes(values: Floats): values is Float32Array {
  return values instanceof Float32Array && engine() === 'simd';
}

/** The caller's arrays after a check, or new ones; of the same precision as `model`. */
export function complexLike<F extends Floats>(
  op: string,
  out: Complex<F> | undefined,
  model: F,
  length: number,
): Complex<F> {
  if (out === undefined) return { re: floatsLike(model, length), im: floatsLike(model, length) };
  requireLike(op, 'out.re', out.re, model, length);
  requireLike(op, 'out.im', out.im, model, length);
  return out;
}

/** An array of the same precision. */
export function floatsLike<F extends Floats>(model: F, length: number): F {
  return (model instanceof Float64Array ? new Float64Array(length) : new Float32Array(length)) as F;
}

export function requireFloats(op: string, name: string, values: unknown): void {
  if (!(values instanceof Float32Array || values instanceof Float64Array)) {
    reject(op, `${name} must be a Float32Array or Float64Array`, typeof values);
  }
}

export function requireLength(op: string, name: string, values: Floats, length: number): void {
  requireFloats(op, name, values);
  if (values.length !== length) reject(op, `${name} has the wrong length`, `${values.length}, not ${length}`);
}

/** The right length, and the same precision as `model`. */
export function requireLike(op: string, name: string, values: Floats, model: Floats, length: number): void {
  requireLength(op, name, values, length);
  if (values.constructor !== model.constructor) {
    reject(op, `${name} must have the precision of the input`, `${values.constructor.name}`);
  }
}

export function requireSpectrum(op: string, { re, im }: Complex<Floats>): void {
  requireFloats(op, 're', re);
  requireLike(op, 'im', im, re, re.length);
}

export function requireBatch(op: string, length: number, size: number): void {
  requireWhole(op, 'size', size);
  if (length === 0 || length % size !== 0) {
    reject(op, 'the input must hold one or more whole transforms', `${length} values, size=${size}`);
  }
}
