import type { Shape, Tensor } from '@sonograd/tensor';
import * as sonograd from '@sonograd/tensor';
import fc from 'fast-check';
import type * as functions from '../../packages/tensor/src/functions/index.ts';
import { alias } from '../../packages/tensor/src/ops/alias.ts';
import { gemm } from '../../packages/tensor/src/ops/gemm.ts';
import type * as ops from '../../packages/tensor/src/ops/index.ts';
import {
  alongAxis,
  asBool,
  asInt32,
  broadcasting,
  elementwise,
  example,
  type OpCase,
  reducing,
  someShape,
  zerosOf,
} from './caseBuilders.ts';
import { normaliseCases } from './normaliseCases.ts';
import { attentionCase, recurrentCases } from './sequenceCases.ts';

/** Every op there is, and every function made of ops. */
export type OpName = keyof typeof ops | keyof typeof functions;

const numbers = ['float32', 'int32'] as const;
const all = ['float32', 'int32', 'bool'] as const;
const index = (shape: Shape, high: number) => ({ shape, dtype: 'int32', low: 0, high }) as const;
const bool = (shape: Shape) => ({ shape, dtype: 'bool' }) as const;
const withoutGradient = (given: OpCase): OpCase => ({ ...given, gradient: 'none' });

/**
 * One case for each op: add one here when you add an op, the compiler asks for it. `engines.test.ts` runs it on
 * every engine: values, gradients, the wording of errors.
 */
