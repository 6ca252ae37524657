import {
  adaptiveAvgPool1d,
  adaptiveAvgPool2d,
  avgPool1d,
  avgPool2d,
  concat,
  maxPool1d,
  maxPool2d,
  resize,
  type Shape,
  split,
  type Tensor,
} from '@sonograd/tensor';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { onEveryEngine } from '../engines.ts';
import { draw, drawLeaf, elements, expectAll, expectBits, expectNear, floats, inner } from './plain.ts';

interface Windows {
  readonly kernel: readonly [number, number];
  readonly stride: readonly [number, number];
  readonly padding: readonly [number, number];
  readonly dilation: readonly [number, number];
}

interface Pooling {
  readonly x: readonly [number, number, number, number];
  readonly windows: Windows;
}

const either = (...values: number[]) => fc.tuple(fc.constantFrom(...values), fc.constantFrom(...values));

const somePooling: fc.Arbitrary<Pooling> = fc
  .record({
    planes: fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 4 })),
    kernel: either(1, 2, 3, 4, 5),
    stride: either(1, 2, 3),
    dilation: either(1, 1, 2),
    padded: fc.boolean(),
    extra: fc.tuple(fc.nat(19), fc.nat(19)),
  })
  .map(({ planes, kernel, stride, dilation, padded, extra }) => {
    const padding = kernel.map((size) => (padded ? Math.floor(size / 2) : 0)) as [number, number];
    const least = (axis: 0 | 1) =>
      Math.max(1, dilation[axis] * (kernel[axis] - 1) + 1 - 2 * padding[axis]) + extra[axis];
    return { x: [...planes, least(0), least(1)], windows: { kernel, stride, padding, dilation } };
  });

const holds = (law: (pooling: Pooling) => void) => fc.assert(fc.property(somePooling, law), { numRuns: 40 });

/** What each window of each plane sees; what lies in the padding is left out. */
function seenBy(x: Tensor, { kernel, stride, padding, dilation }: Windows): number[][] {
  const [batch, channels, height, width] = x.shape as Pooling['x'];
  const count = (axis: 0 | 1, size: number) =>
    Math.floor((size + 2 * padding[axis] - dilation[axis] * (kernel[axis] - 1) - 1) / stride[axis]) + 1;
  const positions = (axis: 0 | 1, size: number, index: number) =>
    Array.from(
      { length: kernel[axis] },
      (_, tap) => index * stride[axis] - padding[axis] + tap * dilation[axis],
    ).filter((place) => place >= 0 && place < size);
  const seen: number[][] = [];
  for (let plane = 0; plane < batch * channels; plane++) {
    for (let row = 0; row < count(0, height); row++) {
      for (let column = 0; column < count(1, width); column++) {
        const across = positions(1, width, column);
        const rows = positions(0, height, row);
        seen.push(rows.flatMap((y) => across.map((z) => x.data[(plane * height + y) * width + z]!)));
      }
    }
  }
  return seen;
}

const total = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0);
const plainWindows = ({ windows }: Pooling): Windows => ({ ...windows, dilation: [1, 1] });

