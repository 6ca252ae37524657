import type { Fits, Out, Shape, Show } from './shape.ts';

/**
 * What a layer does to shapes, as a type that can be handed around: a function from `input` to `output`, where
 * `output` is a shape or the sentence that says what does not fit.
 *
 *     interface LinearShape<In extends number, Out extends number> extends ShapeFunction {
 *       readonly output: LinearOutput<InputOf<this>, In, Out>;
 *     }
 */
export interface ShapeFunction {
  readonly input: unknown;
  readonly output: unknown;
}

/** The input inside a `ShapeFunction`; every shape while nothing is applied. */
export type InputOf<F extends ShapeFunction> = F['input'] extends Shape ? F['input'] : Shape;

export type Apply<F extends ShapeFunction, S extends Shape> = (F & { readonly input: S })['output'];

/** Layers that leave the shape alone. */
export interface SameShape extends ShapeFunction {
  readonly output: InputOf<this>;
}

/** Layers of which nothing is known. */
export interface AnyShape extends ShapeFunction {
  readonly output: Shape;
}

/** The part of a layer that types look at; it does not exist at run time. */
export interface ShapeLayer<F extends ShapeFunction = ShapeFunction> {
  readonly shapes: F;
}

/** The output of layers in a row, or the sentence of the first that does not fit, with its position. */
export type Chain<
  Layers extends readonly ShapeLayer[],
  S extends Shape,
  Done extends readonly unknown[] = [],
> = Layers extends readonly [infer First extends ShapeLayer, ...infer Rest extends readonly ShapeLayer[]]
  ? Apply<First['shapes'], S> extends infer Rule
    ? Rule extends string
      ? `Sequential: layer ${Done['length']}: ${Rule}`
      : Chain<Rest, Out<Rule>, [...Done, First]>
    : never
  : Layers extends readonly []
    ? S
    : Shape;

export interface ChainShape<Layers extends readonly ShapeLayer[]> extends ShapeFunction {
  readonly output: Chain<Layers, InputOf<this>>;
}

/** Each layer of a chain as an argument: the first that cannot follow the one before it gets the sentence. */
export type FitChain<Layers extends readonly ShapeLayer[]> =
  Chain<Layers, Shape> extends infer Rule
    ? {
        [I in keyof Layers]: Rule extends `Sequential: layer ${I & string}: ${string}`
          ? Fits<Layers[I], Rule>
          : Layers[I];
      }
    : never;

/** `Linear(In, Out)` on the last axis. Where nothing else is known, the last axis still is: `[...number[], Out]`. */
export type LinearOutput<S extends Shape, In extends number, OutSize extends number> = S extends readonly [
  ...infer Lead extends Shape,
  infer Last extends number,
]
  ? [Last & In] extends [never]
    ? `Linear: last size must be ${In}, got ${Show<S>}`
    : [...Lead, OutSize]
  : S extends readonly []
    ? `Linear: last size must be ${In}, got []`
    : [...number[], OutSize];
