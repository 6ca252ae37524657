import {
  adamStep,
  averageStep,
  clipNorm,
  clipValue,
  engineNames,
  fromArray,
  globalNorm,
  memory,
  ones,
  randn,
  randomKey,
  rmsPropStep,
  setEngine,
  sgdStep,
  splitKey,
  type Tensor,
  zerosLike,
} from '@sonograd/tensor';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type AverageIndex, steppedInput } from '../golden/cases.ts';
import { generate } from '../golden/formulas.ts';
import { difference, goldenNames, readGolden } from '../golden/readGolden.ts';
import { onEveryEngine } from './engines.ts';
import { checkThreads, largestDifference } from './fusedChecks.ts';
import { optimizerFailures, readOptimizer } from './goldenOptimizers.ts';

const shapes = [[3], [], [65, 33], [0, 4], [1], [8193], [2, 3, 5]];

/** Tensors of all these shapes, with numbers of their own. */
function listOf(seed: number, sizes: readonly (readonly number[])[] = shapes): Tensor[] {
  const keys = splitKey(randomKey(seed), sizes.length);
  return sizes.map((shape, index) => randn(shape, { key: keys[index]! }) as Tensor);
}

const zerosAlike = (list: readonly Tensor[]): Tensor[] => list.map((tensor) => zerosLike(tensor));
const numbersOf = (list: readonly Tensor[]): number[][] => list.map(({ data }) => [...data]);

describe.each(engineNames)('steps of PyTorch on %s', (engine) => {
  beforeAll(() => setEngine(engine, { threads: 2 }));
  afterAll(() => setEngine('simd'));

  test.each(goldenNames('nn/optimizers'))('%s', (name) => {
    const { cases } = readOptimizer(name);
    expect(cases.length).toBeGreaterThan(5);
    for (const golden of cases)
      expect(optimizerFailures(name, golden), JSON.stringify(golden.options)).toEqual([]);
  });

  test('exponential moving average', () => {
    for (const golden of readGolden<AverageIndex>('nn/averages', 'ema').cases) {
      const weightsOf = (step: number): Tensor => {
        const range = golden.weightRange as [number, number];
        const input = steppedInput(golden.shape, golden.weightSeed, range, 0, step);
        return fromArray(generate(input), golden.shape) as Tensor;
      };
      const averages = [weightsOf(0)];
      for (let step = 1; step <= golden.steps; step++) {
        const expected = golden.after[step]?.[0];
        if (step > 1) averageStep({ averages, parameters: [weightsOf(step - 1)] }, golden.decay);
        if (expected !== undefined)
          expect(difference(averages[0]!, expected, golden.tolerance)).toBeUndefined();
      }
    }
  });
});