onEveryEngine('max pooling', () => {
  test('gives the largest number of each window', () => {
    holds(({ x, windows: { kernel, ...options } }) => {
      const image = draw(x);
      const largest = seenBy(image, { kernel, ...options }).map((seen) => Math.max(...seen));
      expectBits(maxPool2d(image, kernel, options) as Tensor, largest);
    });
  });

  test('hands each gradient to the one element that won', () => {
    holds(({ x, windows: { kernel, ...options } }) => {
      const image = drawLeaf(x);
      const out = maxPool2d(image, kernel, options) as Tensor;
      const y = draw(out.shape, 2);
      out.backward(y);
      expectNear(total(elements(image.grad!)), total(elements(y)), y.size);
      expectNear(inner(out, y), inner(image, image.grad!), y.size);
    });
  });

  test('goes with any function that keeps order', () => {
    holds(({ x, windows: { kernel, ...options } }) => {
      const image = draw(x);
      const after = (maxPool2d(image, kernel, options) as Tensor).mul(2).add(1) as Tensor;
      expectBits(maxPool2d(image.mul(2).add(1) as Tensor, kernel, options) as Tensor, after);
    });
  });

  test('of a larger image is larger', () => {
    holds(({ x, windows: { kernel, ...options } }) => {
      const [a, b] = [draw(x, 1), draw(x, 2)];
      const both = maxPool2d(a.maximum(b) as Tensor, kernel, options) as Tensor;
      const apart = (maxPool2d(a, kernel, options) as Tensor).maximum(
        maxPool2d(b, kernel, options) as Tensor,
      );
      expectBits(both, apart as Tensor);
    });
  });

  test('of rows and then of columns is of both', () => {
    holds(({ x, windows: { kernel, stride, padding, dilation } }) => {
      const image = draw(x);
      const down = maxPool2d(image, [kernel[0], 1], {
        stride: [stride[0], 1],
        padding: [padding[0], 0],
        dilation: [dilation[0], 1],
      }) as Tensor;
      const across = maxPool2d(down, [1, kernel[1]], {
        stride: [1, stride[1]],
        padding: [0, padding[1]],
        dilation: [1, dilation[1]],
      }) as Tensor;
      expectBits(across, maxPool2d(image, kernel, { stride, padding, dilation }) as Tensor);
    });
  });

  test('of windows of one is the image', () => {
    const image = draw([2, 3, 7, 9]);
    expectBits(maxPool2d(image, 1) as Tensor, image);
  });

  test('of signals is that of images of height 1', () => {
    const signal = draw([2, 3, 37]);
    const image = maxPool2d(signal.unsqueeze(2) as Tensor, [1, 3], {
      stride: [1, 2],
      padding: [0, 1],
    }) as Tensor;
    expectBits(maxPool1d(signal, 3, { stride: 2, padding: 1 }) as Tensor, image);
  });

  test('of numbers that are all -Infinity is -Infinity', () => {
    const image = floats(new Array(12).fill(-Infinity), [1, 1, 3, 4]);
    expectBits(maxPool2d(image, 2, { stride: 1, padding: 1 }) as Tensor, new Array(20).fill(-Infinity));
  });

  test('hands the gradient of equal elements to the first of each window', () => {
    const image = floats(new Array(16).fill(3), [1, 1, 4, 4]);
    image.requiresGrad = true;
    maxPool2d(image, 2).sum().backward();
    expectBits(image.grad!, [1, 0, 1, 0, 0, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0, 0]);
  });
});

onEveryEngine('average pooling', () => {
  test('gives the mean of each window, zeros of the padding included', () => {
    holds((pooling) => {
      const { kernel, stride, padding } = pooling.windows;
      const x = grown(pooling);
      const means = seenBy(x, plainWindows(pooling)).map((seen) => total(seen) / (kernel[0] * kernel[1]));
      expectAll(avgPool2d(x, kernel, { stride, padding }) as Tensor, means, 2e-6);
    });
  });

  test('or of what lies inside the image alone', () => {
    holds((pooling) => {
      const { kernel, stride, padding } = pooling.windows;
      const x = grown(pooling);
      const means = seenBy(x, plainWindows(pooling)).map((seen) => total(seen) / seen.length);
      expectAll(avgPool2d(x, kernel, { stride, padding, countIncludePad: false }) as Tensor, means, 2e-6);
    });
  });

  test('hands its gradient on so that <pool(x), y> = <x, gradient>', () => {
    holds((pooling) => {
      const { kernel, stride, padding } = pooling.windows;
      const image = drawLeaf(grown(pooling).shape);
      const out = avgPool2d(image, kernel, { stride, padding }) as Tensor;
      const y = draw(out.shape, 2);
      out.backward(y);
      expectNear(inner(out, y), inner(image, image.grad!), y.size, 2e-6);
    });
  });

  test('never exceeds max pooling', () => {
    holds(({ x, windows: { kernel, stride } }) => {
      const image = draw([x[0], x[1], x[2] + kernel[0], x[3] + kernel[1]]);
      const mean = avgPool2d(image, kernel, { stride }) as Tensor;
      const above = (maxPool2d(image, kernel, { stride }) as Tensor).sub(mean) as Tensor;
      expect(Math.min(...above.data)).toBeGreaterThan(-1e-6);
    });
  });

  test('treats every plane alone', () => {
    const image = draw([3, 2, 9, 11]);
    const apart = (split(image, 1, 0) as Tensor[]).map((one) => avgPool2d(one, 3, { stride: 2 }) as Tensor);
    expectBits(avgPool2d(image, 3, { stride: 2 }) as Tensor, concat(apart, 0));
  });

  test('of signals is that of images of height 1', () => {
    const signal = draw([2, 3, 38]);
    const image = avgPool2d(signal.unsqueeze(2) as Tensor, [1, 4], {
      stride: [1, 3],
      padding: [0, 2],
    }) as Tensor;
    expectBits(avgPool1d(signal, 4, { stride: 3, padding: 2 }) as Tensor, image);
  });

  test('of the whole plane is its mean, and so is the adaptive one of size 1', () => {
    const image = draw([2, 3, 7, 9]);
    const means = image.mean([2, 3], { keepDims: true }) as Tensor;
    expectAll(avgPool2d(image, [7, 9]) as Tensor, means, 1e-6);
    expectAll(adaptiveAvgPool2d(image, 1) as Tensor, means, 1e-6);
  });
});

