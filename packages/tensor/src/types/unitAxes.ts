import type { AnyLengths, AxisIndex, Before, From, LengthAt, NoSuchAxis } from './axis.ts';
import type { Reduce } from './reduce.ts';
import type { Shape, Show } from './shape.ts';

/** Drops one axis of length 1, or all of them. */
export type Squeeze<S extends Shape, Axis extends number | undefined = undefined> = Axis extends number
  ? [AxisIndex<S, Axis>] extends [never]
    ? NoSuchAxis<'squeeze', S, Axis>
    : Squeezed<S, Axis>
  : number extends S['length']
    ? Shape
    : number extends S[number]
      ? Shape
      : WithoutOnes<S>;

type Squeezed<S extends Shape, Axis extends number> =
  LengthAt<S, Axis> extends 1
    ? Reduce<'squeeze', S, Axis>
    : number extends LengthAt<S, Axis>
      ? Reduce<'squeeze', S, Axis>
      : `squeeze: axis ${Axis} must have size 1, got ${Show<S>}`;

type WithoutOnes<S extends Shape, Left extends Shape = []> = S extends readonly [
  infer Length extends number,
  ...infer Rest extends Shape,
]
  ? WithoutOnes<Rest, Length extends 1 ? Left : [...Left, Length]>
  : Left;

/** A new axis of length 1 at `Axis` of the result. */
export type Unsqueeze<S extends Shape, Axis extends number> = NewAxis<'unsqueeze', S, Axis, 1>;

export type NewAxis<Op extends string, S extends Shape, Axis extends number, Length extends number> = [
  AxisIndex<[...S, 1], Axis>,
] extends [never]
  ? NoSuchAxis<Op, [...S, 1], Axis>
  : number extends S['length']
    ? Shape
    : Inserted<S, AxisIndex<[...S, 1], Axis>, Length>;

type Inserted<S extends Shape, Index extends number, Length extends number> = number extends Index
  ? AnyLengths<[...S, 1]>
  : [...Before<S, Index>, Length, ...From<S, Index>];

/** Axes of length 1 repeat, new ones may come in front; -1 keeps a length. */
export type Expand<S extends Shape, To extends Shape> = number extends (S | To)['length']
  ? Shape
  : [Expanded<S, To>] extends [never]
    ? `expand: cannot repeat ${Show<S>} to ${Show<To>}`
    : Expanded<S, To>;

type Expanded<S extends Shape, To extends Shape, Done extends Shape = []> = S extends readonly [
  ...infer LeadS extends Shape,
  infer LastS extends number,
]
  ? To extends readonly [...infer LeadTo extends Shape, infer LastTo extends number]
    ? [Repeated<LastS, LastTo>] extends [never]
      ? never
      : Expanded<LeadS, LeadTo, [Repeated<LastS, LastTo>, ...Done]>
    : never
  : -1 extends To[number]
    ? never
    : [...To, ...Done];

/** `number` may turn out to be 1, so it repeats to anything. */
type Repeated<From extends number, To extends number> = To extends -1
  ? From
  : From extends 1
    ? To
    : number extends From
      ? To
      : From & To;
