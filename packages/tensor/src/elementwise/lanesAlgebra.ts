import { type F32x4, f32x4, type I32x4, i32x4 } from '@sonograd/wasm';
import type { Algebra } from './algebra.ts';
import { pow } from './powLanes.ts';

type Floats = F32x4 | number;
type Integers = I32x4 | number;

const floats = (value: Floats): F32x4 => (typeof value === 'number' ? f32x4(value) : value);
const integers = (value: Integers): I32x4 => (typeof value === 'number' ? i32x4(value) : value);

/** Formulas as SIMD code. An expression writes down what it uses twice only once, and loads only what it uses. */
export const lanesAlgebra: Algebra<F32x4> = {
  add: (a, b) => floats(a).add(b),
  sub: (a, b) => floats(a).sub(b),
  mul: (a, b) => floats(a).mul(b),
  div: (a, b) => floats(a).div(b),
  // With a number on the right, pmin and pmax keep a NaN of the left, and are one instruction instead of eight.
  min: (a, b) => (typeof b === 'number' ? floats(a).pmin(b) : floats(a).min(b)),
  max: (a, b) => (typeof b === 'number' ? floats(a).pmax(b) : floats(a).max(b)),
  neg: (a) => a.neg(),
  abs: (a) => a.abs(),
  sqrt: (a) => a.sqrt(),
  exp: (a) => a.exp(),
  log: (a) => a.log(),
  log1p,
  pow: (a, b) => pow.of({ base: a, exponent: b }),
  sin: (a) => a.sin(),
  cos: (a) => a.cos(),
  tanh: (a) => a.tanh(),
  sigmoid: (a) => a.sigmoid(),
  erf: (a) => a.erf(),
  floor: (a) => a.floor(),
  round: (a) => a.nearest(),
  sign: (a) => a.abs().gt(0).select(a.and(signBit).or(oneBits), a),
  step: (a) => f32x4(1).and(a.gt(0)),
  inside: (a, low, high) => f32x4(1).and(a.ge(low).and(a.le(high))),
};

const signBit = i32x4(0x80000000 | 0);
const oneBits = i32x4(0x3f800000);

/**
 * log(u) for u = 1 + x, and what rounding took from u: c/u, the first term of log(1 + c/u). Where u is 0 or
 * infinite the correction is NaN and left out.
 */
function log1p(x: F32x4): F32x4 {
  const u = x.add(1);
  const correction = x.sub(u.sub(1)).div(u);
  return u.log().add(correction.and(correction.eq(correction)));
}

/** The same for int32, for the formulas that make sense there. */
export const integerAlgebra: Algebra<I32x4> = {
  add: (a, b) => integers(a).add(b),
  sub: (a, b) => integers(a).sub(b),
  mul: (a, b) => integers(a).mul(b),
  div: noInteger('div'),
  min: (a, b) => integers(a).min(b),
  max: (a, b) => integers(a).max(b),
  neg: (a) => a.neg(),
  abs: (a) => a.abs(),
  sqrt: noInteger('sqrt'),
  exp: noInteger('exp'),
  log: noInteger('log'),
  log1p: noInteger('log1p'),
  pow: noInteger('pow'),
  sin: noInteger('sin'),
  cos: noInteger('cos'),
  tanh: noInteger('tanh'),
  sigmoid: noInteger('sigmoid'),
  erf: noInteger('erf'),
  floor: (a) => a,
  round: (a) => a,
  sign: (a) => a.gt(0).and(1).or(a.lt(0)),
  step: (a) => a.gt(0).and(1),
  inside: (a, low, high) => a.ge(low).and(a.le(high)).and(1),
};

function noInteger(name: string): () => never {
  return () => {
    throw new TypeError(`${name}: has no int32 form, a definition with it must not say 'integers: true'`);
  };
}
