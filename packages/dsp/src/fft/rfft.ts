import { reject, requireWhole } from '../guard.ts';
import { inverseRealRows, realRows } from '../simd/rows.ts';
import type { Complex, Floats } from '../types.ts';
import { fillDoubles } from './doubles.ts';
import {
  complexLike,
  type FftOptions,
  floatsLike,
  inLanes,
  requireBatch,
  requireFloats,
  requireLike,
  requireSpectrum,
} from './fft.ts';
import { realPlan } from './realPlan.ts';

export interface IrfftOptions<F extends Floats> {
  /** Length of one result. Needed because `bins` spectra come from both 2 bins - 2 and 2 bins - 1 samples. */
  readonly size: number;
  readonly out?: F;
}

/** Forward transforms of real input: the `floor(size / 2) + 1` bins from zero to half the sample rate, a row for each. */
export function rfft<F extends Floats>(input: F, options: FftOptions<F> = {}): Complex<F> {
  requireFloats('rfft', 'input', input);
  const size = options.size ?? input.length;
  requireBatch('rfft', input.length, size);
  const plan = realPlan(size);
  const { time, bins } = plan;
  const rows = input.length / size;
  const out = complexLike('rfft', options.out, input, rows * bins);
  if (inLanes(input)) {
    realRows(input, size, out as Complex);
    return out;
  }
  for (let row = 0; row < rows; row++) {
    fillDoubles(time, input, row * size, size);
    plan.forwardInto(out.re, out.im, row * bins, 1);
  }
  return out;
}

/**
 * Inverse of `rfft`, scaled by 1 / size. What real input cannot have (an imaginary part in the
 * first bin, or in the last of an even size) is ignored.
 */
export function irfft<F extends Floats>(input: Complex<F>, options: IrfftOptions<F>): F {
  requireSpectrum('irfft', input);
  const { size } = options;
  requireWhole('irfft', 'size', size);
  const plan = realPlan(size);
  const { time, spectrum, bins } = plan;
  const rows = input.re.length / bins;
  if (rows < 1 || !Number.isInteger(rows)) {
    reject(
      'irfft',
      'the input must hold one or more whole spectra',
      `${input.re.length} values, ${bins} bins`,
    );
  }
  const out = options.out ?? floatsLike(input.re, rows * size);
  requireLike('irfft', 'out', out, input.re, rows * size);
  if (inLanes(input.re)) {
    inverseRealRows(input as Complex, size, out as Float32Array);
    return out;
  }
  for (let row = 0; row < rows; row++) {
    for (let k = 0, at = row * bins; k < bins; k++, at++) {
      spectrum[2 * k] = input.re[at];
      spectrum[2 * k + 1] = input.im[at];
    }
    plan.inverse();
    for (let i = 0; i < size; i++) out[row * size + i] = time[i];
  }
  return out;
}
