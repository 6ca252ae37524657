import {
  concat,
  conv1d,
  conv2d,
  convTranspose1d,
  convTranspose2d,
  flip,
  fromArray,
  matmul,
  memory,
  ones,
  pad,
  randn,
  relu,
  type Shape,
  scope,
  setEngine,
  slice,
  type Tensor,
} from '@sonograd/tensor';
import { beforeEach, describe, expect, test } from 'vitest';
import type { ConvOptions } from '../../packages/tensor/src/ops/conv/sizes.ts';
import { type ConvCase, runCase, worstError } from './convHarness.ts';
import { onEveryEngine } from './engines.ts';
import { numbers } from './matmulKernelHarness.ts';

beforeEach(() => setEngine('simd'));

const random = (shape: Shape, seed: number): Tensor =>
  fromArray(
    numbers(
      shape.reduce((product, size) => product * size, 1),
      seed,
    ),
    shape,
  ) as Tensor;

function difference(a: Tensor, b: Tensor): number {
  expect(a.shape).toEqual(b.shape);
  return worstError(a.data, b.data);
}

const joined = (parts: readonly Tensor[], axis: number): Tensor =>
  concat(parts as never, axis as never) as unknown as Tensor;

const dot = (a: Tensor, b: Tensor): number => {
  let total = 0;
  for (let at = 0; at < a.size; at++) total += a.data[at]! * b.data[at]!;
  return total;
};

const along = (option: ConvOptions['stride'], axis: number, otherwise: number): number =>
  (typeof option === 'object' ? option[axis] : option) ?? otherwise;

/** Rows or columns behind the last window. */
function leftOver(x: Shape, w: Shape, { stride, padding, dilation }: ConvOptions, axis: number): number {
  const reach = along(dilation, axis, 1) * (w[2 + axis]! - 1) + 1;
  return (x[2 + axis]! + 2 * along(padding, axis, 0) - reach) % along(stride, axis, 1);
}

/** Layers of all ways of computing. */
const layers: [string, Shape, Shape, ConvOptions][] = [
  ['tiles of 4 × 4', [2, 16, 11, 14], [12, 16, 3, 3], { padding: 1 }],
  ['tiles without padding', [3, 8, 13, 12], [8, 8, 3, 3], {}],
  ['strips', [2, 7, 11, 14], [10, 7, 5, 3], { padding: [2, 1] }],
  ['strips with stride', [2, 7, 11, 14], [10, 7, 3, 3], { padding: 1, stride: 2 }],
  ['strips with uneven stride', [1, 5, 12, 17], [6, 5, 4, 2], { stride: [3, 1], padding: [1, 0] }],
  ['strips with dilation', [1, 5, 12, 17], [6, 5, 3, 3], { dilation: [2, 3], padding: 3 }],
  ['one output', [2, 7, 11, 14], [1, 7, 3, 3], { padding: 1 }],
  ['two outputs with stride', [2, 7, 11, 14], [2, 7, 4, 4], { padding: 1, stride: 2 }],
  ['one channel', [2, 1, 11, 14], [9, 1, 3, 3], { padding: 1 }],
  ['one number', [2, 6, 11, 14], [9, 6, 1, 1], {}],
  ['one number with stride', [2, 6, 11, 14], [9, 6, 1, 1], { stride: 2 }],
  ['groups', [2, 6, 11, 14], [9, 2, 3, 3], { padding: 1, groups: 3 }],
  ['each channel alone', [2, 6, 11, 14], [6, 1, 3, 3], { padding: 1, groups: 6 }],
];

describe('a convolution is linear', () => {
  test.each(layers)('in its input: %s', (_, x, w, options) => {
    scope(() => {
      const [a, b, filters] = [random(x, 1), random(x, 2), random(w, 3)];
      const together = conv2d(a.mul(2).add(b) as Tensor, filters, undefined, options) as Tensor;
      const apart = conv2d(a, filters, undefined, options)
        .mul(2)
        .add(conv2d(b, filters, undefined, options));
      expect(difference(together, apart as Tensor)).toBeLessThan(3e-5);
    });
  });

  test.each(layers)('in its filters: %s', (_, x, w, options) => {
    scope(() => {
      const [image, a, b] = [random(x, 1), random(w, 2), random(w, 3)];
      const together = conv2d(image, a.sub(b) as Tensor, undefined, options) as Tensor;
      const apart = conv2d(image, a, undefined, options).sub(conv2d(image, b, undefined, options));
      expect(difference(together, apart as Tensor)).toBeLessThan(3e-5);
    });
  });
});

