import type { AtLeast, DividedBy, Plus, Times } from './arithmetic.ts';
import type { AnyLengths, AxisIndex, AxisIndices, Before, From, LengthAt, NoSuchAxis } from './axis.ts';
import type { Mutable, Shape, Show } from './shape.ts';

/** Two axes change places. */
export type Transpose<S extends Shape, First extends number, Second extends number> = [
  AxisIndex<S, First>,
] extends [never]
  ? NoSuchAxis<'transpose', S, First>
  : [AxisIndex<S, Second>] extends [never]
    ? NoSuchAxis<'transpose', S, Second>
    : Swapped<S, AxisIndex<S, First>, AxisIndex<S, Second>>;

type Swapped<S extends Shape, First extends number, Second extends number> = number extends S['length']
  ? Shape
  : number extends First | Second
    ? AnyLengths<S>
    : {
        -readonly [Axis in keyof S]: Axis extends `${First}`
          ? S[Second]
          : Axis extends `${Second}`
            ? S[First]
            : S[Axis];
      };

/** Axis `i` of the result is axis `Order[i]` of the input. */
export type Permute<S extends Shape, Order extends Shape> =
  AxisIndices<'permute', S, Order> extends infer Found
    ? [Found] extends [`permute: axis ${string}`]
      ? Found
      : number extends S['length']
        ? Shape
        : number extends Order['length']
          ? AnyLengths<S>
          : [Found, Order['length']] extends [number | null, S['length']]
            ? { -readonly [Axis in keyof Order]: LengthAt<S, Order[Axis]> }
            : `permute: every axis must be named once, got ${Show<Order>} for ${Show<S>}`
    : never;

/** How many elements a shape holds. */
export type SizeOf<S extends Shape, SoFar extends number = 1> = S extends readonly [
  infer Length extends number,
  ...infer Rest extends Shape,
]
  ? SizeOf<Rest, Times<SoFar, Length>>
  : S extends readonly []
    ? SoFar
    : number;

/** The same elements in another shape; one length may be -1 and follows from the others. */
export type Reshape<S extends Shape, To extends Shape> = number extends To['length']
  ? Shape
  : Reshaped<S, To, OpenAxes<To>>;

/** The lengths that are not -1, and a 1 for each that is. */
type OpenAxes<To extends Shape, Known extends Shape = [], Open extends Shape = []> = To extends readonly [
  infer Length extends number,
  ...infer Rest extends Shape,
]
  ? Length extends -1
    ? OpenAxes<Rest, Known, [...Open, 1]>
    : OpenAxes<Rest, [...Known, Length], Open>
  : { known: Known; open: Open };

type Reshaped<
  S extends Shape,
  To extends Shape,
  Axes extends { known: Shape; open: Shape },
> = Axes['open'] extends []
  ? SameSize<S, To, SizeOf<S> & SizeOf<To>, Mutable<To>>
  : Axes['open'] extends [1]
    ? Filled<S, To, SizeOf<Axes['known']>, DividedBy<SizeOf<S>, SizeOf<Axes['known']>>>
    : `reshape: only one size may be -1, got ${Show<To>}`;

type Filled<S extends Shape, To extends Shape, Known extends number, Missing extends number> = SameSize<
  S,
  To,
  SizeOf<S> & Times<Known, Missing>,
  { -readonly [Axis in keyof To]: To[Axis] extends -1 ? Missing : To[Axis] }
>;

type SameSize<S extends Shape, To extends Shape, Size extends number, Result> = [Size] extends [never]
  ? `reshape: element counts differ, ${Show<S>} to ${Show<To>}`
  : Result;

/** The axes from `First` to `Last`, both included, become one. */
export type Flatten<
  S extends Shape,
  First extends number = 0,
  Last extends number = -1,
> = S extends readonly []
  ? [1]
  : [AxisIndex<S, First>] extends [never]
    ? NoSuchAxis<'flatten', S, First>
    : [AxisIndex<S, Last>] extends [never]
      ? NoSuchAxis<'flatten', S, Last>
      : Flattened<S, First, Last, AxisIndex<S, First>, AxisIndex<S, Last>>;

type Flattened<
  S extends Shape,
  First extends number,
  Last extends number,
  FirstIndex extends number,
  LastIndex extends number,
> = number extends FirstIndex | LastIndex
  ? Shape
  : AtLeast<LastIndex, FirstIndex> extends false
    ? `flatten: startAxis must not lie behind endAxis, got ${First} and ${Last}`
    : [
        ...Before<S, FirstIndex>,
        SizeOf<From<Before<S, Plus<LastIndex, 1>>, FirstIndex>>,
        ...From<S, Plus<LastIndex, 1>>,
      ];
