import { concat, convTranspose2d, type Shape, split, type Tensor } from '@sonograd/tensor';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { onEveryEngine } from '../engines.ts';
import { draw, drawLeaf, expectAll, expectNear, inner, sizeOf } from './plain.ts';

interface Layer {
  readonly x: readonly [number, number, number, number];
  readonly filters: readonly [number, number, number, number];
  readonly options: {
    readonly stride: [number, number];
    readonly padding: [number, number];
    readonly dilation: [number, number];
    readonly groups: number;
    readonly outputPadding: [number, number];
  };
}

const either = (...values: number[]) => fc.tuple(fc.constantFrom(...values), fc.constantFrom(...values));

const someLayer: fc.Arbitrary<Layer> = fc
  .record({
    batch: fc.integer({ min: 1, max: 3 }),
    groups: fc.constantFrom(1, 1, 2, 3),
    depth: fc.integer({ min: 1, max: 4 }),
    each: fc.integer({ min: 1, max: 4 }),
    size: either(3, 4, 5, 7),
    kernel: either(2, 3, 4),
    stride: either(1, 2, 3),
    dilation: either(1, 1, 2),
    isPadded: fc.boolean(),
    isLonger: fc.boolean(),
  })
  .map(({ batch, groups, depth, each, size, kernel, stride, dilation, isPadded, isLonger }) => ({
    x: [batch, groups * depth, ...size],
    filters: [groups * depth, each, ...kernel],
    options: {
      stride,
      dilation,
      groups,
      padding: isPadded ? [1, 1] : [0, 0],
      outputPadding: isLonger ? [stride[0] - 1, stride[1] - 1] : [0, 0],
    },
  }));

const holds = (law: (layer: Layer) => void) => fc.assert(fc.property(someLayer, law), { numRuns: 30 });

const spread = (x: Tensor, filters: Tensor, options: Partial<Layer['options']> = {}) =>
  convTranspose2d(x, filters, undefined, options) as Tensor;

/** Each pixel adds the filters, times its number, to the place that it stands for. */
function plainTransposed(x: Tensor, filters: Tensor, { x: image, filters: kernel, options }: Layer) {
  const { stride, padding, dilation, groups, outputPadding } = options;
  const length = (axis: 0 | 1) =>
    (image[2 + axis]! - 1) * stride[axis] +
    dilation[axis] * (kernel[2 + axis]! - 1) +
    1 +
    outputPadding[axis] -
    2 * padding[axis];
  const [height, width, each] = [length(0), length(1), kernel[1]];
  const shape: Shape = [image[0], each * groups, height, width];
  const data = new Float64Array(sizeOf(shape));
  const perGroup = image[1] / groups;
  for (let pixel = 0; pixel < x.size; pixel++) {
    const column = pixel % image[3];
    const row = Math.floor(pixel / image[3]) % image[2];
    const channel = Math.floor(pixel / (image[2] * image[3])) % image[1];
    const batch = Math.floor(pixel / (image[1] * image[2] * image[3]));
    for (let tap = 0; tap < each * kernel[2] * kernel[3]; tap++) {
      const y = row * stride[0] - padding[0] + (Math.floor(tap / kernel[3]) % kernel[2]) * dilation[0];
      const z = column * stride[1] - padding[1] + (tap % kernel[3]) * dilation[1];
      if (y < 0 || y >= height || z < 0 || z >= width) continue;
      const output = Math.floor(channel / perGroup) * each + Math.floor(tap / (kernel[2] * kernel[3]));
      const place = ((batch * each * groups + output) * height + y) * width + z;
      data[place]! += x.data[pixel]! * filters.data[channel * each * kernel[2] * kernel[3] + tap]!;
    }
  }
  return { shape, data };
}

