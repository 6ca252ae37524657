import {
  adamStep,
  batchNorm,
  clipNorm,
  crossEntropy,
  dropout,
  embedding,
  fromArray,
  globalNorm,
  grad,
  groupNorm,
  layerNorm,
  matmul,
  oneHot,
  randn,
  randomIntegers,
  randomKey,
  type Shape,
  scope,
  sgdStep,
  type Tensor,
  zerosLike,
} from '@sonograd/tensor';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { onEveryEngine } from './engines.ts';
import { largestDifference } from './fusedChecks.ts';

type Labels = Tensor<Shape, 'int32'>;

const seeds = fc.integer({ min: 0, max: 1e6 });
const size = (max: number, min = 1) => fc.integer({ min, max });
const numbers = (shape: Shape, seed: number): Tensor => randn(shape, { key: randomKey(seed) }) as Tensor;
const labels = (shape: Shape, classes: number, seed: number): Labels => {
  const count = shape.reduce((product, length) => product * length, 1);
  return fromArray(randomIntegers(new Int32Array(count), randomKey(seed), 0, classes), shape) as Labels;
};

/** Runs a law on many inputs; every tensor it makes is freed. */
function law<Given extends [unknown, ...unknown[]]>(
  given: { [Index in keyof Given]: fc.Arbitrary<Given[Index]> },
  holds: (...values: Given) => void,
): void {
  const property = fc.property(fc.tuple(...given) as fc.Arbitrary<Given>, (values) => {
    scope(() => holds(...values));
  });
  fc.assert(property, { numRuns: 25 });
}

const sumOf = (values: ArrayLike<number>): number =>
  Array.from(values).reduce((sum, value) => sum + value, 0);
const trained = (x: Tensor): Tensor => batchNorm(x, { training: true, eps: 0 });

onEveryEngine('laws of normalisation', () => {
  test('a batch is the same when every channel is moved and stretched', () => {
    law([size(20, 9), size(5), size(30), seeds], (rows, channels, length, seed) => {
      const x = numbers([rows, channels, length], seed);
      const moved = x.mul(3).add(numbers([channels, 1], seed + 1)) as Tensor;
      expect(largestDifference(trained(moved).data, trained(x).data)).toBeLessThan(2e-3);
    });
  });

  test('channels do not see each other', () => {
    law([size(20, 9), size(30), seeds], (rows, length, seed) => {
      const x = numbers([rows, 3, length], seed);
      const middle = trained(x).slice(1, 1, 2);
      const alone = trained(x.slice(1, 1, 2) as Tensor);
      expect(largestDifference(alone.data, middle.data)).toBeLessThan(1e-4);
    });
  });

  test('the order of a batch does not matter', () => {
    law([size(40, 9), size(20), seeds], (rows, channels, seed) => {
      const x = numbers([rows, channels], seed);
      const turned = trained(x.flip(0) as Tensor).flip(0);
      expect(largestDifference(turned.data, trained(x).data)).toBeLessThan(1e-3);
    });
  });

  test('evaluation with the statistics of a batch gives what training gives', () => {
    law([size(20, 9), size(5), size(20), seeds], (rows, channels, length, seed) => {
      const x = numbers([rows, channels, length], seed);
      const [runningMean, runningVariance] = [numbers([channels], 1), numbers([channels], 2)];
      const inTraining = batchNorm(x, { training: true, runningMean, runningVariance, momentum: 1 });
      const count = rows * length;
      const biased = runningVariance.mul((count - 1) / count) as Tensor;
      const after = batchNorm(x, { training: false, runningMean, runningVariance: biased });
      expect(largestDifference(after.data, inTraining.data)).toBeLessThan(1e-4);
    });
  });

  test('no gradient along what normalisation takes away', () => {
    law([size(9, 3), size(40, 3), seeds], (rows, length, seed) => {
      const weights = numbers([rows, length], seed + 1);
      const slope = grad((x: Tensor) => layerNorm(x, [length]).mul(weights).sum() as Tensor);
      const gradient = slope(numbers([rows, length], seed));
      const scale = Math.max(...Array.from(gradient.data, Math.abs), 1);
      for (let row = 0; row < rows; row++) {
        expect(Math.abs(sumOf(gradient.data.subarray(row * length, (row + 1) * length)))).toBeLessThan(
          1e-4 * scale * length,
        );
      }
    });
  });

  test('groups of one channel are layers of that channel', () => {
    law([size(5), size(6), size(40, 2), seeds], (rows, channels, length, seed) => {
      const x = numbers([rows, channels, length], seed);
      expect(largestDifference(groupNorm(x, channels).data, layerNorm(x, [length]).data)).toBeLessThan(1e-3);
    });
  });
});

