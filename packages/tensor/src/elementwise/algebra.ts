import type { Tensor } from '../tensor.ts';
import type { DType } from '../types/shape.ts';

/**
 * The arithmetic that formulas are written in. A formula over an algebra runs on plain numbers (the
 * reference), on SIMD lanes (the kernel), and on tensors (a gradient that has a gradient itself).
 */
export interface Algebra<T> {
  add(a: T | number, b: T | number): T;
  sub(a: T | number, b: T | number): T;
  mul(a: T | number, b: T | number): T;
  div(a: T | number, b: T | number): T;
  min(a: T | number, b: T | number): T;
  max(a: T | number, b: T | number): T;
  neg(a: T): T;
  abs(a: T): T;
  sqrt(a: T): T;
  exp(a: T): T;
  log(a: T): T;
  /** log(1 + a), exact for small `a`. */
  log1p(a: T): T;
  pow(a: T, b: T | number): T;
  sin(a: T): T;
  cos(a: T): T;
  tanh(a: T): T;
  sigmoid(a: T): T;
  erf(a: T): T;
  floor(a: T): T;
  /** To the nearest whole number, halves to the even one. */
  round(a: T): T;
  /** -1, 0 or 1. */
  sign(a: T): T;
  /** 1 where `a` is above 0, else 0. */
  step(a: T): T;
  /** 1 where `low <= a <= high`, else 0. */
  inside(a: T, low: T | number, high: T | number): T;
}

export const numberAlgebra: Algebra<number> = {
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
  div: (a, b) => a / b,
  min: Math.min,
  max: Math.max,
  neg: (a) => -a,
  abs: Math.abs,
  sqrt: Math.sqrt,
  exp: Math.exp,
  log: Math.log,
  log1p: Math.log1p,
  // As C and PyTorch have it: 1 to any power is 1, even to NaN.
  pow: (a, b) => (a === 1 ? 1 : a ** b),
  sin: Math.sin,
  cos: Math.cos,
  tanh: Math.tanh,
  sigmoid: (a) => 1 / (1 + Math.exp(-a)),
  erf: erfOfNumber,
  floor: Math.floor,
  round: roundHalfToEven,
  sign: Math.sign,
  step: (a) => (a > 0 ? 1 : 0),
  inside: (a, low, high) => (a >= low && a <= high ? 1 : 0),
};

/** On whole numbers of 32 bits: a float64 would round the lowest of them away. */
const integerAlgebra: Algebra<number> = { ...numberAlgebra, mul: Math.imul };

export function numbersOf(dtype: DType): Algebra<number> {
  return dtype === 'int32' ? integerAlgebra : numberAlgebra;
}

/** Methods are looked up when a gradient runs, so that no op file needs to import another. */
export const tensorAlgebra: Algebra<Tensor> = {
  add: (a, b) => (typeof a === 'number' ? (b as Tensor).add(a) : a.add(b)),
  sub: (a, b) => (typeof a === 'number' ? (b as Tensor).neg().add(a) : a.sub(b)),
  mul: (a, b) => (typeof a === 'number' ? (b as Tensor).mul(a) : a.mul(b)),
  div: (a, b) => (typeof a === 'number' ? (b as Tensor).reciprocal().mul(a) : a.div(b)),
  min: (a, b) => (typeof a === 'number' ? (b as Tensor).minimum(a) : a.minimum(b)),
  max: (a, b) => (typeof a === 'number' ? (b as Tensor).maximum(a) : a.maximum(b)),
  neg: (a) => a.neg(),
  abs: (a) => a.abs(),
  sqrt: (a) => a.sqrt(),
  exp: (a) => a.exp(),
  log: (a) => a.log(),
  log1p: (a) => a.log1p(),
  pow: (a, b) => a.pow(b),
  sin: (a) => a.sin(),
  cos: (a) => a.cos(),
  tanh: (a) => a.tanh(),
  sigmoid: (a) => a.sigmoid(),
  erf: (a) => a.erf(),
  floor: (a) => a.floor(),
  round: (a) => a.round(),
  sign: (a) => a.sign(),
  step: (a) => a.step(),
  inside: (a, low, high) => a.inside(low as number, high as number),
};

function roundHalfToEven(a: number): number {
  const nearest = Math.round(a);
  return nearest - a === 0.5 && nearest % 2 !== 0 ? nearest - 1 : nearest;
}

/** Maclaurin series near 0, continued fraction beyond: slow and exact to double precision, for the oracle. */
export function erfOfNumber(x: number): number {
  const magnitude = Math.abs(x);
  if (Number.isNaN(x)) return x;
  if (magnitude > 6) return Math.sign(x);
  return Math.sign(x) * (magnitude < 2.5 ? erfSeries(magnitude) : 1 - erfcFraction(magnitude));
}

function erfSeries(x: number): number {
  let term = x;
  let sum = x;
  for (let n = 1; Math.abs(term) > 1e-17 * sum; n++) {
    term *= (-x * x) / n;
    sum += term / (2 * n + 1);
    if (term === 0) break;
  }
  return (2 / Math.sqrt(Math.PI)) * sum;
}

function erfcFraction(x: number): number {
  let fraction = 0;
  for (let n = 60; n > 0; n--) fraction = n / 2 / (x + fraction);
  return Math.exp(-x * x) / (Math.sqrt(Math.PI) * (x + fraction));
}
