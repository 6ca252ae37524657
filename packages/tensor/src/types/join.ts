import type { AtLeast, Minus, Plus } from './arithmetic.ts';
import type { NewAxis } from './axes.ts';
import type { AxisIndex, LengthAt, WithLength } from './axis.ts';
import type { HasNever, IsOne, Shape, Show } from './shape.ts';

interface HasShape {
  readonly shape: Shape;
}

/** The shapes of a list of tensors. */
export type ShapesOf<Tensors extends readonly HasShape[]> = { [I in keyof Tensors]: Tensors[I]['shape'] };

/** Joined end to end along one axis; all other lengths must agree. */
export type Concat<Shapes extends readonly Shape[], Axis extends number = 0> = Shapes extends readonly [
  infer First extends Shape,
  ...infer Rest extends readonly Shape[],
]
  ? number extends AxisIndex<First, Axis>
    ? Shape
    : Concatenated<First, Rest, AxisIndex<First, Axis>>
  : Shapes extends readonly []
    ? 'concat: at least one tensor is needed, got none'
    : WithLength<Shapes[number], Axis, number>;

type Concatenated<
  A extends Shape,
  Rest extends readonly Shape[],
  Index extends number,
> = Rest extends readonly [infer B extends Shape, ...infer More extends readonly Shape[]]
  ? number extends B['length']
    ? Shape
    : Beside<A, B, Index> extends infer Both extends Shape
      ? HasNever<Both> extends true
        ? `concat: sizes other than along axis ${Index} differ, ${Show<A>} and ${Show<B>}`
        : Concatenated<Both, More, Index>
      : never
  : A;

type Beside<A extends Shape, B extends Shape, Index extends number> = A['length'] extends B['length']
  ? {
      -readonly [Axis in keyof A]: Axis extends keyof B
        ? Axis extends `${Index}`
          ? Plus<A[Axis], B[Axis] & number>
          : A[Axis] & B[Axis]
        : never;
    }
  : [never];

/** Laid side by side along a new axis; all shapes must be the same. */
export type Stack<Shapes extends readonly Shape[], Axis extends number = 0> = Shapes extends readonly [
  infer First extends Shape,
  ...infer Rest extends readonly Shape[],
]
  ? Stacked<First, Rest, Shapes['length'], Axis>
  : Shapes extends readonly []
    ? 'stack: at least one tensor is needed, got none'
    : NewAxis<'stack', Shapes[number], Axis, number>;

type Stacked<
  A extends Shape,
  Rest extends readonly Shape[],
  Count extends number,
  Axis extends number,
> = Rest extends readonly [infer B extends Shape, ...infer More extends readonly Shape[]]
  ? number extends (A | B)['length']
    ? Shape
    : Beside<A, B, never> extends infer Both extends Shape
      ? HasNever<Both> extends true
        ? `stack: shapes differ, ${Show<A>} and ${Show<B>}`
        : Stacked<Both, More, Count, Axis>
      : never
  : NewAxis<'stack', A, Axis, Count>;

/** Parts of the sizes in a list, or of one size, with a smaller part at the end where it does not go up. */
export type Split<S extends Shape, Sizes extends number | readonly number[], Axis extends number = 0> = [
  AxisIndex<S, Axis>,
] extends [never]
  ? readonly Shape[]
  : Sizes extends readonly number[]
    ? SplitList<S, Sizes, Axis>
    : Sizes extends number
      ? SplitEven<S, LengthAt<S, Axis>, Sizes, Axis>
      : never;

type SplitList<
  S extends Shape,
  Sizes extends readonly number[],
  Axis extends number,
> = number extends Sizes['length']
  ? readonly WithLength<S, Axis, number>[]
  : [Total<Sizes> & LengthAt<S, Axis>] extends [never]
    ? `split: sizes must add up to ${LengthAt<S, Axis>}, got ${Show<Sizes>}`
    : { -readonly [Part in keyof Sizes]: WithLength<S, Axis, Sizes[Part]> };

type Total<Sizes extends readonly number[], SoFar extends number = 0> = Sizes extends readonly [
  infer First extends number,
  ...infer Rest extends readonly number[],
]
  ? Total<Rest, Plus<SoFar, First>>
  : SoFar;

/** Up to 32 parts are told apart. */
type SplitEven<
  S extends Shape,
  Left extends number,
  Size extends number,
  Axis extends number,
  Parts extends readonly Shape[] = [],
> =
  IsOne<Left> extends false
    ? readonly WithLength<S, Axis, number>[]
    : IsOne<Size> extends false
      ? readonly WithLength<S, Axis, number>[]
      : Size extends 0
        ? 'split: the size of a part must be at least 1, got 0'
        : Parts['length'] extends 32
          ? readonly WithLength<S, Axis, number>[]
          : AtLeast<Size, Left> extends true
            ? [...Parts, WithLength<S, Axis, Left>]
            : SplitEven<S, Minus<Left, Size>, Size, Axis, [...Parts, WithLength<S, Axis, Size>]>;
