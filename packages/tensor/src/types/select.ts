import type { AtLeast } from './arithmetic.ts';
import type { AxisIndex, LengthAt, WithLength } from './axis.ts';
import type { HasNever, Shape, Show } from './shape.ts';

/** `gather(axis, index)`: one element for each element of `index`. */
export type Gather<
  Op extends string,
  S extends Shape,
  Axis extends number,
  Index extends Shape,
> = number extends (S | Index)['length']
  ? Index
  : [AxisIndex<S, Axis>] extends [never]
    ? Index
    : number extends AxisIndex<S, Axis>
      ? Index
      : [S['length'], Overhang<S, Index, AxisIndex<S, Axis>>] extends [Index['length'], false]
        ? Index
        : `${Op}: index ${Show<Index>} must fit ${Show<S>} beside axis ${AxisIndex<S, Axis>}`;

/** Whether `index` is known to reach beyond the tensor along another axis. */
type Overhang<S extends Shape, Index extends Shape, Along extends number> = true extends {
  [Axis in keyof S]: Axis extends `${Along}`
    ? false
    : IsBeyond<Axis extends keyof Index ? Index[Axis] : 0, S[Axis]>;
}[number]
  ? true
  : false;

type IsBeyond<Reach, Length extends number> = AtLeast<Length, Reach & number> extends false ? true : false;

/** `scatterAdd(axis, index, source)` keeps the shape; `source` is shaped as `index`. */
export type ScatterSource<Index extends Shape, Source extends Shape> = number extends (
  | Index
  | Source
)['length']
  ? Source
  : HasNever<{
        [Axis in keyof Index]: Axis extends keyof Source ? Index[Axis] & Source[Axis] : never;
      }> extends true
    ? `scatterAdd: index and source differ, ${Show<Index>} and ${Show<Source>}`
    : Source;

/** `indexSelect(axis, index)`: as many rows as `index` names. */
export type IndexSelect<
  S extends Shape,
  Axis extends number,
  Index extends Shape,
> = number extends Index['length']
  ? WithLength<S, Axis, number>
  : Index extends readonly [infer Count extends number]
    ? WithLength<S, Axis, Count>
    : `indexSelect: index must be 1-d, got ${Show<Index>}`;

/** The `K` largest or smallest along an axis. */
export type TopK<S extends Shape, K extends number, Axis extends number = -1> =
  AtLeast<LengthAt<S, Axis>, K> extends false
    ? `topK: k must be a whole number from 0 to ${LengthAt<S, Axis>}, got ${K}`
    : WithLength<S, Axis, K>;

/** One row of `Classes` for each label. */
export type OneHot<Labels extends Shape, Classes extends number> = number extends Labels['length']
  ? Shape
  : [...Labels, Classes];
