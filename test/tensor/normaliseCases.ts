import * as sonograd from '@sonograd/tensor';
import { foldIn, randomKey, type Shape, type Tensor } from '@sonograd/tensor';
import fc from 'fast-check';
import { asInt32, type Example, example, type OpCase, zerosOf } from './caseBuilders.ts';

const batch = { training: true } as const;
const index = (shape: Shape, high: number) => ({ shape, dtype: 'int32', low: 0, high }) as const;
const key = foldIn(randomKey(7), 'cases');

/** Cases of the ops that normalise, drop, look up and compare with labels. */
export const normaliseCases = {
  batchNorm: {
    examples: [
      ...(
        [
          [4, 3],
          [2, 3, 4],
          [2, 2, 2, 3],
          [65, 5],
          [300, 67],
          [3, 5, 9],
          [5, 2, 67, 65],
        ] as const
      ).map((shape) => batchNormOf(shape)),
      example(
        (x, weight, bias) => sonograd.batchNorm(x, { ...batch, weight, bias, activation: 'relu' }),
        [5, 3, 33],
        [3],
        [3],
      ),
      example(
        (x) =>
          sonograd.batchNorm(x, {
            training: false,
            runningMean: sonograd.full([3], 0.3),
            runningVariance: sonograd.full([3], 1.7),
          }),
        [4, 3],
      ),
    ],
    random: fc
      .array(fc.integer({ min: 1, max: 20 }), { minLength: 2, maxLength: 4 })
      .map(([rows, ...rest]) => batchNormOf([rows! + 1, ...rest])),
    errors: [
      [() => sonograd.batchNorm(zerosOf([3]), batch), 'x must have a batch and channels, got [3]'],
      [
        () => sonograd.batchNorm(zerosOf([1, 3]), batch),
        'training needs more than one value in each channel, got [1, 3]',
      ],
      [
        () => sonograd.batchNorm(zerosOf([2, 3]), { ...batch, weight: zerosOf([2]) }),
        'weight must have one element for each of 3 channels, got [2]',
      ],
      [
        () => sonograd.batchNorm(zerosOf([2, 3]), { training: false }),
        'outside training it needs runningMean and runningVariance, got none',
      ],
    ],
  },
  crossEntropy: {
    examples: [
      example((x, labels) => sonograd.crossEntropy(x, asInt32(labels)), [3, 5], index([3], 5)),
      example((x, labels) => sonograd.crossEntropy(x, asInt32(labels)), [5], index([], 5)),
      example(
        (x, labels) => sonograd.crossEntropy(x, asInt32(labels), { reduction: 'sum', ignoreIndex: 1 }),
        [2, 3, 4],
        index([2, 4], 3),
      ),
      example(
        (x, labels) => sonograd.crossEntropy(x, asInt32(labels), { reduction: 'none', labelSmoothing: 0.3 }),
        [65, 127],
        index([65], 127),
      ),
      example(
        (x, labels, weight) =>
          sonograd.crossEntropy(x, asInt32(labels), { weight: weight.detach(), labelSmoothing: 0.2 }),
        [3, 7, 5, 13],
        index([3, 5, 13], 7),
        { shape: [7], low: 0.5, high: 2 },
      ),
      example(
        (x, labels) => sonograd.crossEntropy(x, asInt32(labels), { reduction: 'none' }),
        [0, 3],
        index([0], 3),
      ),
    ],
    errors: [
      [
        () => sonograd.crossEntropy(zerosOf([2, 3]), asInt32(zerosOf([3], 'int32'))),
        'labels must have the shape of the logits without the classes, [3] and [2, 3]',
      ],
      [
        () => sonograd.crossEntropy(zerosOf([2, 3]), sonograd.fromArray(Int32Array.of(0, 3), [2])),
        'labels must be from 0 to 2 or -100, got 3 at position 1',
      ],
    ],
  },
  dropout: {
    examples: [
      ...[0, 1, 7, 8, 9, 63, 64, 65, 1000].map((length) =>
        example((x) => sonograd.dropout(x, 0.4, key), [length]),
      ),
      example((x) => sonograd.dropout(x, 0, key), [3, 4]),
      example((x) => sonograd.dropout(x, 1, key), [3, 4]),
    ],
    errors: [[() => sonograd.dropout(zerosOf([2]), 1.5, key), 'probability must be from 0 to 1, got 1.5']],
  },
  embedding: {
    examples: [
      example((w, at) => sonograd.embedding(asMatrix(w), asInt32(at)), [5, 3], index([2, 4], 5)),
      example(
        (w, at) => sonograd.embedding(asMatrix(w), asInt32(at), { paddingIdx: 1 }),
        [33, 65],
        index([70], 33),
      ),
      example((w, at) => sonograd.embedding(asMatrix(w), asInt32(at)), [3, 4], index([0], 3)),
      example((w, at) => sonograd.embedding(asMatrix(w), asInt32(at)), [3, 0], index([2], 3)),
    ],
    errors: [
      [
        () => sonograd.embedding(asMatrix(zerosOf([3])), asInt32(zerosOf([1], 'int32'))),
        'weight must be a matrix, got [3]',
      ],
      [
        () => sonograd.embedding(asMatrix(zerosOf([3, 2])), sonograd.fromArray(Int32Array.of(1, -1), [2])),
        'indices must be from 0 to 2, got -1 at position 1',
      ],
    ],
  },
  groupNorm: {
    examples: [
      example((x) => sonograd.groupNorm(x, 2), [2, 4, 3]),
      example((x, w, b) => sonograd.groupNorm(x, 3, w, b), [2, 3, 4], [3], [3]),
      example((x, w, b) => sonograd.groupNorm(x, 1, w, b), [5, 8], [8], [8]),
      example((x, w, b) => sonograd.groupNorm(x, 4, w, b), [3, 8, 33, 65], [8], [8]),
      example((x) => sonograd.groupNorm(x, 2), [0, 4, 3]),
    ],
    errors: [
      [() => sonograd.groupNorm(zerosOf([2, 3]), 2), 'groups must divide 3 channels, got 2'],
      [
        () => sonograd.groupNorm(zerosOf([2, 4]), 2, zerosOf([3])),
        'weight and bias must have one element for each of 4 channels, got [3]',
      ],
    ],
  },
  layerNorm: {
    examples: [
      example((x) => sonograd.layerNorm(x, [6]), [3, 6]),
      example((x, w, b) => sonograd.layerNorm(x, [2, 3], w, b), [4, 2, 3], [2, 3], [2, 3]),
      example((x, w, b) => sonograd.layerNorm(x, [5], w, b), [5], [5], [5]),
      example((x, w, b) => sonograd.layerNorm(x, [65], w, b, { eps: 0.1 }), [300, 65], [65], [65]),
      example((x, w, b) => sonograd.layerNorm(x, [4097], w, b), [9, 4097], [4097], [4097]),
      example((x) => sonograd.layerNorm(x, [3]), [0, 3]),
    ],
    random: fc
      .tuple(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 2, max: 140 }))
      .map(([rows, length]) => example((x) => sonograd.layerNorm(x, [length]), [rows, length])),
    errors: [
      [() => sonograd.layerNorm(zerosOf([2, 3]), [2]), 'x must end in the shape, [2, 3] and [2]'],
      [
        () => sonograd.layerNorm(zerosOf([2, 3]), [3], zerosOf([2])),
        'weight and bias must have the shape, [2] and [3]',
      ],
    ],
  },
} satisfies Record<string, OpCase>;

function batchNormOf(shape: Shape): Example {
  const perChannel = [shape[1]!];
  return example(
    (x, weight, bias) => sonograd.batchNorm(x, { ...batch, weight, bias }),
    shape,
    perChannel,
    perChannel,
  );
}

function asMatrix(x: Tensor): Tensor<readonly [number, number]> {
  return x as Tensor as Tensor<readonly [number, number]>;
}
