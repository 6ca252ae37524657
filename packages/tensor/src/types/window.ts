import type { DividedBy, Minus, Plus, Times } from './arithmetic.ts';
import type { AnyLengths, From } from './axis.ts';
import type { HasNever, Shape, Show } from './shape.ts';

/** One number for all spatial axes, or one for each. */
export type PerAxis = number | readonly number[];

export interface WindowOptions {
  readonly stride?: PerAxis;
  readonly padding?: PerAxis;
  readonly dilation?: PerAxis;
  readonly outputPadding?: PerAxis;
  readonly groups?: number;
}

/** An option as it was written, or what holds without it. */
type Option<Options, Name extends string, Otherwise> = Options extends {
  readonly [Key in Name]: infer Value extends PerAxis;
}
  ? Value
  : Otherwise;

/** What holds along one axis. */
type At<Value, Axis> = Value extends number
  ? Value
  : Axis extends keyof Value
    ? Value[Axis] & number
    : number;

/** How far a window reaches: dilation * (kernel - 1) + 1. */
type Reach<Kernel extends number, Dilation extends number> = Dilation extends 1
  ? Kernel
  : Plus<Times<Dilation, Minus<Kernel, 1>>, 1>;

/** floor((n + 2 padding - reach) / stride) + 1; `never` where the window does not fit. */
export type WindowCount<
  N extends number,
  Kernel extends number,
  Stride extends number = 1,
  Padding extends number = 0,
  Dilation extends number = 1,
> = [Minus<Plus<N, Plus<Padding, Padding>>, Reach<Kernel, Dilation>>] extends [never]
  ? never
  : Plus<DividedBy<Minus<Plus<N, Plus<Padding, Padding>>, Reach<Kernel, Dilation>>, Stride>, 1>;

/** (n - 1) stride - 2 padding + reach + output padding. */
export type TransposedCount<
  N extends number,
  Kernel extends number,
  Stride extends number = 1,
  Padding extends number = 0,
  Dilation extends number = 1,
  OutputPadding extends number = 0,
> = Minus<
  Plus<Plus<Times<Minus<N, 1>, Stride>, Reach<Kernel, Dilation>>, OutputPadding>,
  Plus<Padding, Padding>
>;

/**
 * Signals [batch, channels, …spatial] with filters [outputs, channels / groups, …kernel].
 *
 *     function conv2d<X extends Shape, W extends Shape, const Options extends WindowOptions = Record<never, never>>(
 *       x: Tensor<X>,
 *       weight: Fits<Tensor<W>, Conv<'conv2d', X, W, Options>>,
 *       options?: Options,
 *     ): Tensor<Out<Conv<'conv2d', X, W, Options>>>
 */
export type Conv<
  Op extends string,
  X extends Shape,
  W extends Shape,
  Options = unknown,
> = number extends W['length'] ? Shape : Convolved<Op, OfRank<X, W>, W, Options>;

type Convolved<Op extends string, X extends Shape, W extends Shape, Options> = Filtered<
  Op,
  X,
  W,
  X[1] & Times<W[1], Groups<Options>>,
  [X[0], W[0], ...Windows<From<X, 2>, From<W, 2>, Options>]
>;

/** The reverse of `Conv`: filters are [channels, outputs / groups, …kernel]. */
export type ConvTransposed<
  Op extends string,
  X extends Shape,
  W extends Shape,
  Options = unknown,
> = number extends W['length'] ? Shape : Deconvolved<Op, OfRank<X, W>, W, Options>;

type Deconvolved<Op extends string, X extends Shape, W extends Shape, Options> = Filtered<
  Op,
  X,
  W,
  X[1] & W[0],
  [X[0], Times<W[1], Groups<Options>>, ...TransposedWindows<From<X, 2>, From<W, 2>, Options>]
>;

/** A signal of which nothing is known still has as many axes as the filters. */
type OfRank<X extends Shape, W extends Shape> = number extends X['length'] ? AnyLengths<W> : X;

type Groups<Options> = Options extends { readonly groups: infer Count extends number } ? Count : 1;

type Filtered<
  Op extends string,
  X extends Shape,
  W extends Shape,
  Channels extends number,
  Result extends Shape,
> = X['length'] extends W['length']
  ? [Channels] extends [never]
    ? `${Op}: channels differ, ${Show<X>} x ${Show<W>}`
    : HasNever<Result> extends true
      ? `${Op}: the kernel does not fit into the padded input, ${Show<X>} x ${Show<W>}`
      : Result
  : `${Op}: ranks differ, ${Show<X>} x ${Show<W>}`;

/** Pooling of [batch, channels, …spatial]; windows stand side by side unless a stride is given. */
export type Pool<
  Op extends string,
  X extends Shape,
  Kernel extends PerAxis,
  Options = unknown,
> = X extends readonly [
  infer Batch extends number,
  infer Channels extends number,
  ...infer Spatial extends Shape,
]
  ? Windows<Spatial, Kernel, Options, Kernel> extends infer Pooled extends Shape
    ? HasNever<Pooled> extends true
      ? `${Op}: the window does not fit into the padded input, ${Show<X>}`
      : [Batch, Channels, ...Pooled]
    : never
  : Shape;

type Windows<Spatial extends Shape, Kernel extends PerAxis, Options, Stride extends PerAxis = 1> = {
  -readonly [Axis in keyof Spatial]: WindowCount<
    Spatial[Axis],
    At<Kernel, Axis>,
    At<Option<Options, 'stride', Stride>, Axis>,
    At<Option<Options, 'padding', 0>, Axis>,
    At<Option<Options, 'dilation', 1>, Axis>
  >;
};

type TransposedWindows<Spatial extends Shape, Kernel extends PerAxis, Options> = {
  -readonly [Axis in keyof Spatial]: TransposedCount<
    Spatial[Axis],
    At<Kernel, Axis>,
    At<Option<Options, 'stride', 1>, Axis>,
    At<Option<Options, 'padding', 0>, Axis>,
    At<Option<Options, 'dilation', 1>, Axis>,
    At<Option<Options, 'outputPadding', 0>, Axis>
  >;
};