onEveryEngine('laws of cross-entropy', () => {
  test('adding a number to all logits of a row changes nothing', () => {
    law([size(9), size(40), seeds], (rows, classes, seed) => {
      const [logits, own] = [numbers([rows, classes], seed), labels([rows], classes, seed)];
      const moved = logits.add(numbers([rows, 1], seed + 1).mul(9)) as Tensor;
      const [before, after] = [logits, moved].map((given) => crossEntropy(given, own).item());
      expect(after).toBeCloseTo(before!, 4);
    });
  });

  test('the gradient of a row adds up to nothing', () => {
    law([size(9), size(40, 2), seeds], (rows, classes, seed) => {
      const own = labels([rows], classes, seed);
      const options = { reduction: 'sum', labelSmoothing: 0.2 } as const;
      const gradient = grad((x: Tensor) => crossEntropy(x, own, options))(numbers([rows, classes], seed));
      for (let row = 0; row < rows; row++) {
        expect(Math.abs(sumOf(gradient.data.subarray(row * classes, (row + 1) * classes)))).toBeLessThan(
          1e-5,
        );
      }
    });
  });

  test('smoothing is a mixture of the label and of all classes alike', () => {
    law(
      [size(9), size(20), fc.double({ min: 0, max: 1, noNaN: true }), seeds],
      (rows, classes, share, seed) => {
        const [logits, own] = [numbers([rows, classes], seed), labels([rows], classes, seed)];
        const at = (labelSmoothing: number) => crossEntropy(logits, own, { labelSmoothing }).item();
        expect(at(share)).toBeCloseTo((1 - share) * at(0) + share * at(1), 4);
      },
    );
  });

  test('weights count as often as they say', () => {
    law([size(12, 2), seeds], (rows, seed) => {
      const [logits, own] = [numbers([rows, 3], seed), labels([rows], 3, seed)];
      const weight = fromArray(Float32Array.of(1, 2, 3), [3]) as Tensor;
      const places = Array.from(own.data).flatMap((label, row) => new Array<number>(label + 1).fill(row));
      const repeated = logits.indexSelect(0, fromArray(Int32Array.from(places), [places.length])) as Tensor;
      const again = fromArray(
        Int32Array.from(places, (row) => own.data[row]!),
        [places.length],
      );
      expect(crossEntropy(logits, own, { weight }).item()).toBeCloseTo(
        crossEntropy(repeated, again).item(),
        4,
      );
    });
  });
});

onEveryEngine('laws of dropout, embedding and steps', () => {
  test('dropout is linear', () => {
    law([size(70), fc.double({ min: 0, max: 0.9, noNaN: true }), seeds], (length, probability, seed) => {
      const [a, b, key] = [numbers([length], seed), numbers([length], seed + 1), randomKey(seed)];
      const together = dropout(a.add(b) as Tensor, probability, key);
      const apart = dropout(a, probability, key).add(dropout(b, probability, key));
      expect(largestDifference(together.data, apart.data)).toBeLessThan(1e-5);
    });
  });

  test('embedding is the product with one-hot rows', () => {
    law([size(20), size(12), size(30), seeds], (rows, width, count, seed) => {
      const weight = randn([rows, width], { key: randomKey(seed) });
      const own = labels([count], rows, seed);
      const product = matmul(oneHot(own, rows) as Tensor, weight as Tensor);
      expect([...embedding(weight, own).data]).toEqual([...product.data]);
    });
  });

  test('Adam does not feel the scale of the gradient', () => {
    law([size(50), fc.integer({ min: -8, max: 8 }), seeds], (length, power, seed) => {
      const steps = (scale: number): Float32Array => {
        const parameters = [numbers([length], seed)];
        const [means, squares] = [parameters.map(zerosLike), parameters.map(zerosLike)];
        for (let step = 1; step < 5; step++) {
          const gradients = [numbers([length], seed + step).add(0.1) as Tensor];
          const options = { rate: 0.1, step, eps: 0, gradientScale: scale };
          adamStep({ parameters, gradients, means, squares }, options);
        }
        return Float32Array.from(parameters[0]!.data);
      };
      expect(largestDifference(steps(2 ** power), steps(1))).toBeLessThan(1e-4);
    });
  });

  test('a step down the gradient and the same step up again', () => {
    law([size(50), seeds], (length, seed) => {
      const [parameters, gradients] = [[numbers([length], seed)], [numbers([length], seed + 1)]];
      const before = Array.from(parameters[0]!.data);
      sgdStep({ parameters, gradients }, { rate: 0.25, step: 1 });
      sgdStep({ parameters, gradients }, { rate: -0.25, step: 2 });
      expect(largestDifference(parameters[0]!.data, before)).toBeLessThan(1e-6);
    });
  });

  test('clipped gradients have the norm asked for, and their direction', () => {
    law([fc.array(size(50), { minLength: 1, maxLength: 4 }), seeds], (lengths, seed) => {
      const gradients = lengths.map((length, index) => numbers([length], seed + index).add(0.01) as Tensor);
      const before = gradients.map(({ data }) => Array.from(data));
      const norm = clipNorm(gradients, 0.125);
      if (norm <= 0.125) return;
      expect(globalNorm(gradients)).toBeCloseTo(0.125, 4);
      gradients.forEach(({ data }, index) => {
        const expected = before[index]!.map((value) => (value * 0.125) / norm);
        expect(largestDifference(data, expected)).toBeLessThan(1e-5);
      });
    });
  });
});