onEveryEngine('adaptive pooling', () => {
  const length = fc.integer({ min: 1, max: 40 });

  test('gives means of parts that together cover everything', () => {
    fc.assert(
      fc.property(length, length, (size, count) => {
        const signal = draw([2, 3, size]);
        const expected = (split(signal.reshape([6, size]), 1, 0) as Tensor[]).flatMap((row) =>
          Array.from({ length: count }, (_, part) => {
            const from = Math.floor((part * size) / count);
            const to = Math.ceil(((part + 1) * size) / count);
            return total(elements(row).slice(from, to)) / (to - from);
          }),
        );
        expectAll(adaptiveAvgPool1d(signal, count) as Tensor, expected, 2e-6);
      }),
      { numRuns: 40 },
    );
  });

  test('of a size that divides is average pooling', () => {
    const image = draw([2, 3, 12, 15]);
    expectAll(adaptiveAvgPool2d(image, [4, 5]) as Tensor, avgPool2d(image, 3) as Tensor, 1e-6);
  });

  test('of its own size is the image', () => {
    const image = draw([2, 3, 5, 7]);
    expectBits(adaptiveAvgPool2d(image, [5, 7]) as Tensor, image);
  });

  test('of a constant is that constant', () => {
    const image = draw([1, 1, 9, 11]).mul(0).add(5) as Tensor;
    expectAll(adaptiveAvgPool2d(image, [4, 3]) as Tensor, new Array(12).fill(5), 1e-6);
  });
});

onEveryEngine('resizing', () => {
  const sizes = fc.tuple(...[0, 1, 2, 3].map(() => fc.integer({ min: 1, max: 12 })));
  const modes = ['nearest', 'bilinear'] as const;

  test('nearest repeats pixels', () => {
    fc.assert(
      fc.property(sizes, ([height, width, down, across]) => {
        const image = draw([1, 2, height!, width!]);
        const expected: number[] = [];
        for (let plane = 0; plane < 2; plane++) {
          for (let row = 0; row < down!; row++) {
            for (let column = 0; column < across!; column++) {
              const y = Math.floor((row * height!) / down!);
              const x = Math.floor((column * width!) / across!);
              expected.push(image.data[(plane * height! + y) * width! + x]!);
            }
          }
        }
        expectBits(resize(image, [down!, across!]) as Tensor, expected);
      }),
      { numRuns: 40 },
    );
  });

  test.each(modes)('%s: has a gradient with <resize(x), y> = <x, gradient>', (mode) => {
    fc.assert(
      fc.property(sizes, ([height, width, down, across]) => {
        const image = drawLeaf([2, 1, height!, width!]);
        const out = resize(image, [down!, across!], { mode }) as Tensor;
        const y = draw(out.shape, 2);
        out.backward(y);
        expectNear(inner(out, y), inner(image, image.grad!), y.size, 2e-6);
      }),
      { numRuns: 40 },
    );
  });

  test.each(modes)('%s: stays within the numbers of the image', (mode) => {
    const image = draw([1, 3, 5, 7]);
    const out = resize(image, [13, 4], { mode }) as Tensor;
    expect(Math.max(...out.data)).toBeLessThanOrEqual(Math.max(...image.data));
    expect(Math.min(...out.data)).toBeGreaterThanOrEqual(Math.min(...image.data));
  });

  test('bilinear of a slope is that slope, away from the edges', () => {
    const slope = floats(
      Array.from({ length: 8 }, (_, at) => at),
      [1, 1, 1, 8],
    );
    const out = elements(resize(slope, [1, 16], { mode: 'bilinear' }) as Tensor);
    for (let at = 1; at < 15; at++) expect(out[at]).toBeCloseTo((at + 0.5) / 2 - 0.5, 5);
  });

  test('bilinear of a mirrored image is mirrored', () => {
    const image = draw([1, 2, 6, 5]);
    const mirrored = (x: Tensor) => x.flip(2).flip(3) as Tensor;
    const resized = (x: Tensor) => resize(x, [9, 8], { mode: 'bilinear' }) as Tensor;
    expectAll(mirrored(resized(mirrored(image))), resized(image), 1e-6);
  });
});

/** Average pooling knows no dilation: an image in which its windows fit as they are. */
function grown({ x, windows }: Pooling): Tensor {
  const shape: Shape = [x[0], x[1], x[2] + windows.kernel[0], x[3] + windows.kernel[1]];
  return draw(shape);
}
