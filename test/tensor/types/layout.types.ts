import type { Arange, NestedDType, NestedShape } from '../../../packages/tensor/src/types/create.ts';
import type {
  Flatten,
  Permute,
  Reshape,
  SizeOf,
  Transpose,
} from '../../../packages/tensor/src/types/layout.ts';
import type { Shape } from '../../../packages/tensor/src/types/shape.ts';
import type { Expand, Squeeze, Unsqueeze } from '../../../packages/tensor/src/types/unitAxes.ts';
import type { Equal, Expect } from './expect.ts';

export type Orders = [
  Expect<Equal<Transpose<[2, 3], 0, 1>, [3, 2]>>,
  Expect<Equal<Transpose<[2, 3, 4], -1, -2>, [2, 4, 3]>>,
  Expect<Equal<Transpose<[2, 3, 4], 1, 1>, [2, 3, 4]>>,
  Expect<Equal<Transpose<[2, 3, 4], number, 1>, [number, number, number]>>,
  Expect<Equal<Transpose<Shape, 0, 1>, Shape>>,
  Expect<Equal<Permute<[2, 3, 4], [2, 0, 1]>, [4, 2, 3]>>,
  Expect<Equal<Permute<[8, 3, 224, 224], readonly [0, -2, -1, 1]>, [8, 224, 224, 3]>>,
  Expect<Equal<Permute<[number, 3], [1, 0]>, [3, number]>>,
  Expect<Equal<Permute<[2, 3], number[]>, [number, number]>>,
  Expect<Equal<Permute<[2, 3], [0, 0]>, 'permute: every axis must be named once, got [0, 0] for [2, 3]'>>,
  Expect<Equal<Permute<[2, 3], [1]>, 'permute: every axis must be named once, got [1] for [2, 3]'>>,
];

export type Reshapes = [
  Expect<Equal<SizeOf<[]>, 1>>,
  Expect<Equal<SizeOf<[2, 3, 4]>, 24>>,
  Expect<Equal<SizeOf<[1000, 1000, 1000]>, 1_000_000_000>>,
  Expect<Equal<SizeOf<[number, 3]>, number>>,
  Expect<Equal<Reshape<[32, 784], [32, 28, 28]>, [32, 28, 28]>>,
  Expect<Equal<Reshape<[16_000], readonly [100, 160]>, [100, 160]>>,
  Expect<Equal<Reshape<[1], []>, []>>,
  Expect<Equal<Reshape<[32, 784], [-1]>, [25_088]>>,
  Expect<Equal<Reshape<[32, 784], [-1, 1, 28, 28]>, [32, 1, 28, 28]>>,
  Expect<Equal<Reshape<[number, 784], [-1, 28, 28]>, [number, 28, 28]>>,
  Expect<Equal<Reshape<[number, 784], [number, 28, 28]>, [number, 28, 28]>>,
  Expect<Equal<Reshape<Shape, [28, 28]>, [28, 28]>>,
  Expect<Equal<Reshape<[32, 784], number[]>, Shape>>,
  Expect<Equal<Reshape<[2, 3], [4, 2]>, 'reshape: element counts differ, [2, 3] to [4, 2]'>>,
  Expect<Equal<Reshape<[2, 3], [-1, -1]>, 'reshape: only one size may be -1, got [-1, -1]'>>,
  Expect<Equal<Reshape<[2, 3], [-1, 4]>, 'reshape: element counts differ, [2, 3] to [-1, 4]'>>,
  Expect<Equal<Flatten<[2, 3, 4]>, [24]>>,
  Expect<Equal<Flatten<[2, 3, 4], 1>, [2, 12]>>,
  Expect<Equal<Flatten<[2, 3, 4, 5], 1, 2>, [2, 12, 5]>>,
  Expect<Equal<Flatten<[2, 3, 4], 1, 1>, [2, 3, 4]>>,
  Expect<Equal<Flatten<[]>, [1]>>,
  Expect<Equal<Flatten<[number, 3, 4], 1>, [number, 12]>>,
  Expect<Equal<Flatten<Shape>, Shape>>,
];

export type UnitAxes = [
  Expect<Equal<Squeeze<[1, 3, 1]>, [3]>>,
  Expect<Equal<Squeeze<[1, 3, 1], -1>, [1, 3]>>,
  Expect<Equal<Squeeze<[number, 1]>, Shape>>,
  Expect<Equal<Squeeze<[number, 1], 0>, [1]>>,
  Expect<Equal<Squeeze<[2, 1], 0>, 'squeeze: axis 0 must have size 1, got [2, 1]'>>,
  Expect<Equal<Unsqueeze<[2, 3], 0>, [1, 2, 3]>>,
  Expect<Equal<Unsqueeze<[2, 3], 1>, [2, 1, 3]>>,
  Expect<Equal<Unsqueeze<[2, 3], -1>, [2, 3, 1]>>,
  Expect<Equal<Unsqueeze<[], 0>, [1]>>,
  Expect<Equal<Unsqueeze<Shape, 0>, Shape>>,
  Expect<Equal<Unsqueeze<[2, 3], number>, [number, number, number]>>,
  Expect<Equal<Expand<[3, 1], [3, 4]>, [3, 4]>>,
  Expect<Equal<Expand<[3], [2, 3]>, [2, 3]>>,
  Expect<Equal<Expand<[3, 1], [2, -1, 5]>, [2, 3, 5]>>,
  Expect<Equal<Expand<[number, 1], [8, 5]>, [8, 5]>>,
  Expect<Equal<Expand<[2, 3], [2, 4]>, 'expand: cannot repeat [2, 3] to [2, 4]'>>,
  Expect<Equal<Expand<[2, 3], [3]>, 'expand: cannot repeat [2, 3] to [3]'>>,
];

export type Literals = [
  Expect<Equal<NestedShape<3>, []>>,
  Expect<Equal<NestedShape<readonly []>, [0]>>,
  Expect<Equal<NestedShape<readonly [1, 2, 3]>, [3]>>,
  Expect<Equal<NestedShape<readonly [readonly [1, 2], readonly [3, 4], readonly [5, 6]]>, [3, 2]>>,
  Expect<Equal<NestedShape<number[]>, [number]>>,
  Expect<Equal<NestedShape<number[][]>, [number, number]>>,
  Expect<
    Equal<NestedShape<readonly [readonly [1, 2], readonly [3]]>, 'tensor: nested lists must agree in length'>
  >,
  Expect<Equal<NestedDType<readonly [readonly [1, 2]]>, 'float32'>>,
  Expect<Equal<NestedDType<readonly [true, false]>, 'bool'>>,
  Expect<Equal<Arange<5>, [5]>>,
  Expect<Equal<Arange<0, 10>, [10]>>,
  Expect<Equal<Arange<0, 10, 3>, [4]>>,
  Expect<Equal<Arange<0, 1, 0.1>, [number]>>,
  Expect<Equal<Arange<-5, 5>, [number]>>,
];
