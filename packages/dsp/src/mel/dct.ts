import { cached } from '../fft/cached.ts';
import { floatsLike, requireFloats } from '../fft/fft.ts';
import { reject, requireWhole } from '../guard.ts';
import type { Floats } from '../types.ts';

export interface DctOptions {
  /** Default: 2. Type 3 is the inverse of type 2; types 1 and 4 are their own. */
  readonly type?: 1 | 2 | 3 | 4;
  /** `ortho` makes the matrix orthogonal; null is SciPy's unnormalised sum. Default: ortho. */
  readonly norm?: 'ortho' | null;
  /** How many coefficients; default all. */
  readonly count?: number;
}

/** Discrete cosine transform of one vector, in the conventions of SciPy. Costs `count * length`. */
export function dct<F extends Floats>(values: F, options: DctOptions = {}): F {
  requireFloats('dct', 'values', values);
  const size = values.length;
  const { count = size } = options;
  const coefficient = dctCoefficients('dct', size, count, options);
  const out = floatsLike(values, count);
  for (let k = 0; k < count; k++) {
    let sum = 0;
    for (let j = 0; j < size; j++) sum += coefficient(k, j) * values[j];
    out[k] = sum;
  }
  return out;
}

/** The inverse of `dct` with the same options. */
export function idct<F extends Floats>(values: F, options: Omit<DctOptions, 'count'> = {}): F {
  const { type = 2, norm = 'ortho' } = options;
  const inverseType = type === 2 ? 3 : type === 3 ? 2 : type;
  const out = dct(values, { type: inverseType, norm });
  const scale = norm === 'ortho' ? 1 : 1 / (2 * (type === 1 ? values.length - 1 : values.length));
  for (let i = 0; i < out.length; i++) out[i] *= scale;
  return out;
}

const matrices = cached((key: string): Float64Array => {
  const { size, count, type, norm } = JSON.parse(key);
  const coefficient = dctCoefficients('dct', size, count, { type, norm });
  return Float64Array.from({ length: count * size }, (_, i) => coefficient(Math.floor(i / size), i % size));
});

/** The transform as a matrix [count][size], built once; not to be written. */
export function dctMatrix(
  size: number,
  count: number,
  { type = 2, norm = 'ortho' }: DctOptions,
): Float64Array {
  return matrices(JSON.stringify({ size, count, type, norm }));
}

/** The matrix entry for coefficient k and sample j; all cosines come from one table of a full period. */
function dctCoefficients(
  op: string,
  size: number,
  count: number,
  { type = 2, norm = 'ortho' }: DctOptions,
): (k: number, j: number) => number {
  requireWhole(op, 'count', count);
  if (![1, 2, 3, 4].includes(type)) reject(op, 'type must be 1, 2, 3 or 4', type);
  if (norm !== 'ortho' && norm !== null) reject(op, 'norm must be ortho or null', norm);
  const least = type === 1 ? 2 : 1;
  if (size < least) reject(op, `type ${type} needs at least ${least} values`, size);
  if (count > size) reject(op, 'count exceeds the number of values', `${count} > ${size}`);
  const steps = type === 1 ? size - 1 : size;
  const period = type === 4 ? 8 * steps : type === 1 ? 2 * steps : 4 * steps;
  const cosines = Float64Array.from({ length: period }, (_, i) => Math.cos((2 * Math.PI * i) / period));
  const scale = norm === null ? 2 : Math.sqrt(2 / steps);
  // Types 2 and 4 take samples, 3 and 4 coefficients, between the points of the grid.
  const atSample = (j: number) => (type % 2 === 0 ? 2 * j + 1 : j);
  const atCoefficient = (k: number) => (type > 2 ? 2 * k + 1 : k);
  // On the grid its first point, in type 1 also its last, counts less.
  const isEnd = (i: number) => i === 0 || (type === 1 && i === steps);
  const sampleEnd = norm === null ? 0.5 : Math.SQRT1_2;
  const coefficientEnd = norm === null ? 1 : Math.SQRT1_2;
  return (k, j) =>
    scale *
    (type % 2 === 1 && isEnd(j) ? sampleEnd : 1) *
    (type < 3 && isEnd(k) ? coefficientEnd : 1) *
    cosines[(atSample(j) * atCoefficient(k)) % period];
}
