import type { DividedUpBy, Minus } from './arithmetic.ts';
import type { DType, IsUnion, Shape } from './shape.ts';

/** Numbers in lists of lists, as deep as the tensor has axes. */
export type Nested = number | boolean | readonly Nested[];

/** `[[1, 2], [3, 4]]` has the shape `[2, 2]`; a `number[][]` has two axes of unknown length. */
export type NestedShape<Values> = [ListShape<Values>] extends [infer S extends Shape]
  ? IsUnion<S> extends true
    ? 'tensor: nested lists must agree in length'
    : S
  : Shape;

/** Rows of different length make a union. */
type ListShape<Values> = Nested extends Values
  ? Shape
  : Values extends readonly []
    ? [0]
    : Values extends readonly (infer Item)[]
      ? [Values['length'], ...ListShape<Item>]
      : [];

/** Truth values make a bool tensor, numbers one of float32. */
export type NestedDType<Values> = Nested extends Values
  ? DType
  : Values extends boolean
    ? 'bool'
    : Values extends readonly (infer Item)[]
      ? NestedDType<Item>
      : 'float32';

/** `arange(end)` or `arange(start, end, step)`; `number` unless all are whole and not negative. */
export type Arange<
  First extends number,
  Second extends number | undefined = undefined,
  Step extends number = 1,
> = Second extends number ? Counted<DividedUpBy<Minus<Second, First>, Step>> : Counted<Minus<First, 0>>;

type Counted<Count extends number> = [Count] extends [never] ? [number] : [Count];
