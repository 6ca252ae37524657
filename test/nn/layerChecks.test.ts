import {
  AdaptiveAvgPool1d,
  AvgPool2d,
  BatchNorm1d,
  BatchNorm2d,
  Conv1d,
  Conv2d,
  ConvTranspose1d,
  ConvTranspose2d,
  Dropout,
  Embedding,
  Flatten,
  GroupNorm,
  type Layer,
  LayerNorm,
  LeakyReLU,
  Linear,
  LogSoftmax,
  LowRankLinear,
  MaxPool1d,
  Sequential,
  Softmax,
  Upsample,
} from '@sonograd/nn';
import { fromArray, gradCheck, ones, randn, randomKey, type Tensor, zeros } from '@sonograd/tensor';
import { describe, expect, test } from 'vitest';
import { onEveryEngine } from '../tensor/engines.ts';

const key = randomKey(21);

/** One small instance of each layer, and a shape to run it on. */
const cases: readonly (readonly [name: string, make: () => Layer, shape: number[]])[] = [
  ['Linear', () => new Linear(5, 3, { key }), [2, 5]],
  ['LowRankLinear', () => new LowRankLinear(5, 4, 2, { key }), [2, 5]],
  ['Conv1d', () => new Conv1d(2, 3, 3, { stride: 2, padding: 1, key }), [2, 2, 7]],
  ['Conv2d', () => new Conv2d(2, 4, 3, { groups: 2, padding: 1, key }), [1, 2, 4, 5]],
  ['ConvTranspose1d', () => new ConvTranspose1d(2, 3, 3, { stride: 2, key }), [1, 2, 4]],
  ['ConvTranspose2d', () => new ConvTranspose2d(2, 2, 2, { stride: 2, key }), [1, 2, 3, 3]],
  ['BatchNorm1d', () => new BatchNorm1d(3), [6, 3]],
  ['BatchNorm2d', () => new BatchNorm2d(2), [2, 2, 3, 3]],
  ['LayerNorm', () => new LayerNorm(6), [2, 6]],
  ['GroupNorm', () => new GroupNorm(2, 4), [2, 4, 3]],
  ['AvgPool2d', () => new AvgPool2d(2), [1, 2, 4, 4]],
  ['MaxPool1d', () => new MaxPool1d(2), [1, 2, 6]],
  ['AdaptiveAvgPool1d', () => new AdaptiveAvgPool1d(3), [1, 2, 7]],
  ['Upsample', () => new Upsample({ scaleFactor: 2, mode: 'bilinear' }), [1, 1, 3, 4]],
  ['Flatten', () => new Flatten(), [2, 3, 2]],
  ['Softmax', () => new Softmax(), [2, 5]],
  ['LogSoftmax', () => new LogSoftmax(0), [4, 3]],
  ['LeakyReLU', () => new LeakyReLU(0.3), [3, 4]],
];

onEveryEngine('gradients against differences', () => {
  test.each(cases)('%s', (_name, make, shape) => {
    const layer = make();
    const x = randn(shape, { key: randomKey(31) }) as Tensor;
    const tolerance = { relativeTolerance: 2e-2, absoluteTolerance: 2e-3 };
    gradCheck((own) => layer.forward(own) as Tensor, [x], tolerance);
    for (const parameter of layer.parameters()) {
      const values = parameter.data.slice();
      gradCheck(
        (own) => {
          // The layer as a function of one parameter, which stands in for its own while the function runs.
          const field = Object.entries(layer).find(([, value]) => value === parameter)?.[0] as string;
          Object.assign(layer, { [field]: own });
          try {
            return layer.forward(x) as Tensor;
          } finally {
            Object.assign(layer, { [field]: parameter });
          }
        },
        [fromArray(values as Float32Array, parameter.shape) as Tensor],
        tolerance,
      );
    }
  });
});

