/** The length of each axis: a tuple where known, `[32, number]` with a dynamic batch, `Shape` where even the rank is open. */
export type Shape = readonly number[];

export type DType = 'float32' | 'int32' | 'bool';

/**
 * The shape rule of an op, such as `Matmul<A, B>`, comes to the output's shape, or to the sentence that says what does
 * not fit: word for word what the run time throws. So one rule answers both questions that a signature asks:
 *
 *     function matmul<A extends Shape, B extends Shape>(
 *       a: Tensor<A>,
 *       b: Fits<Tensor<B>, Matmul<A, B>>,
 *     ): Tensor<Out<Matmul<A, B>>>
 *
 * `Fits` is the argument's type where the rule holds, else the sentence, which is then what the compiler prints.
 *
 * In code that is generic in a shape the rule is still open, and the argument must be let through, or `x.mul(x.relu())`
 * would not compile there. The compiler does so if it can see that the condition cannot hold with anything at all in
 * place of the type parameters: a string made of anything is never the literal 'broken'. `NoInfer`: type parameters
 * are read from the argument, never from the rule.
 */
export type Fits<Argument, Rule> = `${Standing<Rule>}` extends 'broken' ? NoInfer<Rule> : Argument;

type Standing<Rule> = Rule extends string ? 'broken' : 'kept';

/** The shape a rule comes to. After an error it is open, so that one mistake gives one message. */
export type Out<Rule> = Rule extends Shape ? Rule : Shape;

/** A shape as messages print it: `[32, 784]`, with `?` for a length that is not known, `[...]` where the rank is not. */
export type Show<S extends Shape> = S extends readonly []
  ? '[]'
  : S extends readonly [infer Head extends number, ...infer Tail extends Shape]
    ? ShowTail<Tail, ShowLength<Head>>
    : S extends readonly [...Shape, infer Last extends number]
      ? `[..., ${ShowLength<Last>}]`
      : '[...]';

type ShowTail<S extends Shape, Shown extends string> = S extends readonly [
  infer Head extends number,
  ...infer Tail extends Shape,
]
  ? ShowTail<Tail, `${Shown}, ${ShowLength<Head>}`>
  : `[${Shown}]`;

type ShowLength<N extends number> = IsOne<N> extends true ? `${N}` : '?';

/** Whether a length is one literal: neither `number` nor a union such as `28 | 32`. */
export type IsOne<N extends number> = number extends N ? false : IsUnion<N> extends true ? false : true;

export type IsUnion<T, Whole = T> = T extends Whole ? ([Whole] extends [T] ? false : true) : never;

/** A tuple that may be written to, as every result type is. */
export type Mutable<S extends Shape> = { -readonly [Axis in keyof S]: S[Axis] };

/** Whether any axis came to nothing. */
export type HasNever<S extends Shape> = true extends {
  [Axis in keyof S]: [S[Axis]] extends [never] ? true : false;
}[number]
  ? true
  : false;
