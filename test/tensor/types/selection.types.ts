import type { Einsum } from '../../../packages/tensor/src/types/einsum.ts';
import type { Concat, Split, Stack } from '../../../packages/tensor/src/types/join.ts';
import type {
  Gather,
  IndexSelect,
  OneHot,
  ScatterSource,
  TopK,
} from '../../../packages/tensor/src/types/select.ts';
import type { Shape } from '../../../packages/tensor/src/types/shape.ts';
import type { Pad, Slice } from '../../../packages/tensor/src/types/slice.ts';
import type { Equal, Expect } from './expect.ts';

export type Slices = [
  Expect<Equal<Slice<[32, 784], 0, 0, 10>, [10, 784]>>,
  Expect<Equal<Slice<[32, 784], 1, 700>, [32, 84]>>,
  Expect<Equal<Slice<[32, 784], -1, -100>, [32, 100]>>,
  Expect<Equal<Slice<[32, 784], 0, 8, -8>, [16, 784]>>,
  Expect<Equal<Slice<[32, 784], 0, 0, 100>, [32, 784]>>,
  Expect<Equal<Slice<[32, 784], 0, 40>, [0, 784]>>,
  Expect<Equal<Slice<[32, 784], 0, 20, 10>, [0, 784]>>,
  Expect<Equal<Slice<[16_000], 0, 0, undefined, 3>, [5334]>>,
  Expect<Equal<Slice<[16_000], 0, 1, -1, 4>, [4000]>>,
  Expect<Equal<Slice<[number, 784], 0, 0, 10>, [number, 784]>>,
  Expect<Equal<Slice<[number, 784], 1, 0, 10>, [number, 10]>>,
  Expect<Equal<Slice<[32, 784], 0, number>, [number, 784]>>,
  Expect<Equal<Slice<Shape, 0, 1>, Shape>>,
  Expect<Equal<Pad<[32, 28], [[0, 0], [2, 2]]>, [32, 32]>>,
  Expect<Equal<Pad<[number, 28], readonly [readonly [0, 0], readonly [1, 0]]>, [number, 29]>>,
];

export type Joins = [
  Expect<Equal<Concat<[[2, 3], [4, 3]]>, [6, 3]>>,
  Expect<Equal<Concat<[[2, 3], [2, 5], [2, 7]], -1>, [2, 15]>>,
  Expect<Equal<Concat<[[2, 3]]>, [2, 3]>>,
  Expect<Equal<Concat<[[number, 3], [4, 3]]>, [number, 3]>>,
  Expect<Equal<Concat<[[4, number], [4, 3]]>, [8, 3]>>,
  Expect<Equal<Concat<[2, 3][]>, [number, 3]>>,
  Expect<Equal<Concat<[[2, 3], Shape]>, Shape>>,
  Expect<Equal<Concat<[[2, 3], [2, 3]], number>, Shape>>,
  Expect<Equal<Concat<[[2, 3], [2, 4]]>, 'concat: sizes other than along axis 0 differ, [2, 3] and [2, 4]'>>,
  Expect<Equal<Stack<[[2, 3], [2, 3]]>, [2, 2, 3]>>,
  Expect<Equal<Stack<[[2, 3], [2, 3], [2, 3]], -1>, [2, 3, 3]>>,
  Expect<Equal<Stack<[2, 3][], 1>, [2, number, 3]>>,
  Expect<Equal<Stack<[[number, 3], [4, 3]]>, [2, 4, 3]>>,
  Expect<Equal<Stack<[[2, 3], [2]]>, 'stack: shapes differ, [2, 3] and [2]'>>,
  Expect<Equal<Split<[10, 4], 5>, [[5, 4], [5, 4]]>>,
  Expect<Equal<Split<[10, 4], 4>, [[4, 4], [4, 4], [2, 4]]>>,
  Expect<Equal<Split<[10, 4], 20>, [[10, 4]]>>,
  Expect<Equal<Split<[10, 4], [1, 3], -1>, [[10, 1], [10, 3]]>>,
  Expect<Equal<Split<[number, 4], 5>, [number, 4][]>>,
  Expect<Equal<Split<[16_000], 10>, [number][]>>,
  Expect<Equal<Split<[10, 4], [3, 3]>, 'split: sizes must add up to 10, got [3, 3] for [10, 4]'>>,
];

