import type { AnyTensor, RandomKey, Shape, Tensor } from '@sonograd/tensor';
import * as sonograd from '@sonograd/tensor';
import { expect, test } from 'vitest';
import { onEveryEngine } from '../engines.ts';
import { draw, floats, integers, messageOf } from './plain.ts';

type Table = readonly (readonly [message: string, call: () => unknown])[];

/** What a compiler would refuse is handed over without its types. */
const untyped = <T>(value: unknown) => value as T;
const matrix = () => draw([2, 3]);
const mask = (shape: Shape) => sonograd.zeros(shape, { dtype: 'bool' }) as AnyTensor as Tensor<Shape, 'bool'>;

const creation: Table = [
  ['full: sizes must be whole numbers of at least 0, got [2, -1]', () => sonograd.zeros([2, -1])],
  ['full: sizes must be whole numbers of at least 0, got [1.5]', () => sonograd.ones([1.5])],
  ['fromArray: [2, 2] needs 4 elements, got 3', () => sonograd.fromArray(new Float32Array(3), [2, 2])],
  ['arange: step must lead from start to end, got start=0 end=3 step=0', () => sonograd.arange(0, 3, 0)],
  ['arange: step must lead from start to end, got start=3 end=0 step=1', () => sonograd.arange(3, 0)],
  ['linspace: count must be a whole number of at least 0, got 2.5', () => sonograd.linspace(0, 1, 2.5)],
  ['eye: size must be a whole number of at least 0, got -1', () => sonograd.eye(-1)],
  [
    'tensor: nested lists must agree in length, got a list of 1 at depth 1 of [2, 2]',
    () => sonograd.tensor(untyped<number[][]>([[1, 2], [3]])),
  ],
  [
    'tensor: nested lists must agree in length, got 3 at depth 1 of [2, 2]',
    () => sonograd.tensor(untyped<number[][]>([[1, 2], 3])),
  ],
  ['tensor: int32 elements must be whole numbers, got 1.5', () => sonograd.tensor([1.5], { dtype: 'int32' })],
  [
    'requiresGrad: only float32 tensors have gradients, got int32',
    () => sonograd.zeros([2], { dtype: 'int32', requiresGrad: true }),
  ],
];

const arithmetic: Table = [
  ['add: shapes do not broadcast, [2, 3] and [2]', () => matrix().add(untyped<Tensor<[]>>(draw([2])))],
  [
    "mul: dtypes differ, float32 [2, 3] and int32 [3]; convert one with to('float32')",
    () => matrix().mul(untyped<Tensor<[]>>(integers([1, 2, 3]))),
  ],
  ['div: dtype must be float32, got int32 [2]', () => integers([1, 2]).div(untyped<Tensor<[], 'int32'>>(2))],
  ['constant: a number beside an int32 tensor must be whole, got 0.5', () => integers([1]).add(0.5)],
  ['exp: dtype must be float32, got int32 [1]', () => untyped<Tensor>(integers([1])).exp()],
  [
    'logicalNot: dtype must be bool, got float32 [2, 3]',
    () => untyped<Tensor<Shape, 'bool'>>(matrix()).logicalNot(),
  ],
  ['clamp: low must not exceed high, got 1 and 0', () => matrix().clamp(1, 0)],
  ['clamp: low must not exceed high, got NaN and 0', () => matrix().clamp(Number.NaN, 0)],
];

const shapes: Table = [
  ['reshape: element counts differ, [2, 3] to [4]', () => matrix().reshape(untyped<[6]>([4]))],
  ['reshape: element counts differ, [2, 3] to [4, -1]', () => matrix().reshape(untyped<[6]>([4, -1]))],
  ['reshape: only one size may be -1, got [-1, -1]', () => matrix().reshape(untyped<[6]>([-1, -1]))],
  [
    'permute: every axis must be named once, got [0] for [2, 3]',
    () => matrix().permute(untyped<[0, 1]>([0])),
  ],
  ['transpose: axis must be from -2 to 1, got 2', () => matrix().transpose(0, untyped<1>(2))],
  ['expand: cannot repeat [2, 3] to [3, 3]', () => matrix().expand(untyped<[2, 3]>([3, 3]))],
  ['squeeze: axis 1 must have size 1, got [2, 3]', () => matrix().squeeze(untyped<0>(1))],
  ['slice: step must be a whole number from 1, got 0', () => matrix().slice(0, 0, 2, untyped<1>(0))],
  [
    'slice: start and end must be whole numbers, got 0.5 and undefined for [2, 3]',
    () => matrix().slice(0, untyped<0>(0.5)),
  ],
  ['split: sizes must add up to 3, got [1, 1] for [2, 3]', () => matrix().split(untyped<[1, 2]>([1, 1]), 1)],
  ['split: the size must be a whole number from 1, got 0', () => matrix().split(untyped<1>(0), 1)],
  ['stack: at least one tensor is needed, got none', () => sonograd.stack(untyped<Tensor[]>([]))],
  ['stack: shapes differ, [2, 3] and [3]', () => sonograd.stack(untyped<Tensor[]>([matrix(), draw([3])]))],
  ['flip: a 0-d tensor has no axes, got 0', () => floats([1], []).flip(0)],
  [
    'flatten: startAxis must not lie behind endAxis, got 1 and 0',
    () => matrix().flatten(untyped<0>(1), untyped<1>(0)),
  ],
];

