import type {
  AnyLengths,
  AxisIndex,
  AxisIndices,
  Before,
  From,
  LengthAt,
  NoSuchAxis,
  WithLength,
} from '../../../packages/tensor/src/types/axis.ts';
import type { Digit, Product, Quotient, Reverse, Sum } from '../../../packages/tensor/src/types/digits.ts';
import type { HasNever, IsOne, IsUnion, Mutable, Shape } from '../../../packages/tensor/src/types/shape.ts';
import type { Equal, Expect } from './expect.ts';

/** Digits stand lowest first, so 784 is '487'. */
export type OnPaper = [
  Expect<Equal<Reverse<'784'>, '487'>>,
  Expect<Equal<Reverse<'-5'>, ''>>,
  Expect<Equal<Reverse<'1e21'>, ''>>,
  Expect<Equal<Sum<'999', '1'>, '0001'>>,
  Expect<Equal<Sum<'0', '0'>, '0'>>,
  Expect<Equal<Product<'82', '28'>, '487'>>,
  Expect<Equal<Quotient<'784', '82'>, '028'>>,
  Expect<Equal<Digit extends string ? true : false, true>>,
];

export type Kinds = [
  Expect<Equal<IsOne<5>, true>>,
  Expect<Equal<IsOne<number>, false>>,
  Expect<Equal<IsOne<5 | 6>, false>>,
  Expect<Equal<IsUnion<5>, false>>,
  Expect<Equal<IsUnion<[2] | [3]>, true>>,
  Expect<Equal<HasNever<[2, 3]>, false>>,
  Expect<Equal<HasNever<[2, never]>, true>>,
  Expect<Equal<HasNever<[]>, false>>,
  Expect<Equal<Mutable<readonly [2, 3]>, [2, 3]>>,
  Expect<Equal<Mutable<[2, 3]>, [2, 3]>>,
];

export type Positions = [
  Expect<Equal<AxisIndex<[2, 3, 4], 0>, 0>>,
  Expect<Equal<AxisIndex<[2, 3, 4], 2>, 2>>,
  Expect<Equal<AxisIndex<[2, 3, 4], -1>, 2>>,
  Expect<Equal<AxisIndex<[2, 3, 4], -3>, 0>>,
  Expect<Equal<AxisIndex<[2, 3, 4], 3>, never>>,
  Expect<Equal<AxisIndex<[2, 3, 4], -4>, never>>,
  Expect<Equal<AxisIndex<[], 0>, never>>,
  Expect<Equal<AxisIndex<[2, 3, 4], 0.5>, never>>,
  Expect<Equal<AxisIndex<[2, 3, 4], number>, number>>,
  Expect<Equal<AxisIndex<[2, 3, 4], 0 | 1>, number>>,
  Expect<Equal<AxisIndex<Shape, 0>, number>>,
  Expect<Equal<AxisIndex<[1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1], -12>, 0>>,
];

export type Lengths = [
  Expect<Equal<LengthAt<[2, 3, 4], -1>, 4>>,
  Expect<Equal<LengthAt<[2, 3, 4], number>, number>>,
  Expect<Equal<LengthAt<Shape, 0>, number>>,
  Expect<Equal<WithLength<[2, 3, 4], 1, 9>, [2, 9, 4]>>,
  Expect<Equal<WithLength<readonly [2, 3], -1, 9>, [2, 9]>>,
  Expect<Equal<WithLength<[2, 3], number, 9>, [number, number]>>,
  Expect<Equal<WithLength<Shape, 0, 9>, Shape>>,
  Expect<Equal<AnyLengths<readonly [2, 3]>, [number, number]>>,
  Expect<Equal<Before<[2, 3, 4], 0>, []>>,
  Expect<Equal<Before<[2, 3, 4], 2>, [2, 3]>>,
  Expect<Equal<Before<[2, 3, 4], 9>, [2, 3, 4]>>,
  Expect<Equal<From<[2, 3, 4], 0>, [2, 3, 4]>>,
  Expect<Equal<From<[2, 3, 4], 2>, [4]>>,
  Expect<Equal<From<[2, 3, 4], 3>, []>>,
];

export type Lists = [
  Expect<Equal<AxisIndices<'sum', [2, 3, 4], undefined>, number>>,
  Expect<Equal<AxisIndices<'sum', [2, 3, 4], 1>, 1>>,
  Expect<Equal<AxisIndices<'sum', [2, 3, 4], [0, -1]>, 0 | 2>>,
  Expect<Equal<AxisIndices<'sum', [2, 3, 4], number[]>, null>>,
  Expect<Equal<AxisIndices<'sum', Shape, [0, 1]>, null>>,
  Expect<Equal<AxisIndices<'sum', [2, 3, 4], number | number[] | undefined>, null>>,
  Expect<Equal<AxisIndices<'sum', [2], [0, 1]>, 'sum: axis must be from -1 to 0, got 1'>>,
  Expect<Equal<NoSuchAxis<'sum', [2, 3], 5>, 'sum: axis must be from -2 to 1, got 5'>>,
  Expect<Equal<NoSuchAxis<'sum', [], 0>, 'sum: a 0-d tensor has no axes, got 0'>>,
];
