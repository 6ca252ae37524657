import type { Binary, Where } from '../../../packages/tensor/src/types/broadcast.ts';
import type { Solve, Svd } from '../../../packages/tensor/src/types/linearAlgebra.ts';
import type { Matmul } from '../../../packages/tensor/src/types/matmul.ts';
import type { Alongside, AlongsideMany, Reduce } from '../../../packages/tensor/src/types/reduce.ts';
import type { Fits, Out, Shape, Show } from '../../../packages/tensor/src/types/shape.ts';
import type { Equal, Expect } from './expect.ts';

export type Printing = [
  Expect<Equal<Show<[]>, '[]'>>,
  Expect<Equal<Show<[32, 784]>, '[32, 784]'>>,
  Expect<Equal<Show<[number, 784]>, '[?, 784]'>>,
  Expect<Equal<Show<[28 | 32, 784]>, '[?, 784]'>>,
  Expect<Equal<Show<Shape>, '[...]'>>,
  Expect<Equal<Show<[...number[], 128]>, '[..., 128]'>>,
];

export type Arguments = [
  Expect<Equal<Fits<'argument', [2, 3]>, 'argument'>>,
  Expect<Equal<Fits<'argument', 'op: rule, values'>, 'op: rule, values'>>,
  Expect<Equal<Fits<'argument', [2, 3] | 'op: rule, values'>, 'argument'>>,
  Expect<Equal<Out<[2, 3]>, [2, 3]>>,
  Expect<Equal<Out<'op: rule, values'>, Shape>>,
];

export type Broadcasting = [
  Expect<Equal<Binary<'add', [], []>, []>>,
  Expect<Equal<Binary<'add', [2, 3], []>, [2, 3]>>,
  Expect<Equal<Binary<'add', [], [2, 3]>, [2, 3]>>,
  Expect<Equal<Binary<'add', [2, 3], [2, 3]>, [2, 3]>>,
  Expect<Equal<Binary<'add', [2, 3], [3]>, [2, 3]>>,
  Expect<Equal<Binary<'add', [3], [2, 3]>, [2, 3]>>,
  Expect<Equal<Binary<'add', [2, 1], [1, 3]>, [2, 3]>>,
  Expect<Equal<Binary<'add', [2, 1], [3]>, [2, 3]>>,
  Expect<Equal<Binary<'add', [8, 1, 32, 1], [5, 1, 784]>, [8, 5, 32, 784]>>,
  Expect<Equal<Binary<'add', [0, 3], [1, 3]>, [0, 3]>>,
  Expect<Equal<Binary<'add', [2, 3], [4]>, 'add: shapes do not broadcast, [2, 3] and [4]'>>,
  Expect<Equal<Binary<'mul', [2, 3], [3, 3]>, 'mul: shapes do not broadcast, [2, 3] and [3, 3]'>>,
  Expect<Equal<Where<[2, 1], [3], []>, [2, 3]>>,
  Expect<Equal<Where<[2, 2], [3], []>, 'where: shapes do not broadcast, [2, 2] and [3]'>>,
];

/** A batch whose length only the data knows. */
export type BroadcastingUnknown = [
  Expect<Equal<Binary<'add', [number, 3], [3]>, [number, 3]>>,
  Expect<Equal<Binary<'add', [number, 3], [32, 3]>, [32, 3]>>,
  Expect<Equal<Binary<'add', [number, 3], [1, 3]>, [number, 3]>>,
  Expect<Equal<Binary<'add', [number], [number]>, [number]>>,
  Expect<Equal<Binary<'add', [number, 3], [4]>, 'add: shapes do not broadcast, [?, 3] and [4]'>>,
  Expect<Equal<Binary<'add', Shape, [2, 3]>, Shape>>,
  Expect<Equal<Binary<'add', [2, 3], Shape>, Shape>>,
  Expect<Equal<Binary<'add', Shape, Shape>, Shape>>,
  Expect<Equal<Binary<'add', Shape, []>, Shape>>,
  Expect<Equal<Binary<'add', [2 | 3], [2 | 3]>, [2 | 3]>>,
  Expect<Equal<Binary<'add', [1 | 5], [3]>, [3]>>,
  Expect<Equal<Binary<'add', [2] | [3], [2]>, [2]>>,
  Expect<Equal<Matmul<[2, 3] | [4, 3], [3, 5]>, [2, 5] | [4, 5]>>,
];

