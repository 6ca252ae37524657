import type { Kind } from '../../packages/wasm/src/assembler/kinds.ts';

/** A value as the lanes it has; a scalar has one. 64-bit integers are bigints. */
export type Lane = number | bigint;
export type Meaning = (operands: readonly (readonly Lane[])[], lane: number) => readonly Lane[];

export const laneCount: Record<Kind, number> = {
  i32: 1,
  i64: 1,
  f32: 1,
  f64: 1,
  i8x16: 16,
  i16x8: 8,
  i32x4: 4,
  i64x2: 2,
  f32x4: 4,
  f64x2: 2,
};

type Unary = (a: Lane) => Lane;
type Binary = (a: Lane, b: Lane) => Lane;

const map =
  (f: Unary): Meaning =>
  ([a]) =>
    a!.map(f);
const zip =
  (f: Binary): Meaning =>
  ([a, b]) =>
    a!.map((x, lane) => f(x, b![lane]!));
/** The second operand is one number for all lanes. */
const spread =
  (f: Binary): Meaning =>
  ([a, b]) =>
    a!.map((x) => f(x, b![0]!));

const signed = (bits: number, value: Lane): Lane => {
  const wrapped = BigInt.asIntN(bits, BigInt(value));
  return bits === 64 ? wrapped : Number(wrapped);
};
const unsigned = (bits: number, value: Lane): bigint => BigInt.asUintN(bits, BigInt(value));
const bigBits = (bits: number, value: Lane): string => unsigned(bits, value).toString(2).padStart(bits, '0');

const isBelow = (a: number, b: number) => a < b;
const smaller = (a: bigint, b: bigint) => (a - b < 0n ? a : b);
const larger = (a: bigint, b: bigint) => (a - b > 0n ? a : b);

/** Arithmetic of integers with so many bits; `yes` is what a comparison gives. */
function integers(bits: number, yes: number) {
  const wrap = (f: (a: bigint, b: bigint) => bigint) => (a: Lane, b: Lane) =>
    signed(bits, f(BigInt(a), BigInt(b)));
  const wrapU = (f: (a: bigint, b: bigint) => bigint) => (a: Lane, b: Lane) =>
    signed(bits, f(unsigned(bits, a), unsigned(bits, b)));
  const test = (f: (a: bigint, b: bigint) => boolean) => (a: Lane, b: Lane) =>
    f(BigInt(a), BigInt(b)) ? yes : 0;
  const testU = (f: (a: bigint, b: bigint) => boolean) => (a: Lane, b: Lane) =>
    f(unsigned(bits, a), unsigned(bits, b)) ? yes : 0;
  const count = (b: bigint) => b & BigInt(bits - 1);
  return {
    eq: test((a, b) => a === b),
    ne: test((a, b) => a !== b),
    lt: test((a, b) => a < b),
    ltU: testU((a, b) => a < b),
    gt: test((a, b) => a > b),
    gtU: testU((a, b) => a > b),
    le: test((a, b) => a <= b),
    leU: testU((a, b) => a <= b),
    ge: test((a, b) => a >= b),
    geU: testU((a, b) => a >= b),
    add: wrap((a, b) => a + b),
    sub: wrap((a, b) => a - b),
    mul: wrap((a, b) => a * b),
    div: wrap((a, b) => a / b),
    divU: wrapU((a, b) => a / b),
    rem: wrap((a, b) => a % b),
    remU: wrapU((a, b) => a % b),
    and: wrap((a, b) => a & b),
    andNot: wrap((a, b) => a & ~b),
    or: wrap((a, b) => a | b),
    xor: wrap((a, b) => a ^ b),
    min: wrap(smaller),
    minU: wrapU(smaller),
    max: wrap(larger),
    maxU: wrapU(larger),
    shl: wrap((a, b) => a << count(b)),
    shrS: wrap((a, b) => a >> count(b)),
    shrU: (a: Lane, b: Lane) => signed(bits, unsigned(bits, a) >> count(BigInt(b))),
    rotl: wrapU((a, b) => (a << count(b)) | (a >> (BigInt(bits) - count(b)))),
    rotr: wrapU((a, b) => (a >> count(b)) | (a << (BigInt(bits) - count(b)))),
  };
}

