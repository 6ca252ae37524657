import {
  concat,
  conv1d,
  conv2d,
  convTranspose1d,
  convTranspose2d,
  type Shape,
  scope,
  split,
  type Tensor,
} from '@sonograd/tensor';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { onEveryEngine } from '../engines.ts';
import { draw, drawLeaf, expectAll, expectBits, expectNear, inner } from './plain.ts';
import { type PlainOptions, plainConv, plainConvGradients, plainOptions } from './plainConv.ts';

interface Layer {
  readonly x: Shape;
  readonly filters: Shape;
  readonly options: PlainOptions;
}

const either = (...values: number[]) => fc.tuple(fc.constantFrom(...values), fc.constantFrom(...values));

/** Layers of any kind that hold at least one window. */
const someLayer: fc.Arbitrary<Layer> = fc
  .record({
    batch: fc.integer({ min: 1, max: 3 }),
    groups: fc.constantFrom(1, 1, 2, 3),
    depth: fc.integer({ min: 1, max: 5 }),
    each: fc.integer({ min: 1, max: 5 }),
    kernel: either(1, 2, 3, 4, 5),
    stride: either(1, 2, 3),
    padding: either(0, 1, 2),
    dilation: either(1, 1, 2, 3),
    extra: fc.tuple(fc.nat(9), fc.nat(9)),
  })
  .map(({ batch, groups, depth, each, kernel, stride, padding, dilation, extra }) => {
    const least = (axis: 0 | 1) =>
      Math.max(1, dilation[axis] * (kernel[axis] - 1) + 1 - 2 * padding[axis]) + extra[axis];
    return {
      x: [batch, groups * depth, least(0), least(1)],
      filters: [groups * each, depth, ...kernel],
      options: { stride, padding, dilation, groups },
    };
  });

const conv = (x: Tensor, filters: Tensor, options: Partial<PlainOptions> = {}) =>
  conv2d(x, filters, undefined, options) as Tensor;

const reversed = (filters: Tensor) => filters.flip(2).flip(3) as Tensor;

