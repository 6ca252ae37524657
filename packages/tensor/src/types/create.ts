import type { DividedUpBy, Minus } from './arithmetic.ts';
import type { IsUnion, Shape } from './shape.ts';

/** Numbers in lists of lists, as deep as the tensor has axes. */
export type Nested = number | boolean | readonly Nested[];

/** `[[1, 2], [3, 4]]` has the shape `[2, 2]`. */
export type NestedShape<Values> = [ShapeOfList<Values>] extends [infer S extends Shape]
  ? IsUnion<S> extends true
    ? 'tensor: rows differ in size'
    : S
  : Shape;

type ShapeOfList<Values> = Values extends readonly [infer First, ...infer Rest]
  ? [Rest['length'] extends 0 ? 1 : Values['length'], ...ShapeOfList<First | Rest[number]>]
  : Values extends readonly []
    ? [0]
    : Values extends ArrayLike<infer Item>
      ? [number, ...ShapeOfList<Item>]
      : [];

/** How many numbers `arange` makes; `number` unless all three are whole and not negative. */
export type Arange<Start extends number, End extends number, Step extends number = 1> = [
  DividedUpBy<Minus<End, Start>, Step>,
] extends [never]
  ? [0]
  : [DividedUpBy<Minus<End, Start>, Step>];
