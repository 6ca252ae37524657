import type { AtLeast, DividedUpBy, Minus, Plus, Smaller } from './arithmetic.ts';
import type { AxisIndex, LengthAt, NoSuchAxis, WithLength } from './axis.ts';
import type { Shape, Show } from './shape.ts';

/** Elements `Start`, `Start + Step`, … before `End` along one axis; negative positions count from the end. */
export type Slice<
  S extends Shape,
  Axis extends number,
  Start extends number,
  End extends number | undefined = undefined,
  Step extends number = 1,
> = [AxisIndex<S, Axis>] extends [never]
  ? NoSuchAxis<'slice', S, Axis>
  : WithLength<S, Axis, Sliced<LengthAt<S, Axis>, Start, End, Step>>;

type Sliced<
  N extends number,
  Start extends number,
  End extends number | undefined,
  Step extends number,
> = Stepped<Position<N, Start>, End extends number ? Position<N, End> : N, Step>;

type Stepped<Start extends number, End extends number, Step extends number> =
  AtLeast<Start, End> extends true ? 0 : DividedUpBy<Minus<End, Start>, Step>;

/** A position held between 0 and the length; `number` where the length decides. */
type Position<N extends number, At extends number> = At extends 0
  ? 0
  : `${At}` extends `-${infer Back extends number}`
    ? AtLeast<N, Back> extends false
      ? 0
      : Minus<N, Back>
    : Smaller<N, At>;

/** How many elements to add before and after, for each axis. */
export type PadWidths = readonly (readonly [before: number, after: number])[];

export type Pad<S extends Shape, Widths extends PadWidths> = number extends S['length']
  ? Shape
  : number extends Widths['length']
    ? { -readonly [Axis in keyof S]: number }
    : Widths['length'] extends S['length']
      ? Padded<S, Widths>
      : `pad: widths must be [before, after] of at least 0 for each axis, got ${ShowWidths<Widths>} for ${Show<S>}`;

type Padded<S extends Shape, Widths extends PadWidths, Done extends Shape = []> = S extends readonly [
  infer Length extends number,
  ...infer Rest extends Shape,
]
  ? Widths extends readonly [infer Width extends PadWidths[number], ...infer More extends PadWidths]
    ? Padded<Rest, More, [...Done, Plus<Plus<Width[0], Length>, Width[1]>]>
    : never
  : Done;

type ShowWidths<Widths extends PadWidths, Shown extends string = ''> = Widths extends readonly [
  infer Width extends PadWidths[number],
  ...infer More extends PadWidths,
]
  ? ShowWidths<More, `${Shown extends '' ? '' : `${Shown},`}[${Width[0]},${Width[1]}]`>
  : `[${Shown}]`;
