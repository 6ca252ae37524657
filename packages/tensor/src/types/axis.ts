import type { Minus } from './arithmetic.ts';
import type { IsOne, Shape } from './shape.ts';

/** What reductions take: one axis, several, or none for all of them. */
export type AxisArgument = number | readonly number[] | undefined;

/** Where an axis stands, counted from the front; `number` where that is not known, `never` where there is no such axis. */
export type AxisIndex<S extends Shape, Axis extends number> = number extends S['length']
  ? number
  : IsOne<Axis> extends false
    ? number
    : `${Axis}` extends `-${infer Back extends number}`
      ? Minus<S['length'], Back>
      : `${Axis}` extends keyof S
        ? Axis
        : never;

export type NoSuchAxis<Op extends string, S extends Shape, Axis extends number> = S extends readonly []
  ? `${Op}: a 0-d tensor has no axes, got ${Axis}`
  : `${Op}: axis must be from -${S['length']} to ${Minus<S['length'], 1>}, got ${Axis}`;

/** The length along an axis; `number` where the axis is not known. */
export type LengthAt<S extends Shape, Axis extends number> =
  number extends AxisIndex<S, Axis> ? number : S[AxisIndex<S, Axis>];

/** The shape with another length along one axis. */
export type WithLength<S extends Shape, Axis extends number, N extends number> = number extends S['length']
  ? Shape
  : number extends AxisIndex<S, Axis>
    ? AnyLengths<S>
    : ReplaceAt<S, AxisIndex<S, Axis>, N>;

/** The rank stays known, the lengths do not. */
export type AnyLengths<S extends Shape> = { -readonly [Axis in keyof S]: number };

type ReplaceAt<S extends Shape, Index extends number, N extends number> = {
  -readonly [Axis in keyof S]: Axis extends `${Index}` ? N : S[Axis];
};

/** The axes in front of one. */
export type Before<
  S extends Shape,
  Index extends number,
  Taken extends Shape = [],
> = Taken['length'] extends Index
  ? Taken
  : S extends readonly [infer First extends number, ...infer Rest extends Shape]
    ? Before<Rest, Index, [...Taken, First]>
    : Taken;

/** One axis and those behind it. */
export type From<
  S extends Shape,
  Index extends number,
  Passed extends Shape = [],
> = Passed['length'] extends Index
  ? S
  : S extends readonly [infer First extends number, ...infer Rest extends Shape]
    ? From<Rest, Index, [...Passed, First]>
    : [];

/** Every axis that is named, as a union of indices; `number` for all, `null` where unknown, a sentence where wrong. */
export type AxisIndices<Op extends string, S extends Shape, Axes extends AxisArgument> = [Axes] extends [
  undefined,
]
  ? number
  : [Axes] extends [number]
    ? AxisIndicesOfList<Op, S, [Axes]>
    : [Axes] extends [Shape]
      ? AxisIndicesOfList<Op, S, Axes>
      : null;

type AxisIndicesOfList<
  Op extends string,
  S extends Shape,
  All extends Shape,
  Left extends Shape = All,
  Found extends number = never,
> = Left extends readonly [infer Axis extends number, ...infer Rest extends Shape]
  ? [AxisIndex<S, Axis>] extends [never]
    ? NoSuchAxis<Op, S, Axis>
    : number extends AxisIndex<S, Axis>
      ? null
      : AxisIndex<S, Axis> extends Found
        ? `${Op}: each axis may be named once, got ${ShowAxes<All>}`
        : AxisIndicesOfList<Op, S, All, Rest, Found | AxisIndex<S, Axis>>
  : Left extends readonly []
    ? Found
    : null;

type ShowAxes<Axes extends Shape, Shown extends string = ''> = Axes extends readonly [
  infer First extends number,
  ...infer Rest extends Shape,
]
  ? ShowAxes<Rest, Shown extends '' ? `${First}` : `${Shown}, ${First}`>
  : `[${Shown}]`;
