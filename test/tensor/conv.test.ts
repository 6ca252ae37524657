import {
  avgPool2d,
  conv1d,
  conv2d,
  convTranspose2d,
  fromArray,
  gradCheck,
  gradientsOf,
  maxPool2d,
  ones,
  randn,
  scope,
  setEngine,
  type Tensor,
  zeros,
} from '@sonograd/tensor';
import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import { withRecording } from '../../packages/tensor/src/autograd/mode.ts';
import { type ConvCase, onReference, runCase, showCase, worstError, worstOfAll } from './convHarness.ts';
import { onEveryEngine } from './engines.ts';
import { numbers } from './matmulKernelHarness.ts';

beforeEach(() => setEngine('simd'));

/** One of each way of computing, at sizes that fit no tile, and at the edges of what is allowed. */
const cases: ConvCase[] = [
  { x: [1, 1, 1, 1], filters: [1, 1, 1, 1], noBias: true },
  { x: [3, 5, 7, 9], filters: [6, 5, 1, 1] },
  { x: [2, 33, 5, 5], filters: [1, 33, 1, 1] },
  { x: [2, 4, 9, 10], filters: [6, 4, 1, 1], options: { stride: 2 } },
  { x: [1, 1, 30, 31], filters: [32, 1, 3, 3], options: { padding: 1 } },
  { x: [2, 20, 14, 15], filters: [1, 20, 3, 3], options: { padding: 1 } },
  { x: [2, 3, 32, 33], filters: [16, 3, 7, 7], options: { stride: 2, padding: 3 } },
  { x: [2, 8, 16, 16], filters: [9, 8, 3, 3], options: { stride: 2, padding: 1 } },
  { x: [2, 8, 17, 16], filters: [9, 8, 4, 4], options: { stride: 2, padding: 1 } },
  { x: [2, 6, 9, 9], filters: [6, 1, 3, 3], options: { groups: 6, padding: 1, stride: 2 } },
  { x: [1, 12, 20, 19], filters: [12, 1, 3, 3], options: { groups: 12, padding: 1 } },
  { x: [1, 6, 12, 13], filters: [9, 2, 3, 2], options: { groups: 3, dilation: [2, 1], padding: [2, 0] } },
  { x: [1, 2, 25, 30], filters: [3, 2, 2, 2], options: { stride: 5 } },
  { x: [1, 2, 25, 30], filters: [3, 2, 3, 3], options: { stride: [3, 7], dilation: [1, 4] } },
  { x: [2, 3, 4, 4], filters: [5, 3, 4, 4] },
  { x: [1, 5, 3, 700], filters: [7, 5, 3, 3], options: { padding: 1 } },
  { x: [1, 3, 1, 3000], filters: [5, 3, 1, 25], options: { stride: [1, 4] } },
  { x: [3, 70, 4, 5], filters: [40, 70, 3, 3], options: { padding: 2, dilation: 2 } },
  { x: [1, 2, 3, 3], filters: [3, 2, 3, 3], options: { padding: 5 } },
  { x: [2, 5, 6, 6], filters: [4, 5, 3, 3], options: { padding: 1, activation: 'relu' } },
];

/** For Winograd's tiles: whole and cut, one and many, with all paddings, more than fit one block across. */
const tiledCases: ConvCase[] = [
  { x: [1, 16, 4, 4], filters: [16, 16, 3, 3], options: { padding: 1 } },
  { x: [2, 17, 9, 11], filters: [19, 17, 3, 3], options: { padding: 1 } },
  { x: [3, 32, 28, 28], filters: [24, 32, 3, 3], options: { padding: 1 } },
  { x: [1, 13, 30, 33], filters: [12, 13, 3, 3] },
  { x: [1, 12, 15, 18], filters: [13, 12, 3, 3], options: { padding: 2 } },
  { x: [1, 14, 16, 15], filters: [15, 14, 3, 3], options: { padding: [2, 0] } },
  { x: [1, 16, 6, 600], filters: [16, 16, 3, 3], options: { padding: [1, 0] } },
  { x: [2, 40, 12, 13], filters: [36, 40, 3, 3], options: { padding: 1, activation: 'relu' } },
];

