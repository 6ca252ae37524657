import {
  embedding,
  fromArray,
  grad,
  gradCheck,
  indexSelect,
  memory,
  randn,
  randomIntegers,
  randomKey,
  scope,
  setEngine,
  type Tensor,
  zeros,
} from '@sonograd/tensor';
import { afterAll, describe, expect, test } from 'vitest';
import { onEveryEngine } from './engines.ts';
import { checkBothForms, checkSecondGradient, checkThreads, valuesAndGradients } from './fusedChecks.ts';

type Indices = Tensor<readonly number[], 'int32'>;
type Matrix = Tensor<[number, number]>;

const indicesOf = (shape: readonly number[], rows: number): Indices => {
  const count = shape.reduce((product, size) => product * size, 1);
  return fromArray(randomIntegers(new Int32Array(count), randomKey(4), 0, rows), shape) as Indices;
};

const weightOf = (rows: number, width: number): Matrix =>
  randn([rows, width], { key: randomKey(1) }) as Matrix;

const lookUp = (indices: Indices, paddingIdx?: number) => (weight: Tensor) =>
  embedding(weight as Matrix, indices, paddingIdx === undefined ? {} : { paddingIdx }) as Tensor;

onEveryEngine('embedding', () => {
  test.each([
    [5, 3, [4]],
    [9, 1, [2, 3]],
    [33, 65, [2, 3, 4]],
    [3, 4, []],
    [3, 4, [0]],
  ])(
    '%i rows of %i, indices %j: rows in their order, and the gradient of indexSelect',
    (rows, width, shape) => {
      const [weight, indices] = [weightOf(rows, width), indicesOf(shape, rows)];
      const flat = indices.reshape([indices.size]) as Indices;
      const [values, gradient] = valuesAndGradients(lookUp(indices), [weight]);
      const expected = valuesAndGradients(
        (given) => indexSelect(given, 0, flat as never) as Tensor,
        [weight],
      );
      expect(embedding(weight, indices).shape).toEqual([...shape, width]);
      expect([...values!]).toEqual([...expected[0]!]);
      gradient!.forEach((value, at) => {
        expect(value).toBeCloseTo(expected[1]![at]!, 4);
      });
    },
  );

  test('gradients of gradients', () => {
    const indices = fromArray(Int32Array.of(2, 0, 2, 1), [2, 2]) as Indices;
    checkSecondGradient(lookUp(indices), [weightOf(4, 3)]);
    checkBothForms(lookUp(indices), [weightOf(4, 3)]);
  });

  test('padding learns nothing, at any order', () => {
    const indices = fromArray(Int32Array.of(2, 0, 2, 1, 0), [5]) as Indices;
    for (const padding of [0, 2, 3]) {
      const [, gradient] = valuesAndGradients(lookUp(indices, padding), [weightOf(4, 3)]);
      expect([...gradient!.subarray(padding * 3, padding * 3 + 3)]).toEqual([0, 0, 0]);
      checkBothForms(lookUp(indices, padding), [weightOf(4, 3)]);
      const slopes = (dOut: Tensor): Tensor => {
        const weight = weightOf(4, 3) as Tensor;
        weight.requiresGrad = dOut.requiresGrad;
        return grad((given: Tensor) => lookUp(indices, padding)(given).mul(dOut).sum() as Tensor)(weight);
      };
      gradCheck(slopes, [randn([5, 3], { key: randomKey(8) }) as Tensor], { name: 'embeddingGradient' });
    }
  });

  test('indices outside the weight are refused', () => {
    for (const index of [-1, 3]) {
      expect(() => embedding(weightOf(3, 2), fromArray(Int32Array.of(0, index), [2]) as Indices)).toThrow(
        `embedding: indices must be from 0 to 2, got ${index} at position 1`,
      );
    }
    expect(() => embedding(weightOf(3, 2), zeros([2]) as never)).toThrow(
      'embedding: dtype must be int32, got float32 [2]',
    );
  });
});

describe('kernels', () => {
  afterAll(() => setEngine('simd'));

  test.each([
    [7, 3, [5]],
    [50, 64, [3000]],
    [5000, 33, [2, 1000]],
  ])('%i rows of %i, indices %j: the same bits on any number of threads', async (rows, width, shape) => {
    const [weight, indices] = [weightOf(rows, width), indicesOf(shape, rows)];
    await checkThreads(() => valuesAndGradients(lookUp(indices), [weight]));
  });

  test('a training loop settles', () => {
    setEngine('simd');
    const [weight, indices] = [weightOf(20, 8), indicesOf([30], 20)];
    weight.requiresGrad = true;
    const step = () => scope(() => lookUp(indices, 3)(weight).sum().backward());
    step();
    const before = memory().liveBytes;
    for (let count = 0; count < 20; count++) step();
    expect(memory().liveBytes).toBe(before);
  });
});
