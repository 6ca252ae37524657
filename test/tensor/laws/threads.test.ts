import {
  type AnyTensor,
  avgPool2d,
  batchNorm,
  concat,
  conv1d,
  conv2d,
  convTranspose2d,
  crossEntropy,
  dropout,
  embedding,
  groupNorm,
  gru,
  layerNorm,
  linear,
  lstm,
  maxPool2d,
  noGrad,
  randn,
  randomKey,
  resize,
  rnn,
  type Shape,
  scaledDotProductAttention,
  scope,
  setEngine,
  type Tensor,
  where,
} from '@sonograd/tensor';
import { poolReady } from '@sonograd/wasm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { draw, elements, integers } from './plain.ts';

type Asked = (...inputs: Tensor[]) => AnyTensor;

/** Large enough that every op is cut into several ranges, odd enough that the last one is short. */
const wide: Shape = [129, 1031];
const labels = (count: number, classes: number) =>
  integers(Array.from({ length: count }, (_, at) => (at * 31) % classes));
const recurrentWeights = (gates: number) => ({
  weightIh: draw([gates * 65, 33], 8),
  weightHh: draw([gates * 65, 65], 9),
});

const elementwise: readonly (readonly [string, Asked])[] = [
  ['exp', (x) => x.exp()],
  ['tanh', (x) => x.tanh()],
  ['gelu', (x) => x.gelu()],
  ['erf', (x) => x.erf()],
  ['sigmoid', (x) => x.sigmoid()],
  ['leakyRelu', (x) => x.leakyRelu(0.1)],
  ['clamp', (x) => x.clamp(-0.5, 0.5)],
  ['round of many', (x) => x.mul(100).round()],
  ['powers', (x) => x.abs().add(0.1).pow(1.7)],
];

const others: readonly (readonly [string, Asked, readonly Shape[]])[] = [
  ['add, side by side', (a, b) => a!.add(b!), [wide, wide]],
  ['mul, a row on every row', (a, b) => a!.mul(b!), [wide, [1031]]],
  ['sub, a column on every column', (a, b) => a!.sub(b!), [wide, [129, 1]]],
  [
    'div, row by column',
    (a, b) => a!.div(b!.abs().add(1)),
    [
      [1, 1031],
      [129, 1],
    ],
  ],
  ['maximum', (a, b) => a!.maximum(b!), [wide, wide]],
  ['where', (a, b) => where(a!.gt(b!), a!, b!), [wide, wide]],
  ['sum of all', (x) => x!.sum(), [wide]],
  ['sum of rows', (x) => x!.sum(1), [wide]],
  ['sum of columns', (x) => x!.sum(0), [wide]],
  ['sum of a middle axis', (x) => x!.sum(1), [[63, 65, 67]]],
  ['max of rows', (x) => x!.max(1), [wide]],
  ['variance of columns', (x) => x!.variance(0), [wide]],
  ['norm', (x) => x!.norm(), [wide]],
  ['logSumExp of rows', (x) => x!.logSumExp(1), [wide]],
  ['softmax of rows', (x) => x!.softmax(1), [wide]],
  ['softmax of columns', (x) => x!.softmax(0), [wide]],
  ['logSoftmax', (x) => x!.logSoftmax(1), [wide]],
  ['cumsum', (x) => x!.cumsum(1), [wide]],
  ['permute', (x) => x!.permute([2, 0, 1]), [[63, 65, 67]]],
  ['transpose', (x) => x!.transpose(0, 1), [wide]],
  ['flip', (x) => x!.flip(0), [wide]],
  ['slice', (x) => x!.slice(1, 3, 1000, 2), [wide]],
  ['concat', (a, b) => concat([a!, b!], 1), [wide, wide]],
  [
    'pad',
    (x) =>
      x!.pad(
        [
          [1, 2],
          [3, 4],
        ],
        { mode: 'reflect' },
      ),
    [wide],
  ],
  ['expand', (x) => x!.expand([129, 1031]), [[129, 1]]],
  [
    'matmul',
    (a, b) => a!.matmul(b!),
    [
      [257, 301],
      [301, 263],
    ],
  ],
  [
    'matmul in batches',
    (a, b) => a!.matmul(b!),
    [
      [9, 65, 33],
      [9, 33, 67],
    ],
  ],
  ['matmul of a matrix and a vector', (a, b) => a!.matmul(b!), [[1031, 513], [513]]],
  ['linear', (x, w, b) => linear(x!, w!, b!), [[257, 129], [131, 129], [131]]],
  [
    'conv2d by 3 × 3',
    (x, w) => conv2d(x!, w!, undefined, { padding: 1 }),
    [
      [4, 16, 33, 35],
      [20, 16, 3, 3],
    ],
  ],
  [
    'conv2d with stride',
    (x, w) => conv2d(x!, w!, undefined, { stride: 2 }),
    [
      [4, 6, 65, 67],
      [12, 6, 5, 5],
    ],
  ],
  [
    'conv2d in groups',
    (x, w) => conv2d(x!, w!, undefined, { groups: 16 }),
    [
      [4, 16, 33, 35],
      [16, 1, 3, 3],
    ],
  ],
  [
    'conv1d with dilation',
    (x, w) => conv1d(x!, w!, undefined, { dilation: 4 }),
    [
      [4, 9, 2001],
      [13, 9, 7],
    ],
  ],
  [
    'convTranspose2d',
    (x, w) => convTranspose2d(x!, w!, undefined, { stride: 2 }),
    [
      [4, 12, 17, 19],
      [12, 6, 4, 4],
    ],
  ],
  ['maxPool2d', (x) => maxPool2d(x!, 3, { stride: 2, padding: 1 }), [[4, 16, 65, 67]]],
  ['avgPool2d', (x) => avgPool2d(x!, 3), [[4, 16, 65, 67]]],
  ['resize', (x) => resize(x!, [99, 101], { mode: 'bilinear' }), [[4, 8, 33, 35]]],
  ['batchNorm of images', (x) => batchNorm(x!, { training: true }), [[9, 16, 33, 35]]],
  ['batchNorm of rows', (x) => batchNorm(x!, { training: true }), [wide]],
  ['layerNorm', (x) => layerNorm(x!, [1031]), [wide]],
  ['groupNorm', (x) => groupNorm(x!, 4), [[9, 16, 33, 35]]],
  ['crossEntropy', (x) => crossEntropy(x!, labels(129, 1031)), [wide]],
  ['dropout', (x) => dropout(x!, 0.3, randomKey(3)), [wide]],
  [
    'embedding',
    (w) => embedding(w as AnyTensor as Tensor<readonly [number, number]>, labels(999, 129)),
    [wide],
  ],
  [
    'attention',
    (q, k, v) => scaledDotProductAttention(q!, k!, v!),
    [
      [6, 130, 33],
      [6, 131, 33],
      [6, 131, 31],
    ],
  ],
  ['lstm', (x) => lstm(x!, recurrentWeights(4)).output, [[17, 9, 33]]],
  ['gru', (x) => gru(x!, recurrentWeights(3)).output, [[17, 9, 33]]],
  ['rnn', (x) => rnn(x!, recurrentWeights(1)).output, [[17, 9, 33]]],
];

