import type { AtLeast, Minus, Plus } from './arithmetic.ts';
import type { AxisIndex, LengthAt, WithLength } from './axis.ts';
import type { HasNever, IsOne, Shape, Show } from './shape.ts';
import type { NewAxis } from './unitAxes.ts';

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
  ? Joined<'concat', First, Rest, AxisIndex<First, Axis>>
  : Shapes extends readonly []
    ? 'concat: at least one tensor is needed, got none'
    : WithLength<Shapes[number], Axis, number>;

/** Laid side by side along a new axis; all shapes must be the same. */
export type Stack<Shapes extends readonly Shape[], Axis extends number = 0> = Shapes extends readonly [
  infer First extends Shape,
  ...infer Rest extends readonly Shape[],
]
  ? Joined<'stack', First, Rest, -1> extends infer Common
    ? Common extends Shape
      ? NewAxis<'stack', Common, Axis, Shapes['length']>
      : Common
    : never
  : Shapes extends readonly []
    ? 'stack: at least one tensor is needed, got none'
    : NewAxis<'stack', Shapes[number], Axis, number>;

/** Lengths along `Index` add up, the others must be the same; -1 is no axis. An unknown or wrong axis leaves all open. */
type Joined<
  Op extends 'concat' | 'stack',
  First extends Shape,
  Rest extends readonly Shape[],
  Index extends number,
  SoFar extends Shape = First,
> = [Index] extends [never]
  ? Shape
  : number extends Index
    ? Shape
    : Rest extends readonly [infer Next extends Shape, ...infer More extends readonly Shape[]]
      ? number extends (SoFar | Next)['length']
        ? Shape
        : SideBySide<SoFar, Next, Index> extends infer Both extends Shape
          ? HasNever<Both> extends true
            ? Differ<Op, First, Next, Index>
            : Joined<Op, First, More, Index, Both>
          : never
      : SoFar;

type SideBySide<A extends Shape, B extends Shape, Index extends number> = A['length'] extends B['length']
  ? {
      -readonly [Axis in keyof A]: Axis extends keyof B
        ? Axis extends `${Index}`
          ? Plus<A[Axis], B[Axis] & number>
          : A[Axis] & B[Axis]
        : never;
    }
  : [never];

type Differ<
  Op extends 'concat' | 'stack',
  A extends Shape,
  B extends Shape,
  Index extends number,
> = Op extends 'stack'
  ? `stack: shapes differ, ${Show<A>} and ${Show<B>}`
  : `concat: sizes other than along axis ${Index} differ, ${Show<A>} and ${Show<B>}`;

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
