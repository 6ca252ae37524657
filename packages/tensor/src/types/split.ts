import type { AtLeast, Minus, Plus } from './arithmetic.ts';
import type { AxisIndex, LengthAt, WithLength } from './axis.ts';
import type { IsOne, Shape, Show } from './shape.ts';

/** The parts' shapes: of the sizes in a list, or all of one size with a smaller part at the end. */
export type Split<S extends Shape, Sizes extends number | readonly number[], Axis extends number = 0> = [
  AxisIndex<S, Axis>,
] extends [never]
  ? Shape[]
  : Sizes extends readonly number[]
    ? Listed<S, Sizes, Axis>
    : Sizes extends number
      ? Even<S, Sizes, Axis>
      : never;

type Listed<
  S extends Shape,
  Sizes extends readonly number[],
  Axis extends number,
> = number extends Sizes['length']
  ? WithLength<S, Axis, number>[]
  : [Total<Sizes> & LengthAt<S, Axis>] extends [never]
    ? `split: sizes must add up to ${LengthAt<S, Axis>}, got ${Show<Sizes>} for ${Show<S>}`
    : { -readonly [Part in keyof Sizes]: WithLength<S, Axis, Sizes[Part]> };

type Total<Sizes extends readonly number[], SoFar extends number = 0> = Sizes extends readonly [
  infer First extends number,
  ...infer Rest extends readonly number[],
]
  ? Total<Rest, Plus<SoFar, First>>
  : SoFar;

type Even<S extends Shape, Size extends number, Axis extends number> = Size extends 0
  ? 'split: the size must be a whole number from 1, got 0'
  : [IsOne<LengthAt<S, Axis>>, IsOne<Size>] extends [true, true]
    ? CutOff<S, LengthAt<S, Axis>, Size, Axis>
    : WithLength<S, Axis, number>[];

/** One part after the other; from the 33rd on they are no longer told apart. */
type CutOff<
  S extends Shape,
  Left extends number,
  Size extends number,
  Axis extends number,
  Parts extends readonly Shape[] = [],
> = Parts['length'] extends 32
  ? WithLength<S, Axis, number>[]
  : AtLeast<Size, Left> extends true
    ? [...Parts, WithLength<S, Axis, Left>]
    : CutOff<S, Minus<Left, Size>, Size, Axis, [...Parts, WithLength<S, Axis, Size>]>;