describe('the transposed convolution is the transpose', () => {
  test.each(layers)('<conv(x), y> = <x, transposed(y)>: %s', (_, x, w, options) => {
    scope(() => {
      const [image, filters] = [random(x, 4), random(w, 5)];
      const out = conv2d(image, filters, undefined, options) as Tensor;
      const y = random(out.shape, 6);
      // With a stride, several input sizes come to this output; the padding says which it was.
      const outputPadding = [0, 1].map((axis) => leftOver(x, w, options, axis));
      const back = convTranspose2d(y, filters, undefined, { ...options, outputPadding }) as Tensor;
      const scale = Math.sqrt(dot(out, out) * dot(y, y));
      expect(Math.abs(dot(out, y) - dot(image, back)) / scale).toBeLessThan(1e-5);
    });
  });
});

describe('the same in other words', () => {
  test.each(layers)('padding first, or on the way: %s', (_, x, w, options) => {
    scope(() => {
      const [image, filters] = [random(x, 7), random(w, 8)];
      const [down, across] = [along(options.padding, 0, 0), along(options.padding, 1, 0)];
      const padded = pad(image, [
        [0, 0],
        [0, 0],
        [down, down],
        [across, across],
      ] as never) as Tensor;
      const before = conv2d(padded, filters, undefined, { ...options, padding: 0 }) as Tensor;
      expect(difference(conv2d(image, filters, undefined, options) as Tensor, before)).toBeLessThan(3e-5);
    });
  });

  test.each(layers)('images one by one, or together: the same bits: %s', (_, x, w, options) => {
    scope(() => {
      const filters = random(w, 9);
      const images = [10, 11, 12].map((seed) => random([1, ...x.slice(1)], seed));
      const together = conv2d(joined(images, 0), filters, undefined, options) as Tensor;
      images.forEach((image, index) => {
        const alone = conv2d(image, filters, undefined, options) as Tensor;
        const part = slice(together, 0, index, index + 1) as Tensor;
        expect(difference(part, alone)).toBeLessThan(3e-5);
      });
    });
  });

  test.each(layers)('every second window of stride 1 is what stride 2 gives: %s', (_, x, w, options) => {
    if (options.stride !== undefined) return;
    scope(() => {
      const [image, filters] = [random(x, 13), random(w, 14)];
      const every = conv2d(image, filters, undefined, options) as Tensor;
      const second = conv2d(image, filters, undefined, { ...options, stride: 2 }) as Tensor;
      const picked = slice(slice(every, 2, 0, undefined, 2), 3, 0, undefined, 2) as Tensor;
      expect(difference(second, picked)).toBeLessThan(3e-5);
    });
  });

  test.each(layers)('relu on the way out, or behind: %s', (_, x, w, options) => {
    scope(() => {
      const [image, filters, bias] = [random(x, 15), random(w, 16), random([w[0]!], 17)];
      const fused = conv2d(image, filters, bias, { ...options, activation: 'relu' }) as Tensor;
      const behind = relu(conv2d(image, filters, bias, options)) as Tensor;
      expect(fused.data.slice()).toEqual(behind.data.slice());
    });
  });

  test.each(layers)('images upside down with filters upside down: %s', (_, x, w, options) => {
    if (options.stride !== undefined) return;
    scope(() => {
      const [image, filters] = [random(x, 18), random(w, 19)];
      const upright = conv2d(image, filters, undefined, options) as Tensor;
      const turned = conv2d(flip(image, 2), flip(filters, 2), undefined, options) as Tensor;
      expect(difference(flip(turned, 2) as Tensor, upright)).toBeLessThan(3e-5);
    });
  });

  test('groups are convolutions of their own', () => {
    const [image, filters] = [random([2, 6, 9, 9], 20), random([9, 2, 3, 3], 21)];
    const grouped = conv2d(image, filters, undefined, { groups: 3, padding: 1 }) as Tensor;
    const apart = [0, 1, 2].map((group) =>
      conv2d(
        slice(image, 1, 2 * group, 2 * group + 2) as Tensor,
        slice(filters, 0, 3 * group, 3 * group + 3) as Tensor,
        undefined,
        { padding: 1 },
      ),
    );
    expect(difference(grouped, joined(apart as Tensor[], 1))).toBeLessThan(2e-5);
  });

  test('a 1 × 1 convolution is a matrix product', () => {
    const [image, filters] = [random([1, 20, 6, 7], 22), random([30, 20, 1, 1], 23)];
    const product = matmul(filters.reshape([30, 20]) as Tensor, image.reshape([20, 42]) as never) as Tensor;
    const out = conv2d(image, filters).reshape([30, 42]) as Tensor;
    expect(difference(out, product)).toBeLessThan(1e-5);
  });

  test('a filter as large as the image is a matrix product', () => {
    const [image, filters] = [random([5, 3, 4, 6], 24), random([7, 3, 4, 6], 25)];
    const product = matmul(
      image.reshape([5, 72]) as Tensor,
      filters.reshape([7, 72]).transpose(0, 1) as never,
    );
    expect(difference(conv2d(image, filters).reshape([5, 7]) as Tensor, product as Tensor)).toBeLessThan(
      1e-5,
    );
  });
});

