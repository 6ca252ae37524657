import type { AxisArgument, AxisIndex, AxisIndices, NoSuchAxis } from './axis.ts';
import type { Shape } from './shape.ts';

/** Reductions and `argmax`: the named axes go, or stay with length 1. */
export type Reduce<
  Op extends string,
  S extends Shape,
  Axes extends AxisArgument,
  KeepDims extends boolean = false,
> = AxisIndices<Op, S, Axes> extends infer Indices ? Reduced<S, Indices, KeepDims> : never;

type Reduced<S extends Shape, Indices, KeepDims extends boolean> = [Indices] extends [never]
  ? S
  : [Indices] extends [string]
    ? Indices
    : [Indices] extends [number]
      ? boolean extends KeepDims
        ? Shape
        : number extends S['length']
          ? KeepDims extends true
            ? Shape
            : []
          : WithoutAxes<S, Indices, KeepDims extends true ? [1] : []>
      : Shape;

type WithoutAxes<
  S extends Shape,
  Indices extends number,
  InPlace extends Shape,
  Seen extends Shape = [],
  Left extends Shape = [],
> = S extends readonly [infer Length extends number, ...infer Rest extends Shape]
  ? WithoutAxes<
      Rest,
      Indices,
      InPlace,
      [...Seen, Length],
      Seen['length'] extends Indices ? [...Left, ...InPlace] : [...Left, Length]
    >
  : Left;

/** Ops that keep the shape and work along one axis: `softmax`, `cumsum`, `sort`, `roll`. */
export type Alongside<Op extends string, S extends Shape, Axis extends number> = [
  AxisIndex<S, Axis>,
] extends [never]
  ? NoSuchAxis<Op, S, Axis>
  : S;

/** Ops that keep the shape and take several axes: `flip`. */
export type AlongsideMany<Op extends string, S extends Shape, Axes extends AxisArgument> =
  AxisIndices<Op, S, Axes> extends infer Indices
    ? [Indices] extends [string]
      ? OnlyIfBroken<Indices, S>
      : S
    : never;

/** An empty list of axes is `never`, which extends everything. */
type OnlyIfBroken<Indices, S extends Shape> = [Indices] extends [never] ? S : Indices;
