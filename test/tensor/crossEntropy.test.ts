import {
  type CrossEntropyOptions,
  crossEntropy,
  fromArray,
  gather,
  logSoftmax,
  memory,
  noGrad,
  randn,
  randomIntegers,
  randomKey,
  scope,
  setEngine,
  type Tensor,
} from '@sonograd/tensor';
import { afterAll, describe, expect, test } from 'vitest';
import { onEveryEngine } from './engines.ts';
import {
  checkBothForms,
  checkSecondGradient,
  checkThreads,
  largestDifference,
  valuesAndGradients,
} from './fusedChecks.ts';

type Labels = Tensor<readonly number[], 'int32'>;

const labelsOf = (shape: readonly number[], classes: number): Labels => {
  const count = shape.reduce((product, size) => product * size, 1);
  return fromArray(randomIntegers(new Int32Array(count), randomKey(9), 0, classes), shape) as Labels;
};

const logitsOf = (shape: readonly number[]): Tensor => randn(shape, { key: randomKey(1) }) as Tensor;

const settings: readonly CrossEntropyOptions[] = [
  {},
  { reduction: 'sum', labelSmoothing: 0.3 },
  { reduction: 'none', ignoreIndex: 1 },
  { weight: fromArray(Float32Array.of(0.5, 2, 1), [3]) as Tensor, labelSmoothing: 0.1, ignoreIndex: 0 },
];

const lossOf =
  (labels: Labels, options: CrossEntropyOptions) =>
  (logits: Tensor): Tensor =>
    crossEntropy(logits, labels, options) as Tensor;

onEveryEngine('crossEntropy', () => {
  test('is the negative log of the softmax at the label', () => {
    const [logits, labels] = [logitsOf([7, 33]), labelsOf([7], 33)];
    const chosen = gather(logSoftmax(logits, 1), 1, labels.reshape([7, 1]) as Labels);
    const expected = [...chosen.data].map((value) => -value);
    expect(
      largestDifference(crossEntropy(logits, labels, { reduction: 'none' }).data, expected),
    ).toBeLessThan(1e-6);
    const mean = expected.reduce((sum, value) => sum + value, 0) / 7;
    expect(crossEntropy(logits, labels).item()).toBeCloseTo(mean, 5);
  });

  test.each(settings)('gradients of gradients, %j', (options) => {
    for (const [shape, labels] of [
      [[4, 3], labelsOf([4], 3)],
      [[2, 3, 2], labelsOf([2, 2], 3)],
    ] as const) {
      checkSecondGradient(lossOf(labels, options), [logitsOf(shape)]);
      checkBothForms(lossOf(labels, options), [logitsOf(shape)]);
    }
  });

  test('classes on axis 1 of any shape: the same as rows', () => {
    const [logits, labels] = [logitsOf([3, 5, 4, 9]), labelsOf([3, 4, 9], 5)];
    const rows = logits.permute([0, 2, 3, 1]).reshape([108, 5]) as Tensor;
    for (const options of [{}, { labelSmoothing: 0.2, ignoreIndex: 3 }]) {
      const [loss, gradient] = valuesAndGradients(lossOf(labels, options), [logits]);
      const flat = valuesAndGradients(lossOf(labels.reshape([108]) as Labels, options), [rows]);
      const unfolded = fromArray(flat[1]!, [3, 4, 9, 5]).permute([0, 3, 1, 2]);
      expect(largestDifference(loss!, flat[0]!)).toBeLessThan(1e-5);
      expect(largestDifference(gradient!, unfolded.data)).toBeLessThan(1e-5);
    }
  });

  test('ignored labels have no loss and no gradient, and do not count', () => {
    const labels = fromArray(Int32Array.of(2, -100, 0), [3]) as Labels;
    const logits = logitsOf([3, 3]);
    const [, gradient] = valuesAndGradients(lossOf(labels, { labelSmoothing: 0.1 }), [logits]);
    expect([...gradient!.subarray(3, 6)]).toEqual([0, 0, 0]);
    const each = crossEntropy(logits, labels, { reduction: 'none' });
    expect(each.data[1]).toBe(0);
    expect(crossEntropy(logits, labels).item()).toBeCloseTo((each.data[0]! + each.data[2]!) / 2, 6);
    const nothing = fromArray(Int32Array.of(-100, -100, -100), [3]) as Labels;
    expect(crossEntropy(logits, nothing).item()).toBeNaN();
  });

  test('large logits neither overflow nor lose digits', () => {
    const logits = fromArray(Float32Array.of(1000, 999, -1000), [1, 3]) as Tensor;
    const labels = fromArray(Int32Array.of(1), [1]) as Labels;
    expect(crossEntropy(logits, labels).item()).toBeCloseTo(1 + Math.log1p(Math.exp(-1)), 6);
    const [, gradient] = valuesAndGradients(lossOf(labels, { reduction: 'sum' }), [logits]);
    expect([...gradient!].every(Number.isFinite)).toBe(true);
  });

  test('wrong labels are named, wherever they stand', () => {
    const wrong = fromArray(
      Int32Array.from({ length: 70 }, (_, index) => (index === 66 ? -1 : 0)),
      [2, 35],
    ) as Labels;
    expect(() => crossEntropy(logitsOf([2, 3, 35]), wrong)).toThrow(
      'crossEntropy: labels must be from 0 to 2 or -100, got -1 at position 66',
    );
    expect(() => crossEntropy(logitsOf([70, 3]), wrong.reshape([70]) as Labels)).toThrow(
      'got -1 at position 66',
    );
    expect(() => crossEntropy(logitsOf([2, 3]), labelsOf([2], 3), { labelSmoothing: 2 })).toThrow(
      'crossEntropy: labelSmoothing must be from 0 to 1, got 2',
    );
    expect(() => crossEntropy(logitsOf([2, 3]), labelsOf([2], 3), { weight: logitsOf([2]) })).toThrow(
      'crossEntropy: weight must have one element for each of 3 classes, got [2]',
    );
  });
});

describe('kernels', () => {
  afterAll(() => setEngine('simd'));

  test.each([
    [[7, 3], [7]],
    [[9000, 10], [9000]],
    [[65, 1000], [65]],
    [
      [3, 11, 50, 67],
      [3, 50, 67],
    ],
  ])('the same bits on any number of threads, %j', async (shape, labelShape) => {
    const run = lossOf(labelsOf(labelShape, shape[1]!), { labelSmoothing: 0.1 });
    await checkThreads(() => valuesAndGradients(run, [logitsOf(shape)]));
  });

  test('a training loop settles', () => {
    setEngine('simd');
    const [logits, labels] = [logitsOf([64, 32]), labelsOf([64], 32)];
    logits.requiresGrad = true;
    const step = () => {
      scope(() => crossEntropy(logits, labels).backward());
      noGrad(() => crossEntropy(logits, labels)).dispose();
    };
    step();
    const before = memory().liveBytes;
    for (let count = 0; count < 20; count++) step();
    expect(memory().liveBytes).toBe(before);
  });
});