onEveryEngine('dropout', () => {
  test('drops its share, scales the rest, and keeps the mean', () => {
    const layer = new Dropout(0.3, { key });
    const { data } = layer.forward(ones([100, 100])) as Tensor;
    const zerosFound = data.filter((value) => value === 0).length;
    expect(Math.abs(zerosFound / 10000 - 0.3)).toBeLessThan(0.02);
    expect(data.filter((value) => value !== 0).every((value) => Math.abs(value - 1 / 0.7) < 1e-6)).toBe(true);
  });

  test('sends gradients where it sent values', () => {
    const x = ones([20, 5], { requiresGrad: true });
    const y = new Dropout(0.5, { key: randomKey(1) }).forward(x) as Tensor;
    y.sum().backward();
    expect([...(x.grad as Tensor).data]).toEqual([...y.data]);
  });
});

describe('embedding', () => {
  test('the entry of padding is zero and never learns', () => {
    const layer = new Embedding(4, 3, { paddingIdx: 1, key });
    const symbols = fromArray(Int32Array.of(1, 2, 1, 0), [2, 2]);
    const rows = layer.forward(symbols);
    expect([...rows.data.subarray(0, 3)]).toEqual([0, 0, 0]);
    (rows as Tensor).sum().backward();
    expect([...(layer.weight.grad as Tensor).data]).toEqual([1, 1, 1, 0, 0, 0, 1, 1, 1, 0, 0, 0]);
  });
});

describe('batch-norm', () => {
  test('batches of mean 4 and deviation 2 come out as such in evaluation, once they were seen', () => {
    const layer = new BatchNorm1d(1, { momentum: null });
    for (let seed = 0; seed < 20; seed++) {
      layer.forward(
        randn([200, 1], { key: randomKey(seed) })
          .mul(2)
          .add(4) as Tensor,
      );
    }
    expect(layer.numBatchesTracked?.item()).toBe(20);
    expect(layer.runningMean?.item()).toBeCloseTo(4, 1);
    expect(layer.runningVar?.item()).toBeCloseTo(4, 0);
    layer.eval();
    expect((layer.forward(fromArray(Float32Array.of(6), [1, 1])) as Tensor).item()).toBeCloseTo(1, 1);
    expect(layer.numBatchesTracked?.item()).toBe(20);
  });
});

describe('bad input names the layer and the values', () => {
  const refused: readonly (readonly [run: () => unknown, message: string])[] = [
    [
      () => new Conv2d(3, 8, 3, { groups: 2 }),
      'Conv2d: groups must divide the channels, groups=2 for 3 -> 8',
    ],
    [
      () => new ConvTranspose1d(4, 3, 3, { groups: 4 }),
      'ConvTranspose1d: groups must divide the channels, groups=4 for 4 -> 3',
    ],
    [
      () => new BatchNorm2d(3).forward(zeros([2, 4, 5, 5])),
      'BatchNorm2d: x must have 3 channels on axis 1 of 4, got [2, 4, 5, 5]',
    ],
    [() => new GroupNorm(3, 8), 'GroupNorm: groups must divide the channels, numGroups=3 numChannels=8'],
    [() => new Dropout(1.2), 'Dropout: the rate of dropout must lie in [0, 1), got 1.2'],
    [() => new Embedding(4, 2, { paddingIdx: 4 }), 'Embedding: paddingIdx must lie below 4, got 4'],
    [() => new Upsample({}), 'Upsample: needs either size or scaleFactor, got {}'],
    [
      () => (new Upsample({ scaleFactor: 2 }) as Layer).forward(zeros([2, 3])),
      'Upsample: x must be [batch, channels, height, width], got [2, 3]',
    ],
    [
      () => (new Sequential(new Linear(3, 2)) as Layer).forward(zeros([1, 4])),
      'linear: inner sizes differ, [1, 4] x [2, 3]',
    ],
  ];

  test.each(refused.map(([run, message]) => [message, run] as const))('%s', (message, run) => {
    expect(run).toThrow(message);
  });
});