onEveryEngine('signals', () => {
  test.each([[{ padding: 2 }], [{ stride: 3, dilation: 2 }], [{ groups: 2, padding: 1 }]])(
    'conv1d is conv2d of images of height 1: %j',
    (options: ConvOptions) => {
      const groups = options.groups ?? 1;
      const [signal, filters, bias] = [
        random([2, 4, 33], 26),
        random([6, 4 / groups, 5], 27),
        random([6], 28),
      ];
      const out = conv1d(signal, filters, bias, options) as Tensor;
      const image = conv2d(
        signal.reshape([2, 4, 1, 33]) as Tensor,
        filters.reshape([6, 4 / groups, 1, 5]) as Tensor,
        bias,
        {
          ...options,
          padding: [0, (options.padding as number) ?? 0],
          stride: [1, (options.stride as number) ?? 1],
          dilation: [1, (options.dilation as number) ?? 1],
        },
      );
      expect(out.data.slice()).toEqual(image.data.slice());
    },
  );

  test('a moving sum', () => {
    const signal = fromArray(Float32Array.of(1, 2, 3, 4, 5), [1, 1, 5]);
    expect(conv1d(signal, ones([1, 1, 3])).toArray()).toEqual([[[6, 9, 12]]]);
  });

  test('a transposed convolution draws its filter at every stride', () => {
    const signal = fromArray(Float32Array.of(1, 0, 2), [1, 1, 3]);
    const filter = fromArray(Float32Array.of(1, 10, 100), [1, 1, 3]);
    expect(convTranspose1d(signal, filter, undefined, { stride: 2 }).toArray()).toEqual([
      [[1, 10, 100, 0, 2, 20, 200]],
    ]);
  });
});

test('a thousand steps leave memory as it was', () => {
  const cases: ConvCase[] = [
    { x: [2, 8, 9, 9], filters: [8, 8, 3, 3], options: { padding: 1 } },
    { x: [2, 3, 9, 9], filters: [4, 3, 3, 3], options: { stride: 2 } },
    { x: [2, 4, 5, 5], filters: [4, 3, 4, 4], options: { stride: 2, padding: 1 }, transposed: true },
  ];
  const step = () => {
    for (const given of cases) runCase(given);
  };
  step();
  const before = memory();
  for (let round = 0; round < 334; round++) step();
  expect(memory().liveBytes).toBe(before.liveBytes);
  expect(memory().liveBlocks).toBe(before.liveBlocks);
});

test('gradients that nobody wants are not computed', () => {
  const x = randn([2, 3, 8, 8]) as Tensor;
  const filters = randn([4, 3, 3, 3], { requiresGrad: true }) as Tensor;
  conv2d(x, filters).sum().backward();
  expect(x.grad).toBeNull();
  expect(filters.grad!.shape).toEqual([4, 3, 3, 3]);
});