onEveryEngine('a transposed convolution', () => {
  test('is the sum of filters that every pixel spreads', () => {
    holds((layer) => {
      const [x, filters] = [draw(layer.x, 1), draw(layer.filters, 2)];
      const expected = plainTransposed(x, filters, layer);
      const received = spread(x, filters, layer.options);
      expect(received.shape).toEqual(expected.shape);
      expectAll(received, expected.data, 3e-6);
    });
  });

  test('has gradients with <out, y> = <x, gradient> = <filters, gradient>', () => {
    holds(({ x, filters, options }) => {
      const [image, weights] = [drawLeaf(x, 1), drawLeaf(filters, 2)];
      const out = spread(image, weights, options);
      const y = draw(out.shape, 3);
      out.backward(y);
      expectNear(inner(out, y), inner(image, image.grad!), out.size * 16, 3e-6);
      expectNear(inner(out, y), inner(weights, weights.grad!), out.size * 16, 3e-6);
    });
  });

  test('is linear in the image', () => {
    holds(({ x, filters, options }) => {
      const [a, b, weights] = [draw(x, 1), draw(x, 2), draw(filters, 3)];
      const together = spread(a.mul(3).sub(b) as Tensor, weights, options);
      expectAll(
        together,
        spread(a, weights, options)
          .mul(3)
          .sub(spread(b, weights, options)),
        1e-5,
      );
    });
  });

  test('with groups is one of each group, side by side', () => {
    holds(({ x, filters, options }) => {
      const [image, weights] = [draw(x, 1), draw(filters, 2)];
      const each = x[1] / options.groups;
      const own = split(weights, each, 0) as Tensor[];
      const apart = (split(image, each, 1) as Tensor[]).map((part, group) =>
        spread(part, own[group]!, { ...options, groups: 1 }),
      );
      expectAll(spread(image, weights, options), concat(apart, 1), 3e-6);
    });
  });

  test('treats the images of a batch one by one', () => {
    holds(({ x, filters, options }) => {
      const [images, weights] = [draw(x, 1), draw(filters, 2)];
      const apart = (split(images, 1, 0) as Tensor[]).map((image) => spread(image, weights, options));
      expectAll(spread(images, weights, options), concat(apart, 0), 3e-6);
    });
  });

  test('with padding is the one without, its edges cut away', () => {
    const [image, weights] = [draw([2, 3, 5, 6], 1), draw([3, 4, 4, 5], 2)];
    const whole = spread(image, weights, { stride: [2, 3] });
    const cut = whole.slice(2, 1, -1).slice(3, 2, -2) as Tensor;
    expectAll(spread(image, weights, { stride: [2, 3], padding: [1, 2] }), cut, 2e-6);
  });

  test('with output padding grows at the end alone', () => {
    const [image, weights] = [draw([2, 3, 5, 6], 1), draw([3, 4, 3, 3], 2)];
    const short = spread(image, weights, { stride: [3, 3] });
    const long = spread(image, weights, { stride: [3, 3], outputPadding: [2, 1] });
    const [height, width] = [short.shape[2]!, short.shape[3]!];
    expect(long.shape.slice(2)).toEqual([height + 2, width + 1]);
    expectAll(long.slice(2, 0, height).slice(3, 0, width) as Tensor, short, 2e-6);
    expect(Math.max(...long.slice(2, height).abs().data)).toBe(0);
  });

  test('with a bias and relu is relu of the sum with the bias', () => {
    holds(({ x, filters, options }) => {
      const outputs = filters[1] * options.groups;
      const [image, weights, bias] = [draw(x, 1), draw(filters, 2), draw([outputs], 3)];
      const fused = convTranspose2d(image, weights, bias, { ...options, activation: 'relu' }) as Tensor;
      const apart = spread(image, weights, options).add(bias.reshape([1, -1, 1, 1])) as Tensor;
      expectAll(fused, apart.relu() as Tensor, 3e-6);
    });
  });

  test('where stride and kernel are the same sets tiles side by side', () => {
    const [image, weights] = [draw([1, 1, 3, 4], 1), draw([1, 1, 2, 2], 2)];
    const tiles = image
      .reshape([3, 1, 4, 1])
      .mul(weights.reshape([1, 2, 1, 2]))
      .reshape([1, 1, 6, 8]);
    expectAll(spread(image, weights, { stride: [2, 2] }), tiles as Tensor, 1e-6);
  });
});