export const opCases = {
  ...normaliseCases,
  abs: elementwise((x) => x.abs(), { integers: true }),
  add: broadcasting((a, b) => a.add(b), { dtypes: numbers }),
  adaptiveAvgPool1d: {
    examples: [
      example((x) => sonograd.adaptiveAvgPool1d(x, 3), [2, 1, 11]),
      example((x) => sonograd.adaptiveAvgPool1d(x, 70), [1, 3, 65]),
    ],
    errors: [
      [
        () => sonograd.adaptiveAvgPool1d(zerosOf([2, 3]), 1),
        'the input must be [batch, channels, length], got [2, 3]',
      ],
    ],
  },
  adaptiveAvgPool2d: {
    examples: [
      example((x) => sonograd.adaptiveAvgPool2d(x, [2, 3]), [1, 1, 5, 4]),
      example((x) => sonograd.adaptiveAvgPool2d(x, 1), [2, 3, 7, 9]),
    ],
    errors: [
      [
        () => sonograd.adaptiveAvgPool2d(zerosOf([1, 1, 3, 3]), [2, 0]),
        'size must be one whole number or 2 of at least 1, got [2,0]',
      ],
    ],
  },
  alias: { examples: [example((x) => alias(x), [2, 3])], errors: [] },
  argmax: withoutGradient(
    reducing((x, axis, options) => x.argmax(axis as number, options), { severalAxes: false }),
  ),
  argmin: withoutGradient(
    reducing((x, axis, options) => x.argmin(axis as number, options), { severalAxes: false }),
  ),
  argsort: withoutGradient(alongAxis((x, axis) => x.argsort(axis, { descending: axis === 1 }))),
  avgPool1d: {
    examples: [
      example((x) => sonograd.avgPool1d(x, 2), [2, 1, 9]),
      example((x) => sonograd.avgPool1d(x, 3, { stride: 2, padding: 1 }), [1, 3, 65]),
    ],
    errors: [
      [
        () => sonograd.avgPool1d(zerosOf([1, 1, 9]), 3, { padding: 2 }),
        'padding must be at most half of the kernel, padding=2 kernel=3',
      ],
    ],
  },
  avgPool2d: {
    examples: [
      example(
        (x) => sonograd.avgPool2d(x, 3, { stride: 1, padding: 1, countIncludePad: false }),
        [1, 1, 4, 5],
      ),
      example((x) => sonograd.avgPool2d(x, [2, 3], { stride: [1, 2] }), [2, 3, 9, 11]),
    ],
    errors: [
      [
        () => sonograd.avgPool2d(zerosOf([1, 1, 2, 9]), 3),
        'the window does not fit into the padded input, [1, 1, 2, 9]',
      ],
    ],
  },
  clamp: {
    ...elementwise((x) => x.clamp(-0.77, 1.11)),
    errors: [[() => zerosOf([2]).clamp(2, 1), 'low must not exceed high, got 2 and 1']],
  },
  concat: {
    examples: [
      example((a, b, c) => sonograd.concat([a, b, c], 0), [2, 3], [4, 3], [0, 3]),
      example((a, b) => sonograd.concat([a, b], -1), [2, 3], [2, 1]),
      example((a, b) => sonograd.concat([a, b]), bool([5]), bool([63])),
    ],
    errors: [
      [
        () => sonograd.concat([zerosOf([2, 3]), zerosOf([2, 4])], 0),
        'sizes other than along axis 0 differ, [2, 3] and [2, 4]',
      ],
    ],
  },
  conv1d: {
    examples: [
      example((x, w) => sonograd.conv1d(x, w, undefined, { padding: 2, groups: 2 }), [1, 4, 5], [4, 2, 3]),
      example((x, w, b) => sonograd.conv1d(x, w, b, { stride: 3, dilation: 2 }), [1, 2, 33], [3, 2, 4], [3]),
    ],
    errors: [
      [
        () => sonograd.conv1d(zerosOf([1, 2, 9]), zerosOf([3, 4, 3])),
        'channels differ, [1, 2, 9] x [3, 4, 3]',
      ],
    ],
  },
  conv2d: {
    examples: [
      example((x, w, b) => sonograd.conv2d(x, w, b, { padding: 1 }), [1, 1, 4, 5], [2, 1, 3, 3], [2]),
      example((x, w) => sonograd.conv2d(x, w, undefined, { stride: [2, 3] }), [1, 4, 9, 7], [4, 4, 4, 2]),
      example((x, w, b) => sonograd.conv2d(x, w, b), [3, 5, 7, 9], [6, 5, 1, 1], [6]),
      example(
        (x, w) => sonograd.conv2d(x, w, undefined, { groups: 6, dilation: 2 }),
        [1, 6, 6, 9],
        [6, 1, 3, 3],
      ),
      example((x, w, b) => sonograd.conv2d(x, w, b, { padding: 1 }), [2, 20, 17, 23], [24, 20, 3, 3], [24]),
    ],
    errors: [
      [
        () => sonograd.conv2d(zerosOf([1, 2, 9, 9]), zerosOf([3, 2, 9, 10])),
        'the kernel does not fit into the padded input, [1, 2, 9, 9] x [3, 2, 9, 10]',
      ],
      [
        () => sonograd.conv2d(zerosOf([1, 2, 9, 9]), zerosOf([3, 2, 3, 3]), zerosOf([2])),
        'the bias must have shape [3], got [2]',
      ],
    ],
  },
  convTranspose1d: {
    examples: [
      example((x, w, b) => sonograd.convTranspose1d(x, w, b, { stride: 2 }), [2, 3, 9], [3, 2, 4], [2]),
      example(
        (x, w) => sonograd.convTranspose1d(x, w, undefined, { stride: 3, outputPadding: 2, groups: 2 }),
        [1, 4, 5],
        [4, 3, 2],
      ),
    ],
    errors: [
      [
        () =>
          sonograd.convTranspose1d(zerosOf([1, 2, 9]), zerosOf([2, 3, 3]), undefined, { outputPadding: 1 }),
        'outputPadding must be below stride or dilation, 1 with stride=1 dilation=1',
      ],
    ],
  },
  convTranspose2d: {
    examples: [
      example(
        (x, w, b) => sonograd.convTranspose2d(x, w, b, { stride: 2, padding: 1 }),
        [1, 1, 3, 4],
        [1, 1, 4, 4],
        [1],
      ),
      example((x, w) => sonograd.convTranspose2d(x, w, undefined, { stride: 3 }), [1, 4, 3, 3], [4, 3, 2, 1]),
      example(
        (x, w) => sonograd.convTranspose2d(x, w, undefined, { dilation: 2 }),
        [1, 2, 5, 5],
        [2, 3, 3, 3],
      ),
    ],
    errors: [
      [
        () => sonograd.convTranspose2d(zerosOf([1, 2, 9, 9]), zerosOf([3, 2, 3, 3])),
        'channels differ, [1, 2, 9, 9] x [3, 2, 3, 3]',
      ],
    ],
  },
  copy: { ...elementwise((x) => x.copy(), { integers: true }), errors: [] },
  cos: elementwise((x) => x.cos(), { low: -9, high: 9 }),
  cumsum: alongAxis((x, axis) => x.cumsum(axis)),
  detach: { examples: [example((x) => x.detach(), [2, 3])], gradient: 'none', errors: [] },
  div: broadcasting((a, b) => a.div(b), { right: { low: 0.5, high: 2 } }),
  einsum: {
    examples: [
      example((a, b) => sonograd.einsum('ij,jk->ik', a, b), [2, 3], [3, 4]),
      example((a, b) => sonograd.einsum('bij,bjk->bik', a, b), [2, 3, 2], [2, 2, 3]),
      example((a) => sonograd.einsum('ii->', a), [3, 3]),
    ],
    errors: [[() => sonograd.einsum('ij', zerosOf([2])), "'ij' needs 2 axes, got [2]"]],
  },
  eq: withoutGradient(broadcasting((a, b) => a.eq(b), { dtypes: all })),
  erf: elementwise((x) => x.erf(), { low: -4, high: 4 }),
  exp: elementwise((x) => x.exp(), { low: -5, high: 5 }),
  expand: {
    examples: [
      example((x) => x.expand([2, 3, 5]), [3, 1]),
      example((x) => x.expand([4, -1]), [1, 65]),
      example((x) => x.expand([3, 7]), bool([3, 1])),
    ],
    errors: [[() => zerosOf([2, 3]).expand([2, 4]), 'cannot repeat [2, 3] to [2, 4]']],
  },
  flatten: {
    examples: [example((x) => x.flatten(), [2, 3, 4]), example((x) => x.flatten(1), [2, 3, 4])],
    errors: [[() => zerosOf([2, 3]).flatten(1, 0), 'startAxis must not lie behind endAxis, got 1 and 0']],
  },
  flip: alongAxis((x, axis) => x.flip(axis)),
  floor: withoutGradient(elementwise((x) => x.floor(), { low: -9, high: 9 })),
  gather: {
    examples: [
      example((x, at) => x.gather(0, asInt32(at)), [3, 4], index([2, 4], 3)),
      example((x, at) => x.gather(-1, asInt32(at)), [2, 5], index([2, 3], 5)),
    ],
    errors: [
      [
        () => zerosOf([3, 4]).gather(0, asInt32(zerosOf([2, 5], 'int32'))),
        'index [2, 5] must fit [3, 4] beside axis 0',
      ],
    ],
  },
  ge: withoutGradient(broadcasting((a, b) => a.ge(b), { dtypes: all })),
  gelu: elementwise((x) => x.gelu(), { low: -4, high: 4 }),
  gemm: {
    examples: [
      example((a, b) => gemm(a, b, true, true), [3, 2], [4, 3]),
      example((a, b) => gemm(a, b, true), [2, 3, 2], [2, 3, 4]),
      example((a, b) => gemm(a, b, false, true), [65, 5], [63, 5]),
    ],
    errors: [],
  },
  gru: recurrentCases.gru,
  gt: withoutGradient(broadcasting((a, b) => a.gt(b), { dtypes: all })),
  indexSelect: {
    examples: [
      example((x, at) => x.indexSelect(0, asInt32(at)), [3, 4], index([5], 3)),
      example((x, at) => x.indexSelect(1, asInt32(at)), [3, 4], index([2], 4)),
    ],
    errors: [
      [() => zerosOf([3]).indexSelect(0, asInt32(zerosOf([1, 2], 'int32'))), 'index must be 1-d, got [1, 2]'],
    ],
  },
  inside: withoutGradient(elementwise((x) => x.inside(-0.77, 1.11))),
  le: withoutGradient(broadcasting((a, b) => a.le(b), { dtypes: all })),
  leakyRelu: elementwise((x) => x.leakyRelu(0.2)),
  linear: {
    examples: [
      example((x, w, b) => sonograd.linear(x, w, b), [5, 3], [4, 3], [4]),
      example((x, w) => sonograd.linear(x, w), [2, 3, 7], [65, 7]),
      example((x, w, b) => sonograd.linear(x, w, b), [0, 3], [4, 3], [4]),
    ],
    errors: [
      [() => sonograd.linear(zerosOf([2, 3]), zerosOf([4, 2])), 'inner sizes differ, [2, 3] x [4, 2]'],
      [
        () => sonograd.linear(zerosOf([2, 3]), zerosOf([4, 3]), zerosOf([3])),
        'bias must be one for each row of the weight, [3] x [4, 3]',
      ],
    ],
  },
  log: elementwise((x) => x.log(), { low: 0.2, high: 50 }),
  log1p: elementwise((x) => x.log1p(), { low: -0.8, high: 9 }),
  logicalAnd: withoutGradient(broadcasting((a, b) => asBool(a).logicalAnd(asBool(b)), { dtypes: ['bool'] })),
  logicalNot: {
    examples: [example((x) => asBool(x).logicalNot(), bool([65]))],
    gradient: 'none',
    errors: [[() => asBool(zerosOf([2])).logicalNot(), 'dtype must be bool, got float32 [2]']],
  },
  logicalOr: withoutGradient(broadcasting((a, b) => asBool(a).logicalOr(asBool(b)), { dtypes: ['bool'] })),
  logSoftmax: alongAxis((x, axis) => x.logSoftmax(axis)),
  logSumExp: {
    ...reducing((x, axes, options) => x.logSumExp(axes, options), { integers: false }),
    errors: [],
  },
  lstm: recurrentCases.lstm,
  lt: withoutGradient(broadcasting((a, b) => a.lt(b), { dtypes: all })),
  matmul: {
    examples: [
      example((a, b) => a.matmul(b), [2, 3], [3, 4]),
      example((a, b) => a.matmul(b), [3], [3, 4]),
      example((a, b) => a.matmul(b), [2, 1, 2, 3], [2, 3, 2]),
      example((a, b) => a.matmul(b), [5, 0], [0, 4]),
      example((a, b) => a.matmul(b), [65, 63], [63, 64]),
      example((a, b) => a.matmul(b), [127], [127]),
    ],
    random: fc
      .tuple(...([70, 70, 70] as const).map((max) => fc.integer({ min: 0, max })))
      .map(([m, k, n]) => example((a, b) => a.matmul(b), [m!, k!], [k!, n!])),
    errors: [[() => zerosOf([2, 3]).matmul(zerosOf([4, 5])), 'inner sizes differ, [2, 3] x [4, 5]']],
  },
  max: reducing((x, axes, options) => x.max(axes, options)),
  maxPool1d: {
    examples: [
      example((x) => sonograd.maxPool1d(x, 2), [2, 1, 9]),
      example((x) => sonograd.maxPool1d(x, 3, { stride: 2, padding: 1, dilation: 2 }), [1, 3, 65]),
    ],
    errors: [
      [
        () => sonograd.maxPool1d(zerosOf([1, 9]), 3),
        'the input must be [batch, channels, length], got [1, 9]',
      ],
    ],
  },
  maxPool2d: {
    examples: [
      example((x) => sonograd.maxPool2d(x, 2), [1, 1, 5, 4]),
      example((x) => sonograd.maxPool2d(x, 2), [2, 3, 10, 23]),
      example((x) => sonograd.maxPool2d(x, 3, { stride: 1, padding: 1 }), [1, 1, 4, 5]),
      example((x) => sonograd.maxPool2d(x, [2, 3], { stride: [1, 3], dilation: [2, 1] }), [2, 3, 9, 11]),
    ],
    errors: [
      [
        () => sonograd.maxPool2d(zerosOf([1, 1, 9, 9]), 2, { stride: 0 }),
        'stride must be one whole number or 2 of at least 1, got 0',
      ],
    ],
  },
  maximum: broadcasting((a, b) => a.maximum(b), { dtypes: numbers }),
  mean: {
    ...reducing((x, axes, options) => x.mean(axes, options), { integers: false }),
    errors: [[() => zerosOf([2], 'bool').mean(), 'dtype must be float32, got bool [2]']],
  },
  min: reducing((x, axes, options) => x.min(axes, options)),
  minimum: broadcasting((a, b) => a.minimum(b), { dtypes: numbers }),
  mul: broadcasting((a, b) => a.mul(b), { dtypes: numbers }),
  ne: withoutGradient(broadcasting((a, b) => a.ne(b), { dtypes: all })),
  neg: elementwise((x) => x.neg(), { integers: true }),
  norm: { ...reducing((x, axes, options) => x.norm(axes, options), { integers: false }), errors: [] },
  oneHot: {
    examples: [example((x) => asInt32(x).oneHot(5), index([2, 3], 5))],
    gradient: 'none',
    errors: [[() => asInt32(zerosOf([2])).oneHot(3), 'dtype must be int32, got float32 [2]']],
  },
  pad: {
    examples: [
      example(
        (x) =>
          x.pad(
            [
              [1, 0],
              [2, 1],
            ],
            { value: 0.5 },
          ),
        [2, 3],
      ),
      example(
        (x) =>
          x.pad(
            [
              [0, 0],
              [3, 4],
            ],
            { mode: 'reflect' },
          ),
        [2, 5],
      ),
      example(
        (x) =>
          x.pad(
            [
              [1, 2],
              [0, 1],
            ],
            { mode: 'replicate' },
          ),
        [2, 3],
      ),
    ],
    errors: [
      [
        () => zerosOf([3]).pad([[3, 0]], { mode: 'reflect' }),
        'reflect reaches at most 2 beyond an axis of 3, got [3, 0]',
      ],
    ],
  },
  permute: {
    examples: [
      example((x) => x.permute([2, 0, 1]), [2, 3, 4]),
      example((x) => x.permute([0, 2, 1, 3]), [5, 7, 6, 9]),
      example((x) => x.permute([2, 1, 0]), bool([5, 7, 6])),
    ],
    random: someShape.chain((shape) =>
      fc
        .shuffledSubarray(
          shape.map((_, axis) => axis),
          { minLength: shape.length },
        )
        .map((order) => example((x: Tensor) => x.permute(order), shape)),
    ),
    errors: [[() => zerosOf([2, 3]).permute([0, 0]), 'every axis must be named once, got [0, 0] for [2, 3]']],
  },
  pow: broadcasting((a, b) => a.pow(b), { low: 0.2, high: 3, right: { low: -2, high: 3 } }),
  reciprocal: elementwise((x) => x.reciprocal(), { low: 0.5, high: 4 }),
  relu: elementwise((x) => x.relu(), { integers: true }),
  reshape: {
    examples: [example((x) => x.reshape([3, 4]), [2, 6]), example((x) => x.reshape([-1, 2]), [2, 6])],
    errors: [[() => zerosOf([2, 3]).reshape([4, 2]), 'element counts differ, [2, 3] to [4, 2]']],
  },
  roll: alongAxis((x, axis) => x.roll(-2, axis)),
  resize: {
    examples: [
      example((x) => sonograd.resize(x, [6, 9]), [1, 1, 3, 4]),
      example((x) => sonograd.resize(x, [5, 7], { mode: 'bilinear' }), [1, 1, 3, 4]),
      example((x) => sonograd.resize(x, [5, 3], { mode: 'bilinear' }), [2, 3, 11, 9]),
    ],
    errors: [
      [
        () => sonograd.resize(zerosOf([1, 1, 3, 3]), [2, 2], { mode: 'cubic' as 'nearest' }),
        'mode must be one of nearest, bilinear, got cubic',
      ],
    ],
  },
  rnn: recurrentCases.rnn,
  round: withoutGradient(elementwise((x) => x.round(), { low: -9, high: 9 })),
  rsqrt: elementwise((x) => x.rsqrt(), { low: 0.5, high: 9 }),
  scaledDotProductAttention: attentionCase,
  scatterAdd: {
    examples: [
      example((x, at, source) => x.scatterAdd(0, asInt32(at), source), [3, 4], index([2, 4], 3), [2, 4]),
    ],
    errors: [
      [
        () => zerosOf([3]).scatterAdd(0, asInt32(zerosOf([2], 'int32')), zerosOf([1])),
        'index and source differ, [2] and [1]',
      ],
    ],
  },
  sigmoid: elementwise((x) => x.sigmoid(), { low: -9, high: 9 }),
  sign: withoutGradient(elementwise((x) => x.sign(), { integers: true })),
  silu: elementwise((x) => x.silu(), { low: -9, high: 9 }),
  sin: elementwise((x) => x.sin(), { low: -9, high: 9 }),
  slice: {
    ...alongAxis((x, axis) => x.slice(axis, 1, -1, 2)),
    errors: [[() => zerosOf([2]).slice(0, 0, 2, 0), 'step must be a whole number from 1, got 0']],
  },
  softmax: alongAxis((x, axis) => x.softmax(axis)),
  softplus: elementwise((x) => x.softplus(), { low: -20, high: 20 }),
  sort: alongAxis((x, axis) => x.sort(axis).values),
  split: {
    examples: [example((x) => x.split(2), [5, 3]), example((x) => x.split([3, 0, 4], 1), [2, 7])],
    errors: [[() => zerosOf([5]).split([2, 2]), 'sizes must add up to 5, got [2, 2] for [5]']],
  },
  sqrt: elementwise((x) => x.sqrt(), { low: 0.2, high: 9 }),
  square: elementwise((x) => x.square(), { integers: true }),
  squeeze: {
    examples: [example((x) => x.squeeze(), [2, 1, 3, 1]), example((x) => x.squeeze(1), [2, 1, 3, 1])],
    errors: [[() => zerosOf([2, 3]).squeeze(1), 'axis 1 must have size 1, got [2, 3]']],
  },
  stack: {
    examples: [example((a, b) => sonograd.stack([a, b], 1), [2, 3], [2, 3])],
    errors: [[() => sonograd.stack([zerosOf([2]), zerosOf([3])]), 'shapes differ, [2] and [3]']],
  },
  step: withoutGradient(elementwise((x) => x.step())),
  sub: broadcasting((a, b) => a.sub(b), { dtypes: numbers }),
  sum: reducing((x, axes, options) => x.sum(axes, options), { empty: true }),
  sumTo: { examples: [example((x) => sonograd.sumTo(x, [3, 1]), [2, 3, 4])], errors: [] },
  tanh: elementwise((x) => x.tanh(), { low: -4, high: 4 }),
  to: {
    examples: numbers.flatMap((dtype) =>
      all.map((target) => example((x) => x.to(target), { shape: [67], dtype, low: -9, high: 9 })),
    ),
    gradient: 'none',
    errors: [],
  },
  topK: {
    ...alongAxis((x, axis) => x.topK(Math.min(2, x.shape[axis < 0 ? axis + x.rank : axis]!), axis).values),
    errors: [[() => zerosOf([3]).topK(4), 'k must be a whole number from 0 to 3, got 4']],
  },
  transpose: {
    examples: [
      example((x) => x.transpose(0, 2), [2, 3, 4]),
      example((x) => x.transpose(0, 1), [67, 35]),
      example((x) => x.transpose(-1, -2), [3, 130, 270]),
    ],
    errors: [[() => zerosOf([2, 3]).transpose(0, 2), 'axis must be from -2 to 1, got 2']],
  },
  unsqueeze: {
    examples: [example((x) => x.unsqueeze(1), [2, 3])],
    errors: [[() => zerosOf([2]).unsqueeze(3), 'axis must be from -2 to 1, got 3']],
  },
  variance: {
    ...reducing((x, axes, options) => x.variance(axes, { ...options, correction: 0 }), { integers: false }),
    errors: [],
  },
  where: {
    examples: all.flatMap((dtype) => [
      example(choose, bool([65]), { shape: [65], dtype }, { shape: [65], dtype }),
      example(choose, bool([3, 1]), { shape: [], dtype }, { shape: [4], dtype }),
      example(choose, bool([4]), { shape: [3, 1], dtype }, { shape: [1], dtype }),
    ]),
    errors: [
      [
        () => choose(zerosOf([2, 3], 'bool'), zerosOf([4]), zerosOf([1])),
        'shapes do not broadcast, [2, 3] and [4]',
      ],
    ],
  },
} satisfies Record<OpName, OpCase> as Record<OpName, OpCase>;

function choose(condition: Tensor, a: Tensor, b: Tensor): Tensor {
  return sonograd.where(asBool(condition), a, b);
}
