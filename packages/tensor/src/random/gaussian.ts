/**
 * Box-Muller in single precision from IEEE add, multiply, divide and square root only: `Math.log` and
 * `Math.cos` may differ in their last bits between JavaScript engines, these may not. Every line rounds
 * to float32, so the SIMD kernel, which repeats it lane by lane, gives the same bits.
 */
const round = Math.fround;

/** ln m = 2 artanh((m - 1) / (m + 1)); four terms after the first leave less than 2e-9 on [1/sqrt2, sqrt2]. */
export const ARTANH_TERMS = [2 / 9, 2 / 7, 2 / 5, 2 / 3].map(round);
/** Taylor terms of sine and cosine on [-pi/4, pi/4], highest first; what they leave out is below 3e-8. */
export const SINE_TERMS = [1 / 362880, -1 / 5040, 1 / 120, -1 / 6].map(round);
export const COSINE_TERMS = [1 / 40320, -1 / 720, 1 / 24, -1 / 2].map(round);
export const LN_2 = round(Math.LN2);
export const QUARTER_TURN = round((Math.PI / 2) * 2 ** -30);
/** The bits of sqrt(1/2): exponents are counted from here, so that a mantissa lies around 1. */
export const SQRT_HALF_BITS = 0x3f3504f3;
export const MANTISSA_MASK = 0x007fffff;

const float = new Float32Array(1);
const bits = new Int32Array(float.buffer);

/** Writes the two independent standard normal values that two random words give. */
export function gaussianPair(pair: Float32Array, radiusWord: number, angleWord: number): void {
  const radius = round(Math.sqrt(round(-2 * logarithm(unitInterval(radiusWord)))));
  const fromQuarter = (angleWord + 0x20000000) | 0;
  const angle = round(round((fromQuarter & 0x3fffffff) - 0x20000000) * QUARTER_TURN);
  const square = round(angle * angle);
  const sine = round(radius * round(angle + round(angle * round(square * polynomial(square, SINE_TERMS)))));
  const cosine = round(radius * round(1 + round(square * polynomial(square, COSINE_TERMS))));
  const quadrant = fromQuarter >>> 30;
  pair[0] = quadrant === 0 ? cosine : quadrant === 1 ? -sine : quadrant === 2 ? -cosine : sine;
  pair[1] = quadrant === 0 ? sine : quadrant === 1 ? cosine : quadrant === 2 ? -sine : -cosine;
}

/** A word as a number in [2^-33, 1]: never zero, so that its logarithm is finite. */
function unitInterval(word: number): number {
  return round(round(round(word) * 2 ** -32) + 2 ** -33);
}

/** Natural logarithm of a positive normal float32. */
function logarithm(value: number): number {
  float[0] = value;
  const fromSqrtHalf = bits[0] - SQRT_HALF_BITS;
  const exponent = fromSqrtHalf >> 23;
  bits[0] = (fromSqrtHalf & MANTISSA_MASK) + SQRT_HALF_BITS;
  const ratio = round(round(float[0] - 1) / round(float[0] + 1));
  const square = round(ratio * ratio);
  const mantissaLog = round(ratio * round(2 + round(square * polynomial(square, ARTANH_TERMS))));
  return round(round(exponent * LN_2) + mantissaLog);
}

function polynomial(x: number, terms: readonly number[]): number {
  let sum = terms[0];
  for (let at = 1; at < terms.length; at++) sum = round(round(sum * x) + terms[at]);
  return sum;
}
