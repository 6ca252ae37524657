import { type Builder, type F32x4, f32x4, type I32, type I32x4, i32x4 } from '@sonograd/wasm';
import {
  ARTANH_TERMS,
  COSINE_TERMS,
  LN_2,
  MANTISSA_MASK,
  QUARTER_TURN,
  SINE_TERMS,
  SQRT_HALF_BITS,
} from './gaussian.ts';
import { KEY_PARITY, ROTATIONS, ROUNDS } from './threefry.ts';

/**
 * The generator of threefry.ts and gaussian.ts on four lanes, with the same bits: only operations that IEEE 754
 * rounds in one way, none fused. Kernels that need randomness on the way, such as dropout, build on these.
 */
export interface KeyWords {
  readonly high: I32;
  readonly low: I32;
}

/** The two words of four blocks, one block in each lane. */
export type WordPair = readonly [first: I32x4, second: I32x4];

/** Splats the key once, before a loop; the third word is the parity of the others. */
export function keySchedule(k: Builder, { high, low }: KeyWords): readonly I32x4[] {
  return [high, low, high.xor(low).xor(KEY_PARITY)].map((word) => k.let(word.splat()));
}

/** Blocks 4 group to 4 group + 3 of the stream. */
export function randomWords(k: Builder, schedule: readonly I32x4[], group: I32): WordPair {
  const counter = group
    .shl(2)
    .splat()
    .add(i32x4(0, 1, 2, 3));
  let x = k.let(schedule[0]);
  let y = k.let(counter.add(schedule[1]));
  for (let injection = 1; injection <= ROUNDS / 4; injection++) {
    for (const distance of ROTATIONS[(injection - 1) & 1]) {
      x = k.let(x.add(y));
      y = k.let(
        y
          .shl(distance)
          .or(y.shrU(32 - distance))
          .xor(x),
      );
    }
    x = k.let(x.add(schedule[injection % 3]));
    y = k.let(y.add(schedule[(injection + 1) % 3]).add(injection));
  }
  return [x, y];
}

/** Both words of a block are neighbours in the stream: lanes of two vectors to eight elements in a row. */
export function interleaved<V extends I32x4 | F32x4>(first: V, second: V): readonly [V, V] {
  const shuffle = (...lanes: [number, number, number, number]) =>
    first.shuffle(second as never, ...lanes) as V;
  return [shuffle(0, 4, 1, 5), shuffle(2, 6, 3, 7)];
}

/** The upper 24 bits as a number on [0, 1). */
export function unitInterval(words: I32x4): F32x4 {
  return words
    .shrU(8)
    .toF32x4()
    .mul(2 ** -24);
}

/** `gaussianPair` on four blocks. */
export function gaussianPairs(k: Builder, [radiusWord, angleWord]: WordPair): readonly [F32x4, F32x4] {
  const above0 = radiusWord
    .toF32x4U()
    .mul(2 ** -32)
    .add(2 ** -33);
  const radius = k.let(logarithm(k, above0).mul(-2).sqrt());
  const fromQuarter = k.let(angleWord.add(0x20000000));
  const angle = k.let(fromQuarter.and(0x3fffffff).sub(0x20000000).toF32x4().mul(QUARTER_TURN));
  const square = k.let(angle.mul(angle));
  const sine = k.let(radius.mul(angle.add(angle.mul(square.mul(polynomial(square, SINE_TERMS))))));
  const cosine = k.let(radius.mul(square.mul(polynomial(square, COSINE_TERMS)).add(1)));
  const isOddQuadrant = k.let(fromQuarter.shl(1).shrS(31));
  const firstSign = fromQuarter.add(0x40000000).and(SIGN_BIT);
  const secondSign = fromQuarter.and(SIGN_BIT);
  return [
    withFlippedSign(isOddQuadrant.select(sine, cosine), firstSign),
    withFlippedSign(isOddQuadrant.select(cosine, sine), secondSign),
  ];
}

const SIGN_BIT = -0x80000000;

function withFlippedSign(value: F32x4, sign: I32x4): F32x4 {
  return value.bitsAs('i32x4').xor(sign).bitsAs('f32x4');
}

function logarithm(k: Builder, value: F32x4): F32x4 {
  const fromSqrtHalf = k.let(value.bitsAs('i32x4').sub(SQRT_HALF_BITS));
  const exponent = fromSqrtHalf.shrS(23).toF32x4();
  const mantissa = k.let(fromSqrtHalf.and(MANTISSA_MASK).add(SQRT_HALF_BITS).bitsAs('f32x4'));
  const ratio = k.let(mantissa.sub(1).div(mantissa.add(1)));
  const square = k.let(ratio.mul(ratio));
  const mantissaLog = ratio.mul(square.mul(polynomial(square, ARTANH_TERMS)).add(2));
  return exponent.mul(LN_2).add(mantissaLog);
}

/** Horner's rule, rounding after each step. */
function polynomial(x: F32x4, [first, ...rest]: readonly number[]): F32x4 {
  return rest.reduce((sum, term) => sum.mul(x).add(term), f32x4(first));
}
