import type { DividedUpBy, Minus } from './arithmetic.ts';
import type { IsUnion, Shape } from './shape.ts';

/** Numbers in lists of lists, as deep as the tensor has axes. */
export type Nested = number | boolean | readonly Nested[];

/** `[[1, 2], [3, 4]]` has the shape `[2, 2]`. */
export type NestedShape<Values> = [ShapeOfList<Values>] extends [infer S extends Shape]
  ? IsUnion<S> extends true
    ? 'tensor: nested lists must agree in length'
    : S
  : Shape;

type ShapeOfList<Values> = Values extends readonly [infer First, ...infer Rest]
  ? [Rest['length'] extends 0 ? 1 : Values['length'], ...ShapeOfList<First | Rest[number]>]
  : Values extends readonly []
    ? [0]
    : Values extends ArrayLike<infer Item>
      ? [number, ...ShapeOfList<Item>]
      : [];

/** `arange(end)` or `arange(start, end, step)`; `number` unless all are whole and not negative. */
export type Arange<
  First extends number,
  Second extends number | undefined = undefined,
  Step extends number = 1,
> = Second extends number ? Counted<DividedUpBy<Minus<Second, First>, Step>> : Counted<Minus<First, 0>>;

type Counted<Count extends number> = [Count] extends [never] ? [number] : [Count];