const reductions: Table = [
  ['sum: axis must be from -2 to 1, got 2', () => matrix().sum(untyped<0>(2))],
  ['sum: each axis may be named once, got [0, -2]', () => matrix().sum(untyped<[0]>([0, -2]))],
  ['mean: dtype must be float32, got int32 [2]', () => untyped<Tensor>(integers([1, 2])).mean()],
  ['variance: axis must be from -2 to 1, got -3', () => matrix().variance(untyped<0>(-3))],
  ['norm: axis must be from -2 to 1, got 9', () => matrix().norm(untyped<0>(9))],
  ['logSumExp: axis must be from -2 to 1, got 9', () => matrix().logSumExp(untyped<0>(9))],
  ['item: the tensor must have one element, got shape [2, 3]', () => matrix().item()],
];

const selection: Table = [
  [
    'gather: indices must be from 0 to 1, got 2 at position 1',
    () => matrix().gather(0, integers([0, 2, 0], [1, 3])),
  ],
  [
    'gather: indices must be from 0 to 1, got -1 at position 0',
    () => matrix().gather(0, integers([-1, 0, 0], [1, 3])),
  ],
  [
    'gather: dtype must be int32, got float32 [1, 3]',
    () => matrix().gather(0, untyped<Tensor<Shape, 'int32'>>(draw([1, 3]))),
  ],
  [
    'indexSelect: indices must be from 0 to 2, got 3 at position 0',
    () => matrix().indexSelect(1, integers([3])),
  ],
  [
    'scatterAdd: index and source differ, [1, 3] and [3, 1]',
    () => matrix().scatterAdd(0, integers([0, 0, 0], [1, 3]), untyped<Tensor<[1, 3]>>(draw([3, 1]))),
  ],
  ['oneHot: labels must be from 0 to 2, got 3 at position 1', () => integers([0, 3]).oneHot(3)],
  ['topK: k must be a whole number from 0 to 3, got 4', () => matrix().topK(untyped<1>(4))],
  [
    'where: dtype must be bool, got float32 [2, 3]',
    () => sonograd.where(untyped<Tensor<Shape, 'bool'>>(matrix()), 1, matrix()),
  ],
  ['where: shapes do not broadcast, [4] and [2, 3]', () => sonograd.where(mask([4]), matrix(), 0)],
];

const products: Table = [
  ['matmul: inner sizes differ, [2, 3] x [2, 3]', () => matrix().matmul(untyped<Tensor<[3, 1]>>(matrix()))],
  ["einsum: the equation must look like 'ij,jk->ik', got 'i-j'", () => sonograd.einsum('i-j', matrix())],
  ["einsum: 'ij,jk' names 2 operands, got 1", () => sonograd.einsum(untyped<'ij'>('ij,jk'), matrix())],
  ["einsum: 'j' of 'ij,ji->' is 3 and 2", () => sonograd.einsum('ij,ji->', matrix(), matrix())],
  [
    "einsum: 'k' must occur in an operand, and once in the result, got 'ij->k'",
    () => sonograd.einsum(untyped<'ij'>('ij->k'), matrix()),
  ],
  ['qr: x must be a matrix, got [3]', () => sonograd.qr(untyped<Tensor<[1, 1]>>(draw([3])))],
  ['svd: x must be a matrix, got [2, 2, 2]', () => sonograd.svd(untyped<Tensor<[1, 1]>>(draw([2, 2, 2])))],
  [
    'solve: a must be square, with as many rows as b, [2, 3] x [2]',
    () => sonograd.solve(matrix(), untyped<Tensor<[2]>>(draw([2]))),
  ],
  [
    'solve: the matrix is singular, no pivot in column 1 of 2',
    () => sonograd.solve(floats([1, 2, 2, 4], [2, 2]), floats([1, 2])),
  ],
];

const key: RandomKey = sonograd.randomKey(1);

const randomness: Table = [
  [
    'fillUniform: needs finite float32 bounds with low < high, got 1, 1',
    () => sonograd.fillUniform(new Float32Array(1), key, 1, 1),
  ],
  [
    'fillNormal: needs a finite float32 mean and a deviation of at least 0, got 0, -1',
    () => sonograd.fillNormal(new Float32Array(1), key, 0, -1),
  ],
  [
    'fillBernoulli: probability must lie in [0, 1], got 2',
    () => sonograd.fillBernoulli(new Uint8Array(1), key, 2),
  ],
  [
    'randomIntegers: needs int32 bounds with low < high, got 3, 3',
    () => sonograd.randomIntegers(new Int32Array(1), key, 3, 3),
  ],
  ['permutation: count must be an integer from 0 to 2^53 - 1, got -1', () => sonograd.permutation(-1, key)],
];

const gradients: Table = [
  [
    'backward: nothing that led to this tensor [] requires a gradient; make a leaf with { requiresGrad: true }, ' +
      'and compute outside noGrad',
    () => matrix().sum().backward(),
  ],
  [
    'grad: the function must return one element, got shape [2, 3]; jacobian takes any shape',
    () => sonograd.grad((x: Tensor) => x.mul(2) as Tensor)(matrix()),
  ],
  [
    'backward: dOut must have the shape of the tensor, got [3] for [2, 3]',
    () => {
      const x = matrix();
      x.requiresGrad = true;
      x.mul(2).backward(untyped<Tensor>(draw([3])));
    },
  ],
];

onEveryEngine('what is wrong is said in words', () => {
  test.each(creation)('%s', (message, call) => expect(messageOf(call)).toBe(message));
  test.each(arithmetic)('%s', (message, call) => expect(messageOf(call)).toBe(message));
  test.each(shapes)('%s', (message, call) => expect(messageOf(call)).toBe(message));
  test.each(reductions)('%s', (message, call) => expect(messageOf(call)).toBe(message));
  test.each(selection)('%s', (message, call) => expect(messageOf(call)).toBe(message));
  test.each(products)('%s', (message, call) => expect(messageOf(call)).toBe(message));
  test.each(randomness)('%s', (message, call) => expect(messageOf(call)).toBe(message));
  test.each(gradients)('%s', (message, call) => expect(messageOf(call)).toBe(message));
});