function unaryIntegers(bits: number) {
  return {
    clz: (a: Lane) => signed(bits, bigBits(bits, a).indexOf('1') < 0 ? bits : bigBits(bits, a).indexOf('1')),
    ctz: (a: Lane) => {
      const last = bigBits(bits, a).lastIndexOf('1');
      return signed(bits, last < 0 ? bits : bits - 1 - last);
    },
    popcnt: (a: Lane) => signed(bits, bigBits(bits, a).replaceAll('0', '').length),
    not: (a: Lane) => signed(bits, ~BigInt(a)),
    neg: (a: Lane) => signed(bits, -BigInt(a)),
    abs: (a: Lane) => signed(bits, BigInt(a) < 0n ? -BigInt(a) : BigInt(a)),
  };
}

/** Ties go to even. */
function nearest(x: number): number {
  if (!Number.isFinite(x) || Math.abs(x) >= 2 ** 52) return x;
  const magic = Math.sign(x) * 2 ** 52;
  const rounded = Math.abs(x) === 0 ? x : x + magic - magic;
  return rounded === 0 ? Math.sign(x) * 0 : rounded;
}

function floats(round: (x: number) => number, yes: Lane) {
  const unary = (f: (a: number) => number) => (a: Lane) => round(f(a as number));
  const binary = (f: (a: number, b: number) => number) => (a: Lane, b: Lane) =>
    round(f(a as number, b as number));
  const zero = typeof yes === 'bigint' ? 0n : 0;
  const test = (f: (a: number, b: number) => boolean) => (a: Lane, b: Lane) =>
    f(a as number, b as number) ? yes : zero;
  return {
    unary: {
      abs: unary(Math.abs),
      neg: unary((a) => -a),
      ceil: unary(Math.ceil),
      floor: unary(Math.floor),
      trunc: unary(Math.trunc),
      nearest: unary(nearest),
      sqrt: unary(Math.sqrt),
    },
    binary: {
      eq: test((a, b) => a === b),
      ne: test((a, b) => a !== b),
      lt: test((a, b) => a < b),
      gt: test((a, b) => a > b),
      le: test((a, b) => a <= b),
      ge: test((a, b) => a >= b),
      add: binary((a, b) => a + b),
      sub: binary((a, b) => a - b),
      mul: binary((a, b) => a * b),
      div: binary((a, b) => a / b),
      min: binary(Math.min),
      max: binary(Math.max),
      pmin: binary((a, b) => (isBelow(b, a) ? b : a)),
      pmax: binary((a, b) => (isBelow(a, b) ? b : a)),
      copysign: binary((a, b) => (Object.is(Math.sign(b), -0) || b < 0 ? -Math.abs(a) : Math.abs(a))),
    },
  };
}

/** NaN gives 0, what is too large the largest. */
const saturate = (lowest: bigint, highest: bigint) => (value: Lane) => {
  const x = value as number;
  if (Number.isNaN(x)) return 0n;
  if (x <= Number(lowest)) return lowest;
  return x >= Number(highest) ? highest : BigInt(Math.trunc(x));
};
const toI32 = (a: Lane) => Number(saturate(-(2n ** 31n), 2n ** 31n - 1n)(a));
const toI32U = (a: Lane) => signed(32, saturate(0n, 2n ** 32n - 1n)(a));
const clampTo = (lowest: number, highest: number) => (a: Lane) =>
  Math.max(lowest, Math.min(highest, Number(a)));

function bitsOf(from: Float32ArrayConstructor | Float64ArrayConstructor, a: Lane): Lane {
  const view = new DataView(from.of(a as number).buffer);
  return from === Float32Array ? view.getInt32(0, true) : view.getBigInt64(0, true);
}

