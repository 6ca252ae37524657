import { type F32x4, f32x4, kernelFamily } from '@sonograd/wasm';

/** (ln(1 + f) - f) / f^2 on [sqrt(1/2) - 1, sqrt(2) - 1], a Chebyshev fit; the logarithm's error is 3e-8. */
const tail = [
  -0.49999994, 0.3333366, -0.2500161, 0.19973105, -0.16575047, 0.1480646, -0.14257795, 0.090042025,
];
const rootHalfBits = 0x3f3504f3;

/** ln x of normal positive numbers, which is what a floor leaves: x = 2^e (1 + f), and ln x = e ln 2 + ln(1 + f). */
function lnOfNormal(x: F32x4): F32x4 {
  const bits = x.bitsAs('i32x4');
  const exponent = bits.sub(rootHalfBits).shrS(23);
  const f = bits.sub(exponent.shl(23)).bitsAs('f32x4').sub(1);
  const polynomial = tail.reduceRight((sum: F32x4, coefficient) => sum.mul(f).add(coefficient), f32x4(0));
  return exponent
    .toF32x4()
    .mul(Math.LN2)
    .add(f.add(f.mul(f).mul(polynomial)));
}

/** Decibels and logarithms of many values at once; see mel/decibel.ts for the rules. */
export const loudnessKernels = kernelFamily(
  'dsp-loudness',
  (family) => ({
    /** The largest value to `out`, in one lane or another; NaN if there is one. Behind the end `fill` takes part. */
    largest: family.kernel({ values: 'i32', out: 'i32' }, (k, { values, out }) => {
      const largest = k.variable(f32x4, -Infinity);
      k.forLanes(k.begin, k.end, (at) => largest.set(largest.max(at.only(at.load(values), -Infinity))));
      k.store(out, largest);
    }),

    /** max(floor, factor * ln(max(least, value + plus)) - shift), in place; `least` must be above 2^-126. */
    loudness: family.kernel(
      { values: 'i32', plus: 'f32', least: 'f32', factor: 'f32', shift: 'f32', floor: 'f32' },
      (k, { values, plus, least, factor, shift, floor }) => {
        const [added, smallest, times, less, lowest] = [plus, least, factor, shift, floor].map((one) =>
          k.let(one.splat()),
        );
        k.forLanes(k.begin, k.end, (at) => {
          const value = at.load(values, 1).add(added).max(smallest);
          at.store(values, lnOfNormal(value).mul(times).sub(less).max(lowest));
        });
      },
    ),
  }),
  { numerics: 'strict' },
);
