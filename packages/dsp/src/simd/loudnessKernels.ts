import { type F32x4, f32x4, i32x4, kernelFamily } from '@sonograd/wasm';

/** (ln(1 + f) - f) / f^2 on [sqrt(1/2) - 1, sqrt(2) - 1], a Chebyshev fit; the logarithm's error is 3e-8. */
const tail = [
  -0.49999994, 0.3333366, -0.2500161, 0.19973105, -0.16575047, 0.1480646, -0.14257795, 0.090042025,
];
const rootHalfBits = 0x3f3504f3;

/** A polynomial in halves of halves (Estrin), whose sums need not wait for each other as Horner's do. */
function polynomial(coefficients: readonly number[], powers: readonly F32x4[]): F32x4 {
  if (coefficients.length === 1) return f32x4(coefficients[0]);
  const half = coefficients.length / 2;
  const [low, high] = [coefficients.slice(0, half), coefficients.slice(half)].map((one) =>
    polynomial(one, powers),
  );
  return low.add(high.mul(powers[Math.log2(half)]));
}

/** ln x of normal positive numbers, which is what a floor leaves: x = 2^e (1 + f), and ln x = e ln 2 + ln(1 + f). */
function lnOfNormal(x: F32x4): F32x4 {
  const bits = x.bitsAs('i32x4');
  const exponent = bits.sub(rootHalfBits).shrS(23);
  const f = bits.sub(exponent.shl(23)).bitsAs('f32x4').sub(1);
  const square = f.mul(f);
  const powers = [f, square, square.mul(square)];
  return exponent
    .toF32x4()
    .mul(Math.LN2)
    .add(f.add(square.mul(polynomial(tail, powers))));
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
