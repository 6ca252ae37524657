import type { Difference, Product, Quotient, Reverse, Sum, Trim } from './digits.ts';
import type { IsOne } from './shape.ts';

/**
 * Arithmetic on lengths. What is not one known whole number (`number`, a union, -1, 2.5) makes the result `number`;
 * a result below zero is `never`.
 */
export type Plus<A extends number, B extends number> =
  Known<A, B> extends [infer DigitsA extends string, infer DigitsB extends string]
    ? NumberOf<Sum<DigitsA, DigitsB>>
    : number;

export type Minus<A extends number, B extends number> =
  Known<A, B> extends [infer DigitsA extends string, infer DigitsB extends string]
    ? NumberOf<Difference<DigitsA, DigitsB>>
    : number;

export type Times<A extends number, B extends number> =
  Known<A, B> extends [infer DigitsA extends string, string] ? NumberOf<Product<DigitsA, `${B}`>> : number;

/** Rounded down; `never` for a division by zero. */
export type DividedBy<A extends number, B extends number> = B extends 0
  ? never
  : Known<A, B> extends [string, infer DigitsB extends string]
    ? NumberOf<Trim<Reverse<Quotient<`${A}`, DigitsB>>>>
    : number;

/** Rounded up. */
export type DividedUpBy<A extends number, B extends number> = DividedBy<Plus<A, Minus<B, 1>>, B>;

/** Whether a >= b; `boolean` where it is not known. */
export type AtLeast<A extends number, B extends number> = [Minus<A, B>] extends [never]
  ? false
  : number extends Minus<A, B>
    ? boolean
    : true;

export type Smaller<A extends number, B extends number> =
  number extends Minus<A, B> ? number : [Minus<A, B>] extends [never] ? A : B;

/** Both as digits, lowest first. */
type Known<A extends number, B extends number> =
  Digits<A> extends '' ? null : Digits<B> extends '' ? null : [Digits<A>, Digits<B>];

type Digits<N extends number> = IsOne<N> extends true ? Reverse<`${N}`> : '';

type NumberOf<Lowest extends string> = Reverse<Lowest> extends `${infer N extends number}` ? N : never;