onEveryEngine('a convolution', () => {
  const runs = { numRuns: 25 };
  const holds = (law: (layer: Layer) => void, layers = someLayer) =>
    fc.assert(
      fc.property(layers, (layer) => scope(() => law(layer))),
      runs,
    );

  test('is the sum over taps and channels that its definition writes down', () => {
    holds(({ x, filters, options }) => {
      const [image, weights] = [draw(x, 1), draw(filters, 2)];
      const expected = plainConv(image, weights, options);
      const received = conv(image, weights, options);
      expect(received.shape).toEqual(expected.shape);
      expectAll(received, expected.data, 2e-6);
    });
  });

  test('gives each side of a product the other side times the gradient', () => {
    holds(({ x, filters, options }) => {
      const [image, weights] = [drawLeaf(x, 1), drawLeaf(filters, 2)];
      const out = conv(image, weights, options);
      const dOut = draw(out.shape, 3);
      out.backward(dOut);
      const { dX, dFilters } = plainConvGradients(image, weights, dOut, options);
      expectAll(image.grad!, dX, 3e-6);
      expectAll(weights.grad!, dFilters, 3e-6);
    });
  });

  test('has its transpose as adjoint: <conv(x), y> = <x, convTranspose(y)>', () => {
    holds(({ x, filters, options }) => {
      const [image, weights] = [draw(x, 1), draw(filters, 2)];
      const out = conv(image, weights, options);
      const y = draw(out.shape, 3);
      const back = convTranspose2d(y, weights, undefined, {
        ...options,
        outputPadding: leftOver({ x, filters, options }),
      }) as Tensor;
      expectNear(inner(out, y), inner(image, back), x.reduce((a, b) => a * b) * 25, 3e-6);
    });
  });

  test('has a gradient by its filters with <conv(x, w), y> = <w, gradient>', () => {
    holds(({ x, filters, options }) => {
      const [image, weights] = [draw(x, 1), drawLeaf(filters, 2)];
      const out = conv(image, weights, options);
      const y = draw(out.shape, 3);
      out.backward(y);
      expectNear(inner(out, y), inner(weights, weights.grad!), y.size * 25, 3e-6);
    });
  });

  test('is linear in the image', () => {
    holds(({ x, filters, options }) => {
      const [a, b, weights] = [draw(x, 1), draw(x, 2), draw(filters, 3)];
      const together = conv(a.mul(2).add(b) as Tensor, weights, options);
      expectAll(
        together,
        conv(a, weights, options)
          .mul(2)
          .add(conv(b, weights, options)),
        1e-5,
      );
    });
  });

  test('is linear in the filters', () => {
    holds(({ x, filters, options }) => {
      const [image, a, b] = [draw(x, 1), draw(filters, 2), draw(filters, 3)];
      const together = conv(image, a.sub(b) as Tensor, options);
      expectAll(together, conv(image, a, options).sub(conv(image, b, options)), 1e-5);
    });
  });

  test('treats the images of a batch one by one', () => {
    holds(({ x, filters, options }) => {
      const [images, weights] = [draw(x, 1), draw(filters, 2)];
      const apart = (split(images, 1, 0) as Tensor[]).map((image) => conv(image, weights, options));
      expectAll(conv(images, weights, options), concat(apart, 0), 2e-6);
    });
  });

  test('with groups is a convolution of each group, side by side', () => {
    holds(({ x, filters, options }) => {
      const { groups } = options;
      const [image, weights] = [draw(x, 1), draw(filters, 2)];
      const parts = split(image, x[1]! / groups, 1) as Tensor[];
      const own = split(weights, filters[0]! / groups, 0) as Tensor[];
      const apart = parts.map((part, group) => conv(part, own[group]!, { ...options, groups: 1 }));
      expectAll(conv(image, weights, options), concat(apart, 1), 2e-6);
    });
  });

  test('with padding is one of the image with zeros around it', () => {
    holds(({ x, filters, options }) => {
      const [down, across] = options.padding;
      const [image, weights] = [draw(x, 1), draw(filters, 2)];
      const padded = image.pad([
        [0, 0],
        [0, 0],
        [down, down],
        [across, across],
      ]) as Tensor;
      expectAll(conv(image, weights, options), conv(padded, weights, { ...options, padding: [0, 0] }), 2e-6);
    });
  });

  test('with stride leaves out windows of the one without', () => {
    holds(({ x, filters, options }) => {
      const [image, weights] = [draw(x, 1), draw(filters, 2)];
      const all = conv(image, weights, { ...options, stride: [1, 1] });
      const [down, across] = options.stride;
      const some = all.slice(2, 0, undefined, down).slice(3, 0, undefined, across) as Tensor;
      expectAll(conv(image, weights, options), some, 2e-6);
    });
  });

  test('with dilation is one by filters with holes', () => {
    holds(({ x, filters, options }) => {
      const [image, weights] = [draw(x, 1), draw(filters, 2)];
      const wide = withHoles(weights, options.dilation);
      expectAll(conv(image, weights, options), conv(image, wide, { ...options, dilation: [1, 1] }), 2e-6);
    });
  });

  test('turned by a transpose of image and filters is its own transpose', () => {
    holds(({ x, filters, options: { stride, padding, dilation, groups } }) => {
      const [image, weights] = [draw(x, 1), draw(filters, 2)];
      const turned = conv(image.transpose(2, 3) as Tensor, weights.transpose(2, 3) as Tensor, {
        stride: [stride[1], stride[0]],
        padding: [padding[1], padding[0]],
        dilation: [dilation[1], dilation[0]],
        groups,
      });
      const plain = conv(image, weights, { stride, padding, dilation, groups });
      expectAll(turned.transpose(2, 3) as Tensor, plain, 2e-6);
    });
  });

  test('of a mirrored image by mirrored filters is mirrored, where windows fill it evenly', () => {
    holds(({ x, filters, options }) => {
      const even = { ...options, stride: [1, 1] as const };
      const [image, weights] = [draw(x, 1), draw(filters, 2)];
      expectAll(reversed(conv(reversed(image), reversed(weights), even)), conv(image, weights, even), 2e-6);
    });
  });

  test('of a shifted image is shifted', () => {
    holds(({ x, filters }) => {
      const [image, weights] = [draw([x[0]!, filters[1]!, 14, 15], 1), draw(filters, 2)];
      const whole = conv(image, weights);
      const shifted = conv(image.slice(2, 1).slice(3, 2) as Tensor, weights);
      expectAll(shifted, whole.slice(2, 1).slice(3, 2) as Tensor, 2e-6);
    });
  });

  test('of two filters one after the other is one with the product of their sizes, in one channel', () => {
    const [image, first, second] = [draw([1, 1, 12, 11], 1), draw([1, 1, 3, 2], 2), draw([1, 1, 2, 4], 3)];
    const composed = conv(
      second.pad([
        [0, 0],
        [0, 0],
        [2, 2],
        [1, 1],
      ]) as Tensor,
      reversed(first),
    );
    expectAll(conv(conv(image, first), second), conv(image, composed), 1e-5);
  });

  test('by filters as large as the image is a matrix product', () => {
    const [images, filters] = [draw([5, 3, 4, 7], 1), draw([6, 3, 4, 7], 2)];
    const product = images.reshape([5, 84]).matmul(filters.reshape([6, 84]).transpose(0, 1)) as Tensor;
    expectAll(conv(images, filters).reshape([5, 6]) as Tensor, product, 5e-6);
  });

  test('by filters of 1 × 1 mixes the channels of each pixel', () => {
    const [images, filters] = [draw([2, 7, 5, 9], 1), draw([6, 7, 1, 1], 2)];
    const pixels = images.permute([0, 2, 3, 1]).reshape([90, 7]) as Tensor;
    const mixed = pixels.matmul(filters.reshape([6, 7]).transpose(0, 1)).reshape([2, 5, 9, 6]);
    expectAll(conv(images, filters), mixed.permute([0, 3, 1, 2]) as Tensor, 5e-6);
  });

  test('with a bias is one without, and the bias on every pixel', () => {
    holds(({ x, filters, options }) => {
      const [image, weights, bias] = [draw(x, 1), draw(filters, 2), draw([filters[0]!], 3)];
      const with_ = conv2d(image, weights, bias, options) as Tensor;
      expectAll(with_, conv(image, weights, options).add(bias.reshape([1, -1, 1, 1])), 2e-6);
    });
  });

  test('with relu is relu of it', () => {
    holds(({ x, filters, options }) => {
      const [image, weights] = [draw(x, 1), draw(filters, 2)];
      const cut = conv2d(image, weights, undefined, { ...options, activation: 'relu' }) as Tensor;
      expectAll(cut, conv(image, weights, options).relu() as Tensor, 1e-6);
      expect(Math.min(...cut.data)).toBeGreaterThanOrEqual(0);
    });
  });

  test('of a signal is one of an image of height 1, to the bit', () => {
    holds(({ x, filters, options: { stride, padding, dilation, groups } }) => {
      const [signal, weights] = [
        draw([x[0]!, x[1]!, x[3]!], 1),
        draw([filters[0]!, filters[1]!, filters[3]!], 2),
      ];
      const along = { stride: stride[1], padding: padding[1], dilation: dilation[1], groups };
      const image = conv(signal.unsqueeze(2) as Tensor, weights.unsqueeze(2) as Tensor, {
        stride: [1, stride[1]],
        padding: [0, padding[1]],
        dilation: [1, dilation[1]],
        groups,
      });
      expectBits(conv1d(signal, weights, undefined, along) as Tensor, image);
    });
  });

  test('transposed, of a signal, is one of an image of height 1, to the bit', () => {
    const [signal, weights] = [draw([2, 4, 7], 1), draw([4, 3, 5], 2)];
    const image = convTranspose2d(signal.unsqueeze(2) as Tensor, weights.unsqueeze(2) as Tensor, undefined, {
      stride: [1, 2],
      padding: [0, 1],
      outputPadding: [0, 1],
    }) as Tensor;
    const along = { stride: 2, padding: 1, outputPadding: 1 };
    expectBits(convTranspose1d(signal, weights, undefined, along) as Tensor, image);
  });

  test('transposed, without stride, is one by filters turned round, with padding that makes up the size', () => {
    const [y, weights] = [draw([2, 5, 6, 7], 1), draw([5, 3, 3, 2], 2)];
    const turned = reversed(weights).transpose(0, 1) as Tensor;
    expectAll(convTranspose2d(y, weights) as Tensor, conv(y, turned, { padding: [2, 1] }), 2e-6);
  });

  test('transposed, with stride, is the one without of an image with zeros between its pixels', () => {
    const [y, weights] = [draw([2, 3, 4, 5], 1), draw([3, 2, 3, 4], 2)];
    const strided = convTranspose2d(y, weights, undefined, { stride: [2, 3] }) as Tensor;
    expectAll(strided, convTranspose2d(withHoles(y, [2, 3]), weights) as Tensor, 2e-6);
  });

  test('of no images gives none, and zeros as the gradient of its filters', () => {
    const [none, weights] = [draw([0, 2, 5, 6]), drawLeaf([4, 2, 3, 3])];
    const out = conv(none, weights);
    expect(out.shape).toEqual([0, 4, 3, 4]);
    out.sum().backward();
    expect([...weights.grad!.data].every((value) => value === 0)).toBe(true);
  });

  test('has a second gradient: that of its gradient is a convolution again', () => {
    const [image, weights] = [drawLeaf([1, 2, 5, 6], 1), drawLeaf([3, 2, 2, 3], 2)];
    const first = conv(image, weights);
    first.backward(draw(first.shape, 3), { createGraph: true });
    const direction = draw(image.shape, 4);
    const slope = image.grad!.mul(direction).sum() as Tensor;
    weights.grad = null;
    slope.backward();
    const expected = plainConvGradients(direction, weights, draw(first.shape, 3), plainOptions);
    expectAll(weights.grad! as Tensor, expected.dFilters, 1e-5);
  });
});

