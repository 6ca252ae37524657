import {
  batchNorm,
  fromArray,
  gradCheck,
  memory,
  noGrad,
  ones,
  randn,
  randomKey,
  relu,
  scope,
  setEngine,
  type Tensor,
  zeros,
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

const shapes = [
  [4, 3],
  [3, 2, 5],
  [2, 3, 4, 5],
];

const inputsOf = (shape: readonly number[]): Tensor[] => [
  randn(shape, { key: randomKey(1) }) as Tensor,
  randn([shape[1]!], { key: randomKey(2) }).add(1) as Tensor,
  randn([shape[1]!], { key: randomKey(3) }) as Tensor,
];

const trained = (x: Tensor, weight?: Tensor, bias?: Tensor): Tensor =>
  batchNorm(x, { training: true, weight, bias });

onEveryEngine('batchNorm', () => {
  test('gives every channel mean 0 and variance 1', () => {
    const out = trained(randn([5, 3, 7]).mul(4).add(2) as Tensor);
    for (const mean of out.mean([0, 2]).data) expect(mean).toBeCloseTo(0, 6);
    for (const variance of out.variance([0, 2], { correction: 0 }).data) expect(variance).toBeCloseTo(1, 4);
  });

  test.each(shapes)('gradients of gradients, %i x %i', (...shape) => {
    checkSecondGradient(trained, inputsOf(shape));
    checkBothForms(trained, inputsOf(shape));
  });

  test('gradients of gradients by the running statistics', () => {
    const evaluated = (x: Tensor, weight: Tensor, bias: Tensor): Tensor =>
      batchNorm(x, {
        training: false,
        weight,
        bias,
        runningMean: fromArray(Float32Array.of(0.3, -0.2, 0.1), [3]),
        runningVariance: fromArray(Float32Array.of(0.5, 1, 2), [3]),
      });
    checkSecondGradient(evaluated, inputsOf([4, 3]));
    checkBothForms(evaluated, inputsOf([4, 3, 6]));
  });

  test.each([true, false])('a ReLU on the way out is a ReLU behind it, training %s', (training) => {
    const statistics = { runningMean: zeros([3]), runningVariance: ones([3]) };
    for (const shape of [
      [8, 3],
      [4, 3, 33],
      [2, 3, 70, 80],
    ]) {
      const inputs = inputsOf(shape);
      const options = (weight: Tensor, bias: Tensor) => ({ training, ...statistics, weight, bias });
      const fused = valuesAndGradients(
        (x, weight, bias) => batchNorm(x!, { ...options(weight!, bias!), activation: 'relu' }),
        inputs,
      );
      const apart = valuesAndGradients(
        (x, weight, bias) => relu(batchNorm(x!, options(weight!, bias!))),
        inputs,
      );
      fused.forEach((values, index) => {
        expect(largestDifference(values, apart[index]!)).toBeLessThan(1e-5);
      });
    }
  });

  test('the gradient of its ReLU has a gradient', () => {
    const f = (x: Tensor, weight: Tensor, bias: Tensor): Tensor =>
      batchNorm(x, { training: true, weight, bias, activation: 'relu' });
    checkBothForms(f, inputsOf([6, 3, 4]));
  });

  test('running statistics move by the momentum, the variance unbiased', () => {
    const x = fromArray(Float32Array.of(1, 2, 3, 6), [4, 1]) as Tensor;
    const [runningMean, runningVariance] = [ones([1]), ones([1])];
    trainedWith(x, runningMean, runningVariance, 0.25);
    expect(runningMean.item()).toBeCloseTo(0.75 + 0.25 * 3, 6);
    expect(runningVariance.item()).toBeCloseTo(0.75 + (0.25 * 14) / 3, 6);
  });

  test('a change of the running statistics is noticed where the gradient needs them', () => {
    const [runningMean, runningVariance] = [zeros([2]), ones([2])];
    const x = randn([3, 2], { requiresGrad: true });
    const out = batchNorm(x, { training: false, runningMean, runningVariance });
    trainedWith(randn([3, 2]) as Tensor, runningMean, runningVariance);
    expect(() => out.sum().backward()).toThrow(/batchNorm: input 3 \[2\] was changed in place/);
  });

  test('nothing at all goes through evaluation unharmed', () => {
    const statistics = { runningMean: zeros([2]), runningVariance: ones([2]) };
    expect(batchNorm(zeros([0, 2, 3]), { training: false, ...statistics }).shape).toEqual([0, 2, 3]);
  });

  test('NaN stays in its channel', () => {
    const x = fromArray(Float32Array.of(1, Number.NaN, 2, 5, 4, 7), [3, 2]) as Tensor;
    const out = [...trained(x).data];
    expect(out.map(Number.isNaN)).toEqual([false, true, false, true, false, true]);
  });
});

function trainedWith(x: Tensor, runningMean: Tensor, runningVariance: Tensor, momentum = 0.1): Tensor {
  return batchNorm(x, { training: true, runningMean, runningVariance, momentum });
}

describe('kernels', () => {
  afterAll(() => setEngine('simd'));

  test.each([
    [7, 5, 3],
    [300, 33],
    [9, 4, 5000],
    [3, 40, 17, 13],
    [40, 16, 16, 16],
    [520, 300],
  ])('the same bits on any number of threads, %i x %i', async (...shape) => {
    await checkThreads(() => valuesAndGradients(trained as (...x: Tensor[]) => Tensor, inputsOf(shape)));
  });

  test.each([
    [64, 8],
    [700, 8],
    [4, 8, 40],
    [2, 8, 9000],
  ])('variance right to 1e-4 where the mean is 1,000 deviations away, %i x %i', (...shape) => {
    setEngine('simd');
    const x = randn(shape, { key: randomKey(5) }).add(1000) as Tensor;
    const out = trained(x);
    const [axes, size] = [shape.map((_, axis) => axis).filter((axis) => axis !== 1), x.size / 8];
    const deviations = exactDeviations(x, 8);
    const squares = out.square().sum(axes).data;
    deviations.forEach((deviation, channel) => {
      const expected = (deviation * deviation) / (deviation * deviation + 1e-5);
      expect(Math.abs(squares[channel]! / size - expected)).toBeLessThan(1e-4);
    });
  });

  test('one outlier among the first rows costs no digits', () => {
    setEngine('simd');
    const values = Float32Array.from({ length: 400 }, (_, index) => (index === 0 ? 1e4 : Math.sin(index)));
    const out = trained(fromArray(values, [400, 1]) as Tensor);
    const mean = values.reduce((sum, value) => sum + value, 0) / 400;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 400;
    values.forEach((value, index) => {
      expect(Math.abs(out.data[index]! - (value - mean) / Math.sqrt(variance + 1e-5))).toBeLessThan(
        2e-6 * 20,
      );
    });
  });
});

function exactDeviations(x: Tensor, channels: number): number[] {
  const inner = x.shape.slice(2).reduce((product, size) => product * size, 1);
  return Array.from({ length: channels }, (_, channel) => {
    const own = [...x.data].filter((_, at) => Math.floor(at / inner) % channels === channel);
    const mean = own.reduce((sum, value) => sum + value, 0) / own.length;
    return Math.sqrt(own.reduce((sum, value) => sum + (value - mean) ** 2, 0) / own.length);
  });
}

describe('memory', () => {
  test('what is saved for the gradient goes with it, or at once where nobody records', () => {
    setEngine('simd');
    const x = randn([8, 4, 32], { requiresGrad: true });
    const [runningMean, runningVariance] = [zeros([4]), ones([4])];
    const step = () => {
      scope(() =>
        trainedWith(x as Tensor, runningMean, runningVariance)
          .sum()
          .backward(),
      );
      noGrad(() => trainedWith(x as Tensor, runningMean, runningVariance)).dispose();
    };
    step();
    const before = memory().liveBytes;
    for (let count = 0; count < 20; count++) step();
    expect(memory().liveBytes).toBe(before);
  });

  test('weight and bias may be left out', () => {
    gradCheck((x) => trained(x), [randn([4, 2]) as Tensor]);
    gradCheck((x, bias) => trained(x, undefined, bias), [randn([4, 2]) as Tensor, randn([2]) as Tensor]);
  });
});