const transposedCases: ConvCase[] = [
  { x: [2, 16, 7, 7], filters: [16, 8, 2, 2], options: { stride: 2 } },
  { x: [2, 9, 5, 6], filters: [9, 7, 4, 4], options: { stride: 2, padding: 1 } },
  { x: [2, 9, 5, 6], filters: [9, 1, 4, 4], options: { stride: 2, padding: 1 } },
  { x: [1, 4, 6, 5], filters: [4, 3, 3, 3], options: { stride: 2, padding: 1, outputPadding: 1 } },
  { x: [1, 4, 6, 5], filters: [4, 3, 2, 1], options: { stride: 3, groups: 2, outputPadding: [2, 0] } },
  { x: [1, 4, 5, 5], filters: [4, 3, 2, 2], options: { stride: 4, activation: 'relu' } },
  { x: [1, 20, 9, 9], filters: [20, 18, 3, 3], options: { padding: 1 } },
  { x: [1, 2, 7, 6], filters: [2, 3, 3, 3], options: { dilation: 2, padding: 1 } },
].map((given) => ({ ...given, transposed: true }) as ConvCase);

describe('the reference engine agrees', () => {
  const all = [...cases, ...transposedCases].map((given) => [showCase(given), given] as const);
  test.each(all)('within 2e-5: %s', (_, given) => {
    expect(worstOfAll(runCase(given), onReference(given))).toBeLessThan(2e-5);
  });

  const tiled = tiledCases.map((given) => [showCase(given), given] as const);
  test.each(tiled)('within 5e-5, in tiles: %s', (_, given) => {
    expect(worstOfAll(runCase(given), onReference(given))).toBeLessThan(5e-5);
  });

  const count = fc.integer({ min: 1, max: 7 });
  const kernel = fc.integer({ min: 1, max: 4 });
  const pair = (least: number, most: number) =>
    fc.tuple(fc.integer({ min: least, max: most }), fc.integer({ min: least, max: most }));
  const anyCase = fc
    .record({
      batch: fc.integer({ min: 1, max: 3 }),
      channels: count,
      outputs: count,
      groups: fc.integer({ min: 1, max: 3 }),
      size: pair(10, 22),
      kernel: fc.tuple(kernel, kernel),
      stride: pair(1, 3),
      padding: pair(0, 3),
      dilation: pair(1, 2),
      transposed: fc.boolean(),
      noBias: fc.boolean(),
    })
    .map(({ batch, channels, outputs, groups, size, kernel, transposed, noBias, ...movement }): ConvCase => {
      const filters = transposed ? [channels * groups, outputs] : [outputs * groups, channels];
      const x = [batch, channels * groups, ...size];
      return { x, filters: [...filters, ...kernel], options: { ...movement, groups }, transposed, noBias };
    });
  test('within 2e-5: random shapes and options', () => {
    fc.assert(
      fc.property(anyCase, (given) => worstOfAll(runCase(given), onReference(given)) < 2e-5),
      { numRuns: 60, seed: 7 },
    );
  });
});

/** Straight from the definition, in float64. */
function definition(
  x: Float32Array,
  w: Float32Array,
  [channels, outputs, size]: readonly [number, number, number],
) {
  const out = new Float64Array(outputs * size * size);
  for (let o = 0; o < outputs; o++) {
    for (let i = 0; i < size * size; i++) {
      for (let c = 0; c < channels; c++) {
        for (let tap = 0; tap < 9; tap++) {
          const y = Math.floor(i / size) + Math.floor(tap / 3) - 1;
          const z = (i % size) + (tap % 3) - 1;
          if (y < 0 || y >= size || z < 0 || z >= size) continue;
          out[o * size * size + i]! += x[(c * size + y) * size + z]! * w[(o * channels + c) * 9 + tap]!;
        }
      }
    }
  }
  return out;
}