const withLane: Meaning = ([a, b], lane) => a!.map((x, index) => (index === lane ? b![0]! : x));
const takeLane: Meaning = ([a], lane) => [a![lane]!];
const takeLaneU =
  (bits: number): Meaning =>
  ([a], lane) => [Number(unsigned(bits, a![lane]!))];
const fill =
  (count: number): Meaning =>
  ([a]) =>
    new Array<Lane>(count).fill(a![0]!);
const half = (which: 'low' | 'high', f: Unary): Meaning => {
  return ([a]) =>
    a!
      .slice(which === 'low' ? 0 : a!.length / 2)
      .slice(0, a!.length / 2)
      .map(f);
};
const same: Unary = (a) => a;
const zeroExtended =
  (bits: number): Unary =>
  (a) =>
    Number(unsigned(bits, a));
const any: Meaning = ([a]) => [a!.some((x) => x !== 0 && x !== 0n) ? 1 : 0];
const all: Meaning = ([a]) => [a!.every((x) => x !== 0 && x !== 0n) ? 1 : 0];
const bitmask: Meaning = ([a]) => [
  a!.reduce<number>((mask, x, lane) => mask | (Number(x) < 0 ? 1 << lane : 0), 0),
];
const join =
  (f: Unary): Meaning =>
  ([a, b]) =>
    [...a!, ...b!].map(f);
const extensions = (bits: number) => ({
  extendLow: half('low', bits === 32 ? (a) => BigInt(a) : same),
  extendHigh: half('high', bits === 32 ? (a) => BigInt(a) : same),
  extendLowU: half('low', bits === 32 ? (a) => unsigned(32, a) : zeroExtended(bits)),
  extendHighU: half('high', bits === 32 ? (a) => unsigned(32, a) : zeroExtended(bits)),
});

function mapAll<F, G>(record: Record<string, F>, wrap: (f: F) => G): Record<string, G> {
  return Object.fromEntries(Object.entries(record).map(([name, f]) => [name, wrap(f)]));
}

function vectorIntegers(bits: number): Record<string, Meaning> {
  const { shl, shrS, shrU, ...rest } = integers(bits, -1);
  const lanes = {
    lane: takeLane,
    laneU: takeLaneU(bits),
    replaceLane: withLane,
    anyTrue: any,
    allTrue: all,
    bitmask,
  };
  return {
    ...mapAll(rest, zip),
    ...mapAll({ shl, shrS, shrU }, spread),
    ...mapAll(unaryIntegers(bits), map),
    ...lanes,
  };
}

function floatMeanings(round: (x: number) => number, yes: Lane): Record<string, Meaning> {
  const { unary, binary } = floats(round, yes);
  return { ...mapAll(unary, map), ...mapAll(binary, zip), lane: takeLane, replaceLane: withLane };
}

const identity = (x: number) => x;
const floatBits = (f: (a: bigint, b: bigint) => bigint): Meaning =>
  zip((a, b) => {
    const result = f(BigInt(bitsOf(Float32Array, a)), BigInt(b));
    return new Float32Array(Int32Array.of(Number(BigInt.asIntN(32, result))).buffer)[0]!;
  });

