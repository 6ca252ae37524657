import {
  adamStep,
  dropout,
  embedding,
  fromArray,
  globalNorm,
  randomIntegers,
  randomKey,
  rmsPropStep,
  type Shape,
  setEngine,
  sgdStep,
  type Tensor,
} from '@sonograd/tensor';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { runDropout } from '../../../packages/tensor/src/ops/dropout.kernel.ts';
import { runEmbedding, runEmbeddingGradient } from '../../../packages/tensor/src/ops/embedding.kernel.ts';
import { withTable } from '../../../packages/tensor/src/ops/optimize/list.kernel.ts';
import { listUpdate } from '../../../packages/tensor/src/ops/optimize/listRule.ts';
import { largestDifference, valuesAndGradients } from '../fusedChecks.ts';
import { noise } from './compare.ts';
import { cutOddly, guarded, runGuarded } from './guarded.ts';

const filled = (shape: Shape, seed: number): Tensor => {
  const size = shape.reduce((product, length) => product * length, 1);
  return fromArray(noise(size, seed), shape) as Tensor;
};

afterAll(() => setEngine('simd'));

/** Moves x by a part of y, and y by nothing. */
const nudge = listUpdate({
  name: 'nudge',
  slots: ['x', 'y'],
  constants: ['share'],
  update: (m, { x, y }, { share }) => ({ x: m.add(x, m.mul(y, share)) }),
});

describe('updates of lists', () => {
  test('tensors of every size, and nothing behind their ends', () => {
    setEngine('simd');
    const sizes = [...Array.from({ length: 68 }, (_, size) => size), 8191, 8192, 8193, 20_000];
    const targets = sizes.map((size) => guarded([size]));
    for (const [index, { tensor }] of targets.entries()) tensor.data.set(noise(tensor.size, index));
    const y = sizes.map((size, index) => filled([size], index + 100));
    nudge({ x: targets.map(({ tensor }) => tensor), y }, { share: 0.5 });
    targets.forEach(({ tensor, check }, index) => {
      check();
      const expected = noise(tensor.size, index).map((value, at) => value + y[index]!.data[at]! * 0.5);
      expect(largestDifference(tensor.data.subarray(0, tensor.size), expected)).toBeLessThan(1e-6);
    });
  });

  test('the table names every element once, in chunks', () => {
    setEngine('simd');
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 20_000 }), { maxLength: 6 }), (sizes) => {
        const list = sizes.map((size) => filled([size], 1));
        const expected = sizes.flatMap((size) => {
          const chunks = Math.ceil(size / 8192);
          return Array.from({ length: chunks }, (_, chunk) => Math.min(8192, size - 8192 * chunk));
        });
        withTable([list, list], (table, items, grain) => {
          expect(items).toBe(expected.length);
          expect(table).toBeGreaterThan(0);
          const total = sizes.reduce((sum, size) => sum + size, 0);
          expect(grain).toBe(total > 32_768 ? 1 : items);
        });
        for (const tensor of list) tensor.dispose();
      }),
      { numRuns: 30 },
    );
  });

  test('only slots with new values count as changed', () => {
    for (const engine of ['reference', 'simd'] as const) {
      setEngine(engine);
      const [x, y] = [filled([5], 1), filled([5], 2)];
      nudge({ x: [x], y: [y] }, { share: 2 });
      expect([x.storage.version, y.storage.version]).toEqual([1, 0]);
    }
  });

  test('no tensors at all', () => {
    for (const engine of ['reference', 'simd'] as const) {
      setEngine(engine);
      nudge({ x: [], y: [] }, { share: 1 });
      expect(globalNorm([])).toBe(0);
    }
  });

  test('chunks in any order give the same bits', () => {
    const steps = () => {
      setEngine('simd');
      const sizes = [[50_000], [3, 7], [123, 401]];
      const make = (seed: number) => sizes.map((shape, index) => filled(shape, seed + index));
      const [parameters, gradients, means, velocities] = [make(1), make(11), make(21), make(31)];
      const squares = make(41).map((tensor) => tensor.abs() as Tensor);
      adamStep({ parameters, gradients, means, squares }, { rate: 0.1, step: 3 });
      sgdStep({ parameters, gradients, velocities }, { rate: 0.1, step: 3, momentum: 0.9 });
      rmsPropStep({ parameters, gradients, squares }, { rate: 0.1 });
      return [...parameters, ...means, ...squares, ...velocities].map(({ data }) => Float32Array.from(data));
    };
    expect(cutOddly(steps)).toEqual(steps());
  });
});

describe('dropout', () => {
  test('of every length, and nothing behind the end', () => {
    for (let size = 0; size < 68; size++) {
      const x = filled([size], 3);
      const [out] = runGuarded([[size]], ([to]) => runDropout(to!, x, randomKey(5), 2 ** 23, 2));
      setEngine('reference');
      expect([...out!]).toEqual([...dropout(x, 0.5, randomKey(5)).data]);
    }
  });

  test('ranges cut at odd places give the same bits', () => {
    setEngine('simd');
    const run = (x: Tensor): Tensor => dropout(x, 0.3, randomKey(6));
    const whole = valuesAndGradients(run, [filled([50_003], 1)]);
    expect(cutOddly(() => valuesAndGradients(run, [filled([50_003], 1)]))).toEqual(whole);
  });
});

describe('embedding', () => {
  const indicesOf = (count: number, rows: number) =>
    fromArray(randomIntegers(new Int32Array(count), randomKey(7), 0, rows), [count]);

  test('rows of every length, and nothing behind the end', () => {
    for (let width = 1; width < 68; width++) {
      const [weight, indices, dOut] = [filled([6, width], 1), indicesOf(17, 6), filled([17, width], 2)];
      const [out, dWeight] = runGuarded(
        [
          [17, width],
          [6, width],
        ],
        ([rows, sums]) => {
          runEmbedding(rows!, weight, indices);
          runEmbeddingGradient(sums!, dOut, indices, 4);
        },
      );
      const expected = new Float64Array(6 * width);
      indices.data.forEach((row: number, place: number) => {
        for (let at = 0; at < width; at++) {
          expect(out![place * width + at]).toBe(weight.data[row * width + at]);
          if (row !== 4) expected[row * width + at]! += dOut.data[place * width + at]!;
        }
      });
      expect(largestDifference(dWeight!, expected)).toBeLessThan(2e-6);
    }
  });

  test('ranges cut at odd places give the same bits', () => {
    setEngine('simd');
    const indices = indicesOf(3000, 900);
    const run = (weight: Tensor): Tensor => embedding(weight as Tensor<[number, number]>, indices) as Tensor;
    const whole = valuesAndGradients(run, [filled([900, 65], 1)]);
    expect(cutOddly(() => valuesAndGradients(run, [filled([900, 65], 1)]))).toEqual(whole);
  });
});
