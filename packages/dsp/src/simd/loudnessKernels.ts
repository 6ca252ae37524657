import { type F32x4, f32x4, i32x4, kernelFamily } from '@sonograd/wasm';

/** (ln((1 + s) / (1 - s)) - 2 s) / s^3 by powers of s^2, for s up to 0.172; a Chebyshev fit, off by 1e-9. */
const tail = [0.66666687, 0.3998875, 0.29580998];
const rootHalfBits = 0x3f3504f3;

/**
 * ln x of normal positive numbers, which is what a floor leaves: x = 2^e (1 + f) with 1 + f from sqrt(1/2) to
 * sqrt(2), and ln x = e ln 2 + ln(1 + f). For s = f / (2 + f), 1 + f is (1 + s) / (1 - s), and 2 s is f - s f.
 */
function lnOfNormal(x: F32x4): F32x4 {
  const bits = x.bitsAs('i32x4');
  const exponent = bits.sub(rootHalfBits).shrS(23);
  const f = bits.sub(exponent.shl(23)).bitsAs('f32x4').sub(1);
  const s = f.div(f.add(2));
  const square = s.mul(s);
  const polynomial = tail.reduceRight(
    (sum: F32x4, coefficient) => sum.mul(square).add(coefficient),
    f32x4(0),
  );
  const rest = f.sub(square.mul(polynomial));
  return exponent
    .toF32x4()
    .mul(Math.LN2)
    .add(f.sub(s.mul(rest)));
}

/** Decibels and logarithms of many values at once, by fours to the end and beyond; see mel/decibel.ts for the rules. */
export const loudnessKernels = kernelFamily(
  'dsp-loudness',
  (family) => ({
    /** The largest value to `out`, in one lane or another; NaN if there is one. */
    largest: family.kernel({ values: 'i32', out: 'i32' }, (k, { values, out }) => {
      const largest = k.variable(f32x4, -Infinity);
      const missing = k.variable(i32x4, 0);
      k.for(values, values.add(k.end.shl(2)), 16, (at) => {
        const value = k.let(f32x4.load(at));
        largest.set(largest.pmax(value));
        missing.set(missing.or(value.ne(value)));
      });
      k.store(out, missing.or(largest.bitsAs('i32x4')));
    }),

    /** max(floor, factor * ln(max(least, value + plus)) - shift), in place; `least` must be above 2^-126. */
    loudness: family.kernel(
      { values: 'i32', plus: 'f32', least: 'f32', factor: 'f32', shift: 'f32', floor: 'f32' },
      (k, { values, plus, least, factor, shift, floor }) => {
        const [added, smallest, times, less, lowest] = [plus, least, factor, shift, floor].map((one) =>
          k.let(one.splat()),
        );
        k.for(values, values.add(k.end.shl(2)), 16, (at) => {
          const value = k.let(f32x4.load(at).add(added).pmax(smallest));
          k.store(at, lnOfNormal(value).mul(times).sub(less).pmax(lowest));
        });
      },
    ),
  }),
  { numerics: 'strict' },
);