export type Matmuls = [
  Expect<Equal<Matmul<[3], [3]>, []>>,
  Expect<Equal<Matmul<[3], [3, 4]>, [4]>>,
  Expect<Equal<Matmul<[2, 3], [3]>, [2]>>,
  Expect<Equal<Matmul<[32, 784], [784, 10]>, [32, 10]>>,
  Expect<Equal<Matmul<[8, 32, 784], [784, 10]>, [8, 32, 10]>>,
  Expect<Equal<Matmul<[8, 2, 3], [8, 3, 4]>, [8, 2, 4]>>,
  Expect<Equal<Matmul<[8, 1, 2, 3], [5, 3, 4]>, [8, 5, 2, 4]>>,
  Expect<Equal<Matmul<[8, 2, 3], [3]>, [8, 2]>>,
  Expect<Equal<Matmul<[3], [8, 3, 4]>, [8, 4]>>,
  Expect<Equal<Matmul<[number, 784], [784, 10]>, [number, 10]>>,
  Expect<Equal<Matmul<[32, number], [784, 10]>, [32, 10]>>,
  Expect<Equal<Matmul<Shape, [784, 10]>, Shape>>,
  Expect<Equal<Matmul<[32, 784], Shape>, Shape>>,
  Expect<Equal<Matmul<Shape, Shape>, Shape>>,
  Expect<Equal<Matmul<[2, 3], [4, 5]>, 'matmul: inner sizes differ, [2, 3] x [4, 5]'>>,
  Expect<Equal<Matmul<[2, 2, 3], [4, 3, 5]>, 'matmul: shapes do not broadcast, [2] and [4]'>>,
  Expect<Equal<Matmul<[], [2]>, 'matmul: both must have at least one axis, [] x [2]'>>,
];

export type Reductions = [
  Expect<Equal<Reduce<'sum', [2, 3, 4], undefined>, []>>,
  Expect<Equal<Reduce<'sum', [2, 3, 4], undefined, true>, [1, 1, 1]>>,
  Expect<Equal<Reduce<'sum', [2, 3, 4], 0>, [3, 4]>>,
  Expect<Equal<Reduce<'sum', [2, 3, 4], -1>, [2, 3]>>,
  Expect<Equal<Reduce<'sum', [2, 3, 4], 1, true>, [2, 1, 4]>>,
  Expect<Equal<Reduce<'sum', [2, 3, 4], [0, 2]>, [3]>>,
  Expect<Equal<Reduce<'sum', [2, 3, 4], [-1, 0]>, [3]>>,
  Expect<Equal<Reduce<'sum', [2, 3, 4], readonly [0, 2], true>, [1, 3, 1]>>,
  Expect<Equal<Reduce<'sum', [2, 3, 4], []>, [2, 3, 4]>>,
  Expect<Equal<Reduce<'sum', [], undefined>, []>>,
  Expect<Equal<Reduce<'sum', [number, 4], 1>, [number]>>,
  Expect<Equal<Reduce<'sum', [2, 3, 4], number>, Shape>>,
  Expect<Equal<Reduce<'sum', [2, 3, 4], 0 | 1>, Shape>>,
  Expect<Equal<Reduce<'sum', [2, 3, 4], number[]>, Shape>>,
  Expect<Equal<Reduce<'sum', [2, 3, 4], 0, boolean>, Shape>>,
  Expect<Equal<Reduce<'sum', Shape, undefined>, []>>,
  Expect<Equal<Reduce<'sum', Shape, 0>, Shape>>,
  Expect<Equal<Reduce<'sum', [2, 3], 2>, 'sum: axis must be from -2 to 1, got 2'>>,
  Expect<Equal<Reduce<'max', [2, 3], -3>, 'max: axis must be from -2 to 1, got -3'>>,
  Expect<Equal<Reduce<'mean', [2, 3], [0, -2]>, 'mean: each axis may be named once, got [0, -2]'>>,
  Expect<Equal<Alongside<'softmax', [2, 3], -1>, [2, 3]>>,
  Expect<Equal<Alongside<'softmax', [2, 3], 2>, 'softmax: axis must be from -2 to 1, got 2'>>,
  Expect<Equal<AlongsideMany<'flip', [2, 3], [0, 1]>, [2, 3]>>,
];

export type LinearAlgebra = [
  Expect<Equal<Svd<[32, 784]>['u'], [32, 32]>>,
  Expect<Equal<Svd<[32, 784]>['v'], [784, 32]>>,
  Expect<Equal<Svd<[784, 32]>['s'], [32]>>,
  Expect<Equal<Solve<[3, 3], [3, 2]>, [3, 2]>>,
  Expect<Equal<Solve<[3, 3], [3]>, [3]>>,
];
