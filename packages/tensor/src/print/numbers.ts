import type { DType } from '../types/shape.ts';

/** Writes one element; chosen once for all elements of a tensor, so that columns align. */
export type NumberFormat = (value: number) => string;

/** The widest element decides the width; every other one is padded to it. */
export function alignedFormat(shown: readonly number[], dtype: DType, precision: number): NumberFormat {
  const write = numberFormat(shown, dtype, precision);
  const width = shown.reduce((widest, value) => Math.max(widest, write(value).length), 0);
  return (value) => write(value).padStart(width);
}

function numberFormat(shown: readonly number[], dtype: DType, precision: number): NumberFormat {
  if (dtype === 'bool') return (value) => (value === 0 ? 'false' : 'true');
  if (dtype === 'int32') return String;
  const finite = shown.filter((value) => Number.isFinite(value) && value !== 0).map(Math.abs);
  if (needsExponent(finite)) return special((value) => exponential(value, precision));
  if (finite.every(Number.isInteger)) return special((value) => `${value.toFixed(0)}.`);
  return special((value) => value.toFixed(precision));
}

/** Plain decimals stay readable while the magnitudes lie within three decades of each other. */
function needsExponent(magnitudes: readonly number[]): boolean {
  if (magnitudes.length === 0) return false;
  const largest = magnitudes.reduce((most, value) => Math.max(most, value), 0);
  const smallest = magnitudes.reduce((least, value) => Math.min(least, value), Infinity);
  const tiny = smallest < 1e-4 && !magnitudes.every(Number.isInteger);
  return largest / smallest > 1000 || largest > 1e8 || tiny;
}

/** Signed zero keeps its sign, as in NumPy: it is often the trace of an underflow. */
function special(finite: NumberFormat): NumberFormat {
  return (value) => {
    if (Number.isNaN(value)) return 'nan';
    if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
    const text = finite(value);
    return Object.is(value, -0) ? `-${text}` : text;
  };
}

/** Two digits of exponent at least, so that columns of them align: 1.0000e-08. */
function exponential(value: number, precision: number): string {
  const [mantissa, exponent] = value.toExponential(precision).split('e');
  return `${mantissa}e${exponent[0]}${exponent.slice(1).padStart(2, '0')}`;
}