export type Choices = [
  Expect<Equal<Gather<'gather', [32, 784], 1, [32, 5]>, [32, 5]>>,
  Expect<Equal<Gather<'gather', [32, 784], 1, [16, 9000]>, [16, 9000]>>,
  Expect<Equal<Gather<'gather', [number, 784], 1, [16, 5]>, [16, 5]>>,
  Expect<
    Equal<Gather<'gather', [32, 784], 1, [33, 5]>, 'gather: index [33, 5] must fit [32, 784] beside axis 1'>
  >,
  Expect<Equal<ScatterSource<[2, 3], [2, 3]>, [2, 3]>>,
  Expect<Equal<ScatterSource<[2, 3], [2, 4]>, 'scatterAdd: index and source differ, [2, 3] and [2, 4]'>>,
  Expect<Equal<IndexSelect<[32, 784], 0, [7]>, [7, 784]>>,
  Expect<Equal<IndexSelect<[32, 784], -1, [number]>, [32, number]>>,
  Expect<Equal<IndexSelect<[32, 784], 0, [7, 2]>, 'indexSelect: index must be 1-d, got [7, 2]'>>,
  Expect<Equal<TopK<[32, 10], 3>, [32, 3]>>,
  Expect<Equal<TopK<[32, 10], 3, 0>, [3, 10]>>,
  Expect<Equal<TopK<[32, number], 3>, [32, 3]>>,
  Expect<Equal<TopK<[32, 10], 11>, 'topK: k must be a whole number from 0 to 10, got 11'>>,
  Expect<Equal<OneHot<[32], 10>, [32, 10]>>,
  Expect<Equal<OneHot<[number], number>, [number, number]>>,
];

export type Einsums = [
  Expect<Equal<Einsum<'ij,jk->ik', [[2, 3], [3, 4]]>, [2, 4]>>,
  Expect<Equal<Einsum<'bij,bjk->bik', [[8, 2, 3], [8, 3, 4]]>, [8, 2, 4]>>,
  Expect<Equal<Einsum<'ij->ji', [[2, 3]]>, [3, 2]>>,
  Expect<Equal<Einsum<'ii->', [[3, 3]]>, []>>,
  Expect<Equal<Einsum<'i,j->ij', [[2], [3]]>, [2, 3]>>,
  Expect<Equal<Einsum<'i, j -> i j', [[2], [3]]>, [2, 3]>>,
  Expect<Equal<Einsum<'bhqd,bhkd->bhqk', [[32, 8, 64, 16], [32, 8, 64, 16]]>, [32, 8, 64, 64]>>,
  Expect<Equal<Einsum<'kj,ji', [[2, 3], [3, 4]]>, [4, 2]>>,
  Expect<Equal<Einsum<'ij,jk->ik', [[number, 3], [3, 4]]>, [number, 4]>>,
  Expect<Equal<Einsum<'ij,jk->ijk', [[2, number], [3, 4]]>, [2, 3, 4]>>,
  Expect<Equal<Einsum<'ij,jk->ik', [Shape, [3, 4]]>, [number, 4]>>,
  Expect<Equal<Einsum<string, [[2, 3]]>, Shape>>,
  Expect<Equal<Einsum<'ij,jk->ik', [[2, 3], [4, 5]]>, "einsum: 'j' of 'ij,jk->ik' is 3 and 4">>,
  Expect<Equal<Einsum<'ij->i', [[2, 3, 4]]>, "einsum: 'ij' needs 2 axes, got [2, 3, 4]">>,
  Expect<Equal<Einsum<'ij,jk->ik', [[2, 3]]>, "einsum: 'ij,jk->ik' names 2 operands, got 1">>,
];