/** What every instruction means, in JavaScript's own arithmetic. */
export const meanings: Record<Kind, Record<string, Meaning>> = {
  i32: {
    ...mapAll(integers(32, 1), zip),
    ...mapAll(unaryIntegers(32), map),
    eqz: map((a) => (a === 0 ? 1 : 0)),
    extend8S: map((a) => (Number(a) << 24) >> 24),
    extend16S: map((a) => (Number(a) << 16) >> 16),
    toI64: map((a) => BigInt(a)),
    toI64U: map((a) => unsigned(32, a)),
    toF32: map((a) => Math.fround(Number(a))),
    toF32U: map((a) => Math.fround(Number(unsigned(32, a)))),
    toF64: map((a) => Number(a)),
    toF64U: map((a) => Number(unsigned(32, a))),
    bitsToF32: map((a) => new Float32Array(Int32Array.of(Number(a)).buffer)[0]!),
    splat: fill(4),
    splatI8x16: ([a]) => new Array<Lane>(16).fill(signed(8, a![0]!)),
    splatI16x8: ([a]) => new Array<Lane>(8).fill(signed(16, a![0]!)),
  },
  i64: {
    ...mapAll(integers(64, 1), zip),
    ...mapAll(unaryIntegers(64), map),
    eqz: map((a) => (a === 0n ? 1 : 0)),
    toI32: map((a) => signed(32, a)),
    toF32: map((a) => roundBigToFloat(a as bigint)),
    toF64: map((a) => Number(a)),
    toF64U: map((a) => Number(unsigned(64, a))),
    bitsToF64: map((a) => new Float64Array(BigInt64Array.of(a as bigint).buffer)[0]!),
    splat: fill(2),
  },
  f32: {
    ...floatMeanings(Math.fround, 1),
    toI32: map(toI32),
    toI32U: map(toI32U),
    toF64: map(same),
    bitsToI32: map((a) => bitsOf(Float32Array, a)),
    splat: fill(4),
  },
  f64: {
    ...floatMeanings(identity, 1),
    toI32: map(toI32),
    toI32U: map(toI32U),
    toI64: map(saturate(-(2n ** 63n), 2n ** 63n - 1n)),
    toF32: map((a) => Math.fround(a as number)),
    bitsToI64: map((a) => bitsOf(Float64Array, a)),
    splat: fill(2),
  },
  i8x16: {
    ...vectorIntegers(8),
    ...extensions(8),
    swizzle: ([a, b]) => b!.map((index) => a![Number(unsigned(8, index))] ?? 0),
  },
  i16x8: {
    ...vectorIntegers(16),
    ...extensions(16),
    narrow: join(clampTo(-128, 127)),
    narrowU: join((a) => signed(8, clampTo(0, 255)(a))),
    dot: ([a, b]) =>
      [0, 2, 4, 6].map((at) => signed(32, pairProduct(a!, b!, at) + pairProduct(a!, b!, at + 1))),
  },
  i32x4: {
    ...vectorIntegers(32),
    ...extensions(32),
    narrow: join(clampTo(-32768, 32767)),
    narrowU: join((a) => signed(16, clampTo(0, 65535)(a))),
    toF32x4: map((a) => Math.fround(Number(a))),
    toF32x4U: map((a) => Math.fround(Number(unsigned(32, a)))),
    lowToF64x2: half('low', same),
  },
  i64x2: vectorIntegers(64),
  f32x4: {
    ...floatMeanings(Math.fround, -1),
    and: floatBits((a, b) => a & b),
    andNot: floatBits((a, b) => a & ~b),
    or: floatBits((a, b) => a | b),
    xor: floatBits((a, b) => a ^ b),
    toI32x4: map(toI32),
    toI32x4U: map(toI32U),
    lowToF64x2: half('low', same),
  },
  f64x2: {
    ...floatMeanings(identity, -1n),
    toLowF32x4: ([a]) => [...a!.map((x) => Math.fround(x as number)), 0, 0],
    toLowI32x4: ([a]) => [...a!.map(toI32), 0, 0],
  },
};

function pairProduct(a: readonly Lane[], b: readonly Lane[], at: number): number {
  return Number(a[at]) * Number(b[at]);
}

/** From 64 bits to 24 in one rounding, ties to even; by way of a double it would be two. */
function roundBigToFloat(value: bigint): number {
  const size = value < 0n ? -value : value;
  const shift = BigInt(Math.max(0, size.toString(2).length - 24));
  const kept = size >> shift;
  const rest = size - (kept << shift);
  const middle = shift === 0n ? 0n : 1n << (shift - 1n);
  const up = shift > 0n && (rest > middle || (rest === middle && (kept & 1n) === 1n));
  return Number(((kept + (up ? 1n : 0n)) << shift) * (value < 0n ? -1n : 1n));
}