onEveryEngine('optimizer steps', () => {
  test('Adam on tensors of any size is Adam written down', () => {
    const [parameters, gradients] = [listOf(1), listOf(2)];
    const [means, squares] = [zerosAlike(parameters), zerosAlike(parameters)];
    const expected = numbersOf(parameters).map((values, index) =>
      values.map((value, at) => {
        const gradient = gradients[index]!.data[at]!;
        return value - 0.1 * (gradient / (Math.abs(gradient) + 1e-8));
      }),
    );
    adamStep({ parameters, gradients, means, squares }, { rate: 0.1, step: 1 });
    parameters.forEach(({ data }, index) => {
      expect(largestDifference(data, expected[index]!)).toBeLessThan(1e-5);
    });
  });

  test('only what changes is changed, and it is noticed', () => {
    const parameters: Tensor[] = [ones([3]), ones([2])];
    const gradients = [ones([3]), ones([2])];
    const x = ones([3], { requiresGrad: true });
    const out = x.mul(parameters[0]!) as Tensor;
    sgdStep({ parameters, gradients }, { rate: 0.5, step: 1 });
    expect(numbersOf(parameters)).toEqual([
      [0.5, 0.5, 0.5],
      [0.5, 0.5],
    ]);
    expect(numbersOf(gradients)).toEqual([
      [1, 1, 1],
      [1, 1],
    ]);
    expect(() => out.sum().backward()).toThrow(/mul: input 1 \[3\] was changed in place/);
    expect(gradients[0]!.storage.version).toBe(0);
  });

  test('RMSprop with momentum, centred or not, is what it says', () => {
    for (const isCentred of [false, true]) {
      const [parameters, gradients] = [[ones([1])], [ones([1]).mul(2) as Tensor]];
      const [squares, velocities] = [zerosAlike(parameters), zerosAlike(parameters)];
      const means = isCentred ? { means: zerosAlike(parameters) } : {};
      const options = { rate: 0.1, alpha: 0.5, momentum: 0.5, eps: 0 };
      let [value, square, mean, velocity] = [1, 0, 0, 0];
      for (let step = 0; step < 3; step++) {
        rmsPropStep({ parameters, gradients, squares, velocities, ...means }, options);
        square = 0.5 * square + 0.5 * 4;
        mean = 0.5 * mean + 0.5 * 2;
        velocity = 0.5 * velocity + 2 / Math.sqrt(isCentred ? square - mean * mean : square);
        value -= 0.1 * velocity;
        expect(parameters[0]!.item()).toBeCloseTo(value, 4);
      }
    }
  });

  test('the norm of all gradients together', () => {
    const gradients = listOf(3);
    const exact = Math.sqrt(
      numbersOf(gradients)
        .flat()
        .reduce((sum, value) => sum + value * value, 0),
    );
    expect(Math.abs(globalNorm(gradients) / exact - 1)).toBeLessThan(1e-6);
    expect(globalNorm([])).toBe(0);
  });

  test('clipping by norm scales all alike, and only where it must', () => {
    const gradients = listOf(4);
    const before = numbersOf(gradients);
    const norm = globalNorm(gradients);
    expect(clipNorm(gradients, 2 * norm)).toBe(norm);
    expect(numbersOf(gradients)).toEqual(before);
    expect(gradients[0]!.storage.version).toBe(0);
    expect(clipNorm(gradients, norm / 4)).toBe(norm);
    gradients.forEach(({ data }, index) => {
      expect(
        largestDifference(
          data,
          before[index]!.map((value) => value / 4),
        ),
      ).toBeLessThan(1e-6);
    });
  });

  test('a gradient without end is not hidden by clipping', () => {
    const gradients = [fromArray(Float32Array.of(1, Number.NaN), [2]) as Tensor];
    expect(clipNorm(gradients, 1)).toBeNaN();
    expect([...gradients[0]!.data].every(Number.isNaN)).toBe(true);
  });

  test('clipping by value', () => {
    const gradients = [fromArray(Float32Array.of(-3, -0.5, 0, 0.25, 7), [5]) as Tensor];
    clipValue(gradients, 0.5);
    expect([...gradients[0]!.data]).toEqual([-0.5, -0.5, 0, 0.25, 0.5]);
  });

  test('lists that do not belong together are refused', () => {
    const [parameters, gradients] = [[ones([3]), ones([2])], [ones([3])]];
    expect(() => sgdStep({ parameters, gradients }, { rate: 1, step: 1 })).toThrow(
      'sgdStep: parameters and gradients must be as many, got 2 and 1',
    );
    expect(() => averageStep({ averages: [ones([3]), ones([3])], parameters }, 0.5)).toThrow(
      'averageStep: averages and parameters must have the same shapes, got [3] and [2] at 1',
    );
    const alike = { parameters: gradients, gradients, squares: gradients };
    expect(() => rmsPropStep(alike, { rate: 1, momentum: 0.9 })).toThrow(
      'rmsPropStep: momentum needs velocities, got none',
    );
    expect(() => sgdStep(alike, { rate: 1, step: 1, momentum: 0.9 })).toThrow(
      'sgdStep: momentum needs velocities, got none',
    );
  });
});

describe('kernels', () => {
  afterAll(() => setEngine('simd'));

  test('the same bits on any number of threads', async () => {
    const sizes = [...shapes, [70_001], [300, 257]];
    await checkThreads(() => {
      const [parameters, gradients] = [listOf(5, sizes), listOf(6, sizes)];
      const [means, squares, velocities] = [
        zerosAlike(parameters),
        zerosAlike(parameters),
        zerosAlike(parameters),
      ];
      const norm = clipNorm(gradients, 100);
      adamStep({ parameters, gradients, means, squares }, { rate: 0.1, step: 1, weightDecay: 0.1 });
      sgdStep({ parameters, gradients, velocities }, { rate: 0.1, step: 2, momentum: 0.9, nesterov: true });
      return [[norm], ...numbersOf([...parameters, ...means, ...squares, ...velocities])];
    });
  });

  test('steps leave no memory behind', () => {
    setEngine('simd');
    const [parameters, gradients] = [listOf(7), listOf(8)];
    const [means, squares] = [zerosAlike(parameters), zerosAlike(parameters)];
    const before = memory().liveBytes;
    for (let step = 1; step < 20; step++) {
      clipNorm(gradients, 1);
      adamStep({ parameters, gradients, means, squares }, { rate: 0.1, step });
    }
    expect(memory().liveBytes).toBe(before);
  });
});
