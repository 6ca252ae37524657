import type { Plus } from './arithmetic.ts';
import type { AxisIndex, WithLength } from './axis.ts';
import type { HasNever, Shape, Show } from './shape.ts';
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
