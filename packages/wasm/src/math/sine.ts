import type { FunctionDefinition } from '../language/functions.ts';
import type { F32, F32x4, I32, I32x4, I64 } from '../language/values.ts';
import { polynomial } from './polynomial.ts';

/** π in three parts; the first two have 11 bits, so that up to 2^13 half turns times them are exact. */
const pi = [3.140625, 0.0009675025939941406, 1.509958025280866e-7] as const;
/** Up to here the three parts suffice. */
const largestQuick = 8192;
/** Adding it rounds to an integer, whose parity is left in the lowest bit. */
const rounder = 1.5 * 2 ** 23;
/** (sin r - r) / r³ in r², minimax so that sin has an absolute error of 5e-9 on |r| <= π / 2. */
const cubic = [-0.16666657089, 0.0083330171049, -0.000198066016134, 2.60002451532e-6];

/** Absolute error below 1.5e-7 for every finite x; NaN for the infinities. */
export function sin(x: F32x4): F32x4 {
  const quick = fold(x, 0);
  return sineOfQuarter(isLarge(x).anyTrue().choose(x.into(foldSine, quick), quick));
}

/** cos x = sin(x + π / 2), with the quarter turn added where it costs no accuracy. */
export function cos(x: F32x4): F32x4 {
  const quick = fold(x, 0.5);
  return sineOfQuarter(isLarge(x).anyTrue().choose(x.into(foldCosine, quick), quick));
}

function sineOfQuarter(r: F32x4): F32x4 {
  const square = r.mul(r);
  return polynomial(square, cubic).mulAdd(square.mul(r), r);
}

/** r in [-π/2, π/2] with sin r = sin(x + shift π): x less half turns, negated where their count is odd. */
function fold(x: F32x4, shift: number): F32x4 {
  const shifted = shift === 0 ? x.mulAdd(1 / Math.PI, rounder) : x.mulAdd(1 / Math.PI, shift).add(rounder);
  const turns = shift === 0 ? shifted.sub(rounder) : shifted.sub(rounder).sub(shift);
  const r = pi.reduce((rest, part) => turns.negMulAdd(part, rest), x);
  return r.xor(shifted.bitsAs('i32x4').shl(31));
}

function isLarge(x: F32x4): I32x4 {
  return x.abs().gt(largestQuick);
}

/** For fours that hold a large number: rare, so kept out of the way. */
const foldSine = foldOfAny('foldSine', 0);
const foldCosine = foldOfAny('foldCosine', 0.5);

function foldOfAny(name: string, shift: 0 | 0.5) {
  const foldLarge = foldOfLarge(`${name}OfLarge`, shift);
  return {
    name,
    parameters: { x: 'f32x4', quick: 'f32x4' },
    result: 'f32x4',
    build(k, parameters) {
      const { x, quick } = parameters as { x: F32x4; quick: F32x4 };
      const large = k.let(isLarge(x));
      return [0, 1, 2, 3].reduce((result, lane) => {
        const value = large.lane(lane).choose(x.lane(lane).into(foldLarge), quick.lane(lane));
        return result.replaceLane(value, lane);
      }, quick);
    },
  } as const satisfies FunctionDefinition;
}

/** 1 / 2π = 0.0010100010111110…, after 64 zeros for the integers: enough for the largest float. */
const reciprocalBits = [0n, 0x28be_60db_9391_054an, 0x7f09_d5f4_7d4d_3770n, 0x36d8_a566_4f10_e410n] as const;

/**
 * Payne and Hanek (SIGNUM 1983): x = ±m 2^e, and of m 2^e / 2π only the fraction counts. So of 1 / 2π only the 64
 * bits from the e-th on are multiplied, modulo 2^64; 40 bits of the fraction are right.
 */
function foldOfLarge(name: string, shift: 0 | 0.5) {
  return {
    name,
    parameters: { x: 'f32' },
    result: 'f32',
    build(k, parameters) {
      const x = parameters.x as F32;
      const bits = k.let(x.bitsToI32());
      const exponent = k.let(bits.shrU(23).and(255));
      const position = k.let(exponent.sub(150 - 64));
      const inWord = k.let(position.and(63).toI64());
      const high = pickWord(position.shrU(6), reciprocalBits[0], reciprocalBits[1], reciprocalBits[2]);
      const low = pickWord(position.shrU(6), reciprocalBits[1], reciprocalBits[2], reciprocalBits[3]);
      const window = high.shl(inWord).or(low.shrU(1).shrU(inWord.xor(63)));
      const turn = k.let(bits.and(0x007f_ffff).or(0x0080_0000).toI64().mul(window));
      const signed = bits.lt(0).select(turn.mul(-1n), turn);
      const shifted = k.let(shift === 0 ? signed : signed.add(1n << 62n));
      const isBeyondQuarter = shifted.xor(shifted.shl(1)).lt(0);
      const folded = isBeyondQuarter.select(shifted.mul(-1n).add(1n << 63n), shifted);
      const angle = folded
        .toF64()
        .mul(2 * Math.PI * 2 ** -64)
        .toF32();
      return exponent.eq(255).select(x.sub(x), angle);
    },
  } as const satisfies FunctionDefinition;
}

function pickWord(index: I32, first: bigint, second: bigint, third: bigint): I64 {
  return index.eqz().select(first, index.eq(1).select(second, third));
}
