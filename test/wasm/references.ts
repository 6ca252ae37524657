/** Reference values in double precision, for functions that JavaScript has not. */

/** Below 2.5 the power series, from there on Lentz's continued fraction of the complement; error about 1e-15. */
export function erf(x: number): number {
  const size = Math.abs(x);
  if (Number.isNaN(x)) return Number.NaN;
  if (size > 6) return Math.sign(x);
  return Math.sign(x) * (size < 2.5 ? erfSeries(size) : 1 - erfcFraction(size));
}

function erfSeries(x: number): number {
  let term = x;
  let sum = x;
  for (let n = 1; Math.abs(term) > 1e-18 * sum; n++) {
    term *= (-x * x) / n;
    sum += term / (2 * n + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * sum;
}

function erfcFraction(x: number): number {
  let tail = 0;
  for (let n = 60; n > 0; n--) tail = n / 2 / (x + tail);
  return Math.exp(-x * x) / ((x + tail) * Math.sqrt(Math.PI));
}

export function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x));
}

const bits = new Int32Array(1);
const float = new Float32Array(bits.buffer);

/** A float's place in the order of all floats. */
function rank(x: number): number {
  float[0] = x;
  return bits[0]! < 0 ? -(bits[0]! & 0x7fff_ffff) : bits[0]!;
}

/** Every so many-th float from low to high, both included. */
export function* floatsBetween(low: number, high: number, stride: number): Generator<number> {
  const last = rank(high);
  for (let place = rank(low); place <= last; place += stride) {
    bits[0] = place < 0 ? -place | 0x8000_0000 : place;
    yield float[0]!;
  }
  yield Math.fround(high);
}