test('tiles of 4 by 4: error below 3e-5 of the root mean square with 128 channels of size 28, against float64', () => {
  const sizes = [128, 16, 28] as const;
  const x = numbers(128 * 28 * 28, 5);
  const w = numbers(16 * 128 * 9, 6);
  const out = scope(() =>
    conv2d(fromArray(x, [1, 128, 28, 28]), fromArray(w, [16, 128, 3, 3]), undefined, {
      padding: 1,
    }).data.slice(),
  );
  expect(worstError(out, definition(x, w, sizes))).toBeLessThan(3e-5);
});

describe('what numbers stand beside others', () => {
  const apart: ConvCase[] = [
    { x: [3, 5, 9, 9], filters: [6, 5, 3, 3], options: { padding: 1 } },
    { x: [3, 16, 9, 9], filters: [16, 16, 3, 3], options: { padding: 1 } },
    { x: [3, 5, 9, 9], filters: [1, 5, 3, 3], options: { padding: 1 } },
    { x: [3, 5, 7, 7], filters: [8, 5, 1, 1] },
    { x: [3, 6, 5, 5], filters: [6, 3, 4, 4], options: { stride: 2 }, transposed: true },
  ];
  test.each(apart.map((given) => [showCase(given), given] as const))(
    'NaN of one image stays there: %s',
    (_, given) => {
      const imageSize = given.x[1]! * given.x[2]! * given.x[3]!;
      const { out } = runCase(given, (x) => x.fill(Number.NaN, imageSize, 2 * imageSize));
      const outSize = out.length / 3;
      const isNaNAt = Array.from(out, Number.isNaN);
      expect(isNaNAt.slice(0, outSize)).not.toContain(true);
      expect(isNaNAt.slice(2 * outSize)).not.toContain(true);
      expect(isNaNAt.slice(outSize, 2 * outSize)).toContain(true);
    },
  );

  test('memory that held NaN before leaves nothing behind', () => {
    const spoiled: ConvCase = {
      x: [2, 9, 21, 23],
      filters: [20, 9, 3, 3],
      options: { padding: 1, stride: 2 },
    };
    const tiled: ConvCase = { x: [2, 20, 21, 23], filters: [20, 20, 3, 3], options: { padding: 1 } };
    for (const given of [spoiled, tiled]) {
      runCase(given, (x) => x.fill(Number.NaN));
      const small: ConvCase = { ...given, x: [1, given.x[1]!, 5, 6] };
      expect(worstOfAll(runCase(small), onReference(small))).toBeLessThan(5e-5);
    }
  });
});

