import { type Builder, type F32x4, type F64x2, f32x4, f64x2, type I32x4, wasmFunction } from '@sonograd/wasm';

/**
 * base ** exponent as C's powf defines it, to 3e-7 relative. 2 ** (exponent · log2|base|), with the product in
 * double precision: in single precision its rounding alone would cost 1e-5 where the result is large.
 */
export const pow = wasmFunction(
  'pow',
  { base: 'f32x4', exponent: 'f32x4' },
  'f32x4',
  (k, { base, exponent }) => {
    const magnitude = k.let(base.abs(), 'magnitude');
    const { whole, fraction } = productOfLogarithm(k, magnitude, exponent);
    const finite = k.let(scaleByPowerOf2(k, exp2(k, fraction), whole));
    const growing = exponent.gt(0);
    const ofZero = growing.select(f32x4(0), Infinity);
    const ofInfinity = growing.select(f32x4(Infinity), 0);
    const edges = k.let(magnitude.eq(0).select(ofZero, magnitude.eq(Infinity).select(ofInfinity, finite)));
    const isWhole = k.let(exponent.trunc().eq(exponent));
    const half = k.let(exponent.mul(0.5));
    const isOdd = isWhole.and(half.trunc().ne(half));
    const signed = edges.xor(
      base
        .bitsAs('i32x4')
        .and(0x80000000 | 0)
        .and(isOdd),
    );
    const hasRoot = isWhole.or(base.ge(0)).or(magnitude.eq(Infinity));
    const isOne = exponent
      .eq(0)
      .or(base.eq(1))
      .or(magnitude.eq(1).and(exponent.abs().eq(Infinity)));
    const isUnknown = base.ne(base).or(exponent.ne(exponent)).or(hasRoot.not());
    return isOne.select(f32x4(1), isUnknown.select(f32x4(Number.NaN), signed));
  },
);

const squareRootOfHalf = 0x3f3504f3;

/** exponent · log2(magnitude), cut into the nearest whole number and the rest. */
function productOfLogarithm(k: Builder, magnitude: F32x4, exponent: F32x4) {
  const isTiny = k.let(magnitude.lt(2 ** -126));
  const bits = k.let(isTiny.select(magnitude.mul(2 ** 24), magnitude).bitsAs('i32x4'));
  const shift = k.let(bits.sub(squareRootOfHalf).shrS(23));
  const mantissa = k.let(bits.sub(shift.shl(23)).bitsAs('f32x4'), 'mantissa');
  const power = k.let(shift.sub(isTiny.and(24)), 'power');
  const halves = [lowHalf, highHalf].map((half) => {
    const logarithm = half(power.toF32x4()).add(log2NearOne(k, half(mantissa)));
    // Beyond 2 ** ±252 the result is infinite or 0 anyway, and the scaling below reaches that far.
    const product = k.let(half(exponent).mul(logarithm).pmax(-252).pmin(252));
    const whole = k.let(product.nearest());
    return { whole: whole.toLowI32x4(), fraction: product.sub(whole).toLowF32x4() };
  });
  const [low, high] = halves as [(typeof halves)[0], (typeof halves)[0]];
  return {
    whole: k.let<I32x4>(low.whole.shuffle(high.whole, 0, 1, 4, 5)),
    fraction: k.let<F32x4>(low.fraction.shuffle(high.fraction, 0, 1, 4, 5)),
  };
}

const lowHalf = (value: F32x4): F64x2 => value.lowToF64x2();
const highHalf = (value: F32x4): F64x2 => value.shuffle(value, 2, 3, 2, 3).lowToF64x2();

/** log2(m) for m from sqrt(1/2) to sqrt(2) as 2/ln 2 · artanh((m - 1) / (m + 1)); the series errs by 1e-11. */
function log2NearOne(k: Builder, m: F64x2): F64x2 {
  const s = k.let(m.sub(1).div(m.add(1)));
  const square = k.let(s.mul(s));
  const series = [13, 11, 9, 7, 5, 3, 1].reduce<F64x2>((sum, odd) => sum.mul(square).add(1 / odd), f64x2(0));
  return series.mul(s).mul(2 / Math.LN2);
}

/** 2 ** x for x from -1/2 to 1/2 by the Taylor series, whose rest is below 1e-8. */
function exp2(k: Builder, x: F32x4): F32x4 {
  const t = k.let(x.mul(Math.LN2));
  return [7, 6, 5, 4, 3, 2, 1].reduce<F32x4>((sum, n) => sum.mul(t).mulAdd(1 / n, 1), f32x4(1));
}

/** In two steps, so that neither factor leaves the range of float32. */
function scaleByPowerOf2(k: Builder, x: F32x4, power: I32x4): F32x4 {
  const first = k.let(power.shrS(1));
  const factor = (exponent: I32x4) => exponent.add(127).shl(23).bitsAs('f32x4');
  return x.mul(factor(first)).mul(factor(power.sub(first)));
}
