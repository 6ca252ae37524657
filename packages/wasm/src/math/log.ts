import type { FunctionDefinition } from '../language/functions.ts';
import type { F32x4, I32x4 } from '../language/values.ts';
import { polynomial } from './polynomial.ts';

const smallestNormalBits = 0x0080_0000;
const infinityBits = 0x7f80_0000;
const halfRootBits = 0x3f35_04f3;
/** ln 2 in two parts; the first has 16 bits, so that e times it is exact. */
const ln2High = 0.693145751953125;
const ln2Low = 1.4286068203094173e-6;
/** (log(1 + f) - f + f²/2) / f³, minimax so that log has a relative error of 6e-9 for 1 + f in [√½, √2]. */
const cubic = [
  0.3333333171, -0.2500082099, 0.2000122702, -0.1662335825, 0.1420175392, -0.1316017254, 0.1276160671,
  -0.07634556426,
];

/** Relative error below 1e-7. Log of 0 is -Infinity, of a negative number NaN; subnormals are right. */
export function log(x: F32x4): F32x4 {
  const bits = x.bitsAs('i32x4');
  const isUnusual = bits.sub(smallestNormalBits).geU(infinityBits - smallestNormalBits);
  const quick = logOfNormal(bits);
  return isUnusual.anyTrue().choose(x.into(logOfAny, quick), quick);
}

/** x = 2^e (1 + f) with 1 + f in [√½, √2): log x = e ln 2 + log(1 + f). */
function logOfNormal(bits: I32x4): F32x4 {
  const exponent = bits.sub(halfRootBits).shrS(23);
  const f = bits.sub(exponent.shl(23)).bitsAs('f32x4').sub(1);
  const e = exponent.toF32x4();
  const square = f.mul(f);
  const small = polynomial(f, cubic).mulAdd(f.mul(square), e.mul(ln2Low));
  return e.mulAdd(ln2High, square.negMulAdd(0.5, small).add(f));
}

/** For fours that hold a subnormal, 0, a negative number, Infinity or NaN: rare, so kept out of the way. */
const logOfAny = {
  name: 'logOfAny',
  parameters: { x: 'f32x4', quick: 'f32x4' },
  result: 'f32x4',
  build(k, parameters) {
    const { x, quick } = parameters as { x: F32x4; quick: F32x4 };
    const size = k.let(x.abs());
    const enlarged = logOfNormal(size.mul(2 ** 23).bitsAs('i32x4')).sub(23 * Math.LN2);
    const finite = k.let(size.lt(2 ** -126).select(enlarged, quick));
    const isZeroOrInfinity = size.eq(size.add(size));
    const value = isZeroOrInfinity.select(finite.mul(Infinity), finite);
    return x.ge(0).select(value, Number.NaN);
  },
} as const satisfies FunctionDefinition;