onEveryEngine('convolution', () => {
  test('an impulse copies the filter, turned round', () => {
    const x = zeros([1, 1, 5, 5]);
    x.data[12] = 1;
    const filters = fromArray(Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9), [1, 1, 3, 3]);
    expect(conv2d(x, filters).toArray()).toEqual([
      [
        [
          [9, 8, 7],
          [6, 5, 4],
          [3, 2, 1],
        ],
      ],
    ]);
  });

  test('a transposed impulse copies it as it is, at every stride', () => {
    const x = zeros([1, 1, 2, 2]);
    x.data[3] = 1;
    const filters = fromArray(Float32Array.of(1, 2, 3, 4), [1, 1, 2, 2]);
    const out = convTranspose2d(x, filters, undefined, { stride: 2 });
    expect(out.toArray()).toEqual([
      [
        [
          [0, 0, 0, 0],
          [0, 0, 0, 0],
          [0, 0, 1, 2],
          [0, 0, 3, 4],
        ],
      ],
    ]);
  });

  test('places that no filter number reaches hold the bias', () => {
    const bias = fromArray(Float32Array.of(0.5), [1]);
    const out = convTranspose2d(ones([1, 1, 2, 2]), ones([1, 1, 1, 1]), bias, { stride: 2 });
    expect(out.toArray()).toEqual([
      [
        [
          [1.5, 0.5, 1.5],
          [0.5, 0.5, 0.5],
          [1.5, 0.5, 1.5],
        ],
      ],
    ]);
  });

  test('relu is applied to the sum with the bias, and stops the gradient where it cut', () => {
    const x = fromArray(Float32Array.of(1, -1, 3), [1, 1, 3], { requiresGrad: true });
    const bias = fromArray(Float32Array.of(-2), [1], { requiresGrad: true });
    const out = conv1d(x, ones([1, 1, 1]), bias, { activation: 'relu' });
    expect(out.toArray()).toEqual([[[0, 0, 1]]]);
    out.sum().backward();
    expect(x.grad!.toArray()).toEqual([[[0, 0, 1]]]);
    expect(bias.grad!.toArray()).toEqual([1]);
  });

  test('no images at all: no output, and filters get no gradient', () => {
    for (const channels of [2, 16]) {
      const filters = randn([16, channels, 3, 3], { requiresGrad: true });
      const x = zeros([0, channels, 5, 5], { requiresGrad: true });
      const out = conv2d(x, filters, undefined, { padding: 1 });
      expect(out.shape).toEqual([0, 16, 5, 5]);
      out.sum().backward();
      expect(filters.grad!.data.every((value) => value === 0)).toBe(true);
      expect(x.grad!.shape).toEqual(x.shape);
    }
  });

  test('a convolution of all ones counts what its windows see', () => {
    const out = conv2d(ones([1, 16, 6, 6]), ones([16, 16, 3, 3]), undefined, { padding: 1 });
    const row = Array.from(out.data.slice(0, 6), Math.round);
    expect(row).toEqual([64, 96, 96, 96, 96, 64]);
  });
});

onEveryEngine('gradients of gradients', () => {
  const squared = (y: Tensor) => y.mul(y).sum() as Tensor;
  const inputs = (): [Tensor, Tensor, Tensor] => [
    randn([1, 2, 4, 4]) as Tensor,
    randn([2, 2, 3, 3]) as Tensor,
    randn([2]) as Tensor,
  ];

  /** Differences are taken without recording; what is inside them needs it all the same. */
  const recorded =
    <Given extends Tensor[]>(f: (...given: Given) => Tensor) =>
    (...given: Given): Tensor =>
      withRecording(true, () => f(...given));
  const gradientOf = (out: Tensor, input: Tensor) =>
    gradientsOf(out, [input], undefined, { createGraph: true })[0] as Tensor;
  const watched = (x: Tensor) => (x.requiresGrad ? x : (x.mul(requiredOne()) as Tensor));
  const requiredOne = () => ones([1], { requiresGrad: true });
  const settings = { step: 1e-2, relativeTolerance: 3e-2 };

  test('of a norm of the input gradient, by input and by filters', () => {
    const [x, w, b] = inputs();
    const penalty = (image: Tensor, filters: Tensor) => {
      const input = watched(image);
      const out = squared(conv2d(input, filters, b, { padding: 1 }) as Tensor);
      return squared(gradientOf(out, input));
    };
    gradCheck(recorded(penalty), [x, w], settings);
  });

  test('of a norm of the filters’ gradient, by input and by filters', () => {
    const [x, w] = inputs();
    const penalty = (image: Tensor, filters: Tensor) => {
      const weights = watched(filters);
      const out = squared(convTranspose2d(image, weights, undefined, { stride: 2 }) as Tensor);
      return squared(gradientOf(out, weights));
    };
    gradCheck(recorded(penalty), [x.mul(0.3) as Tensor, w.mul(0.3) as Tensor], settings);
  });

  test('of a norm of the gradient of a maximum and of a mean, by input', () => {
    const x = randn([1, 2, 5, 5]) as Tensor;
    const penalty = (image: Tensor) => {
      const input = watched(image);
      const out = squared(avgPool2d(maxPool2d(input, 2, { stride: 1 }), 2) as Tensor);
      return squared(gradientOf(out, input));
    };
    gradCheck(recorded(penalty), [x], { ...settings, step: 1e-3 });
  });
});
