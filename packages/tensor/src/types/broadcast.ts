import type { Shape, Show } from './shape.ts';

/** Two operands, NumPy's rule: shapes are aligned at the right; lengths agree, or one of them is 1. */
export type Binary<Op extends string, A extends Shape, B extends Shape> = [Broadcast<A, B>] extends [never]
  ? `${Op}: shapes do not broadcast, ${Show<A>} and ${Show<B>}`
  : Broadcast<A, B>;

/** The common shape of two operands, `never` where there is none. */
export type Broadcast<A extends Shape, B extends Shape> = [A] extends [B]
  ? [B] extends [A]
    ? A
    : FromTheRight<A, B>
  : B extends readonly []
    ? A
    : FromTheRight<A, B>;

type FromTheRight<A extends Shape, B extends Shape, Joined extends Shape = []> = A extends readonly []
  ? [...B, ...Joined]
  : B extends readonly []
    ? [...A, ...Joined]
    : A extends readonly [...infer LeadA extends Shape, infer LastA extends number]
      ? B extends readonly [...infer LeadB extends Shape, infer LastB extends number]
        ? [JoinedLength<LastA, LastB>] extends [never]
          ? never
          : FromTheRight<LeadA, LeadB, [JoinedLength<LastA, LastB>, ...Joined]>
        : Shape
      : Shape;

/** A length that is only known on one side is known: `number & 10` is 10. Two that differ have nothing in common. */
export type JoinedLength<A extends number, B extends number> = A extends 1 ? B : B extends 1 ? A : A & B;

/** `where(condition, a, b)`: all three broadcast. */
export type Where<Condition extends Shape, A extends Shape, B extends Shape> =
  Binary<'where', A, B> extends infer Both extends Shape
    ? Binary<'where', Condition, Both>
    : Binary<'where', A, B>;