describe('sizes around tiles of four', () => {
  const sides = [1, 2, 3, 4, 5, 7, 8, 9, 11, 12, 13, 16, 17];
  const near = fc.constantFrom(...sides);

  test('any image by 3 × 3, any channels, on the compiled engine: within 2e-5 of float64', () => {
    const layer = fc.tuple(near, near, fc.integer({ min: 4, max: 13 }), fc.integer({ min: 4, max: 13 }));
    fc.assert(
      fc.property(layer, fc.constantFrom(0, 1, 2), ([height, width, channels, outputs], padding) => {
        if (Math.min(height, width) + 2 * padding < 3) return;
        const [image, filters] = [draw([6, channels, height, width], 1), draw([outputs, channels, 3, 3], 2)];
        const options = { ...plainOptions, padding: [padding, padding] as const };
        expectAll(conv(image, filters, options), plainConv(image, filters, options).data, 2e-5);
      }),
      { numRuns: 20 },
    );
  });

  test('their gradients: within 3e-5 of float64', () => {
    fc.assert(
      fc.property(near, near, fc.constantFrom(4, 5, 8, 11), (height, width, channels) => {
        const [image, filters] = [
          drawLeaf([5, channels, height, width], 1),
          drawLeaf([7, channels, 3, 3], 2),
        ];
        const options = { ...plainOptions, padding: [1, 1] as const };
        const out = conv(image, filters, options);
        const dOut = draw(out.shape, 3);
        out.backward(dOut);
        const { dX, dFilters } = plainConvGradients(image, filters, dOut, options);
        expectAll(image.grad!, dX, 3e-5);
        expectAll(filters.grad!, dFilters, 3e-5);
      }),
      { numRuns: 10 },
    );
  });
});

/** Zeros between neighbours, so that they lie `apart` from each other. */
function withHoles(x: Tensor, apart: readonly [number, number]): Tensor {
  const [a, b, height, width] = x.shape as readonly [number, number, number, number];
  const [down, across] = apart;
  const spread = x.reshape([a, b, height, 1, width, 1]).pad([
    [0, 0],
    [0, 0],
    [0, 0],
    [0, down - 1],
    [0, 0],
    [0, across - 1],
  ]);
  const whole = spread.reshape([a, b, height * down, width * across]) as Tensor;
  return whole.slice(2, 0, height * down - down + 1).slice(3, 0, width * across - across + 1) as Tensor;
}

/** Rows and columns behind the last window, which the transpose must be told of. */
function leftOver({ x, filters, options: { stride, padding, dilation } }: Layer): [number, number] {
  const rest = (axis: 0 | 1) =>
    (x[2 + axis]! + 2 * padding[axis] - dilation[axis] * (filters[2 + axis]! - 1) - 1) % stride[axis];
  return [rest(0), rest(1)];
}