const cases = [...elementwise.map(([name, run]) => [name, run, [wide]] as const), ...others];

const bits = ({ data }: AnyTensor) => new Int32Array(Float32Array.from(data).buffer);

/** The output, and the gradients of all inputs for a gradient that differs from place to place. */
function bitsOf(run: Asked, shapes: readonly Shape[]): Int32Array[] {
  return scope(() => {
    const inputs = shapes.map((shape, index) => draw(shape, index + 1));
    for (const input of inputs) input.requiresGrad = true;
    const out = run(...inputs) as Tensor;
    const results = [bits(out)];
    if (out.requiresGrad) {
      out.backward(draw(out.shape, 7));
      for (const { grad } of inputs) if (grad !== null) results.push(bits(grad));
    }
    for (const { grad } of inputs) grad?.dispose();
    return results;
  });
}

afterAll(() => setEngine('simd'));

const expected = new Map<string, Int32Array[]>();

beforeAll(() => {
  setEngine('simd');
  for (const [name, run, shapes] of cases) expected.set(name, bitsOf(run, shapes));
});

describe.each([2, 4])('on %i threads the same bits as on one', (threads) => {
  beforeAll(async () => {
    setEngine('threads', { threads });
    await poolReady();
  });

  test.each(cases)('%s', (name, run, shapes) => {
    bitsOf(run, shapes).forEach((found, index) => {
      const wrong = found.findIndex((word, at) => word !== expected.get(name)![index]![at]);
      expect(wrong, `result ${index}`).toBe(-1);
    });
  });
});

describe('on any number of threads', () => {
  test('random numbers', async () => {
    const drawAll = () => noGrad(() => elements(randn([100_003], { key: randomKey(4) })));
    setEngine('simd');
    const expected = drawAll();
    setEngine('threads', { threads: 3 });
    await poolReady();
    expect(drawAll()).toEqual(expected);
  });

  test('a pool that grows and shrinks in between loses nothing', async () => {
    const x = draw(wide);
    setEngine('simd');
    const expected = x.sum().item();
    for (const threads of [4, 1, 3, 2, 4]) {
      setEngine('threads', { threads });
      await poolReady();
      expect(x.sum().item()).toBe(expected);
    }
  });
});
