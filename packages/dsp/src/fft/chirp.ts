import { unitRoot } from './radices.ts';

/** The chirp e^(-i pi k^2 / size), interleaved; k^2 is taken modulo 2 size, where it stays exact. */
export function chirp(size: number): Float64Array {
  const values = new Float64Array(2 * size);
  for (let k = 0; k < size; k++) {
    const [re, im] = unitRoot((k * k) % (2 * size), 2 * size);
    values[2 * k] = re;
    values[2 * k + 1] = im;
  }
  return values;
}

/** The conjugated chirp laid around a circle of `around` numbers, so that negative times wrap. */
export function wrappedChirp(factors: Float64Array, around: number): Float64Array {
  const values = new Float64Array(2 * around);
  for (let k = 0; k < factors.length / 2; k++) {
    const mirrored = (around - k) % around;
    values[2 * k] = values[2 * mirrored] = factors[2 * k];
    values[2 * k + 1] = values[2 * mirrored + 1] = -factors[2 * k + 1];
  }
  return values;
}
