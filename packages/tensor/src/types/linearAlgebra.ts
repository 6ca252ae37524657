import type { Smaller } from './arithmetic.ts';
import type { Shape, Show } from './shape.ts';

/** Ops on one matrix. */
export type Matrix<Op extends string, S extends Shape> = number extends S['length']
  ? Shape
  : S extends readonly [number, number]
    ? S
    : `${Op}: x must be a matrix, got ${Show<S>}`;

type Rows<S extends Shape> = S extends readonly [infer Count extends number, number] ? Count : number;
type Columns<S extends Shape> = S extends readonly [number, infer Count extends number] ? Count : number;

/** x = u diag(s) vᵀ, with as many singular values as the shorter side. */
export interface Svd<S extends Shape> {
  u: [Rows<S>, Smaller<Rows<S>, Columns<S>>];
  s: [Smaller<Rows<S>, Columns<S>>];
  v: [Columns<S>, Smaller<Rows<S>, Columns<S>>];
}

/** x = q r. */
export interface Qr<S extends Shape> {
  q: [Rows<S>, Smaller<Rows<S>, Columns<S>>];
  r: [Smaller<Rows<S>, Columns<S>>, Columns<S>];
}

/** The x in a x = b: shaped as b. */
export type Solve<A extends Shape, B extends Shape> = number extends (A | B)['length']
  ? B
  : A extends readonly [infer Count extends number, infer Unknowns extends number]
    ? [Count & Unknowns & B[0]] extends [never]
      ? `solve: a must be square, with as many rows as b, ${Show<A>} x ${Show<B>}`
      : B
    : `solve: a must be square, with as many rows as b, ${Show<A>} x ${Show<B>}`;
