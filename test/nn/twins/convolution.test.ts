import {
  AdaptiveAvgPool2d,
  AvgPool2d,
  Conv1d,
  Conv2d,
  ConvTranspose2d,
  MaxPool2d,
  Upsample,
} from '@sonograd/nn';
import { randomKey } from '@sonograd/tensor';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { onEveryEngine } from '../../tensor/engines.ts';
import { expectClose, numbers, ofTensor, toTensor } from './arrays.ts';

interface Window {
  readonly kernel: number;
  readonly stride: number;
  readonly padding: number;
  readonly dilation: number;
}

const count = (size: number, { kernel, stride, padding, dilation }: Window) =>
  Math.floor((size + 2 * padding - dilation * (kernel - 1) - 1) / stride) + 1;

const windows = fc.record({
  kernel: fc.integer({ min: 1, max: 3 }),
  stride: fc.integer({ min: 1, max: 3 }),
  padding: fc.integer({ min: 0, max: 2 }),
  dilation: fc.integer({ min: 1, max: 2 }),
});

/** A convolution by its definition: seven loops. */
function convolved(
  x: Float64Array,
  [batch, channels, height, width]: readonly [number, number, number, number],
  weight: Float64Array,
  bias: Float64Array,
  groups: number,
  window: Window,
): Float64Array {
  const { kernel, stride, padding, dilation } = window;
  const outputs = bias.length;
  const [rows, columns] = [count(height, window), count(width, window)];
  const [inGroup, outGroup] = [channels / groups, outputs / groups];
  const out = new Float64Array(batch * outputs * rows * columns);
  let at = 0;
  for (let b = 0; b < batch; b++)
    for (let o = 0; o < outputs; o++)
      for (let r = 0; r < rows; r++)
        for (let c = 0; c < columns; c++) {
          let sum = bias[o] as number;
          for (let i = 0; i < inGroup; i++)
            for (let kr = 0; kr < kernel; kr++)
              for (let kc = 0; kc < kernel; kc++) {
                const [y, z] = [r * stride - padding + kr * dilation, c * stride - padding + kc * dilation];
                if (y < 0 || y >= height || z < 0 || z >= width) continue;
                const channel = Math.floor(o / outGroup) * inGroup + i;
                const pixel = x[((b * channels + channel) * height + y) * width + z] as number;
                sum += pixel * (weight[((o * inGroup + i) * kernel + kr) * kernel + kc] as number);
              }
          out[at++] = sum;
        }
  return out;
}

onEveryEngine('Conv2d is its definition', () => {
  test('whatever stride, padding, dilation and groups', () => {
    fc.assert(
      fc.property(
        windows,
        fc.constantFrom([2, 4, 1], [4, 4, 2], [3, 3, 3], [1, 5, 1]),
        fc.integer({ min: 5, max: 9 }),
        fc.integer({ min: 5, max: 8 }),
        ({ kernel, ...movement }, [channels, outputs, groups], height, width) => {
          const layer = new Conv2d(channels as number, outputs as number, kernel, {
            ...movement,
            groups: groups as number,
            key: randomKey(3),
          });
          const shape = [2, channels as number, height, width] as const;
          const x = numbers(2 * (channels as number) * height * width, 5);
          const expected = convolved(
            x,
            shape,
            ofTensor(layer.weight),
            ofTensor(layer.bias),
            groups as number,
            { kernel, ...movement },
          );
          const y = layer.forward(toTensor(x, ...shape));
          expectClose(y, expected);
        },
      ),
      { seed: 7, numRuns: 40 },
    );
  });

  test('Conv1d is a Conv2d of height 1', () => {
    const layer = new Conv1d(2, 3, 3, { stride: 2, padding: 1, dilation: 2, key: randomKey(1) });
    const wide = new Conv2d(2, 3, [1, 3], { stride: [1, 2], padding: [0, 1], dilation: [1, 2] });
    wide.weight.data.set(layer.weight.data);
    wide.bias?.data.set(layer.bias?.data ?? []);
    const x = numbers(2 * 2 * 11, 2);
    expectClose(layer.forward(toTensor(x, 2, 2, 11)), ofTensor(wide.forward(toTensor(x, 2, 2, 1, 11))));
  });
});

onEveryEngine('ConvTranspose2d is the transpose of Conv2d', () => {
  test('<conv(x), y> = <x, convTranspose(y)>, whatever stride, padding and dilation', () => {
    fc.assert(
      fc.property(windows, fc.integer({ min: 6, max: 9 }), ({ kernel, ...movement }, size) => {
        fc.pre(movement.padding <= movement.dilation * (kernel - 1));
        const forward = new Conv2d(2, 3, kernel, { ...movement, bias: false, key: randomKey(4) });
        const rows = count(size, { kernel, ...movement });
        const covered =
          (rows - 1) * movement.stride - 2 * movement.padding + movement.dilation * (kernel - 1) + 1;
        const back = new ConvTranspose2d(3, 2, kernel, {
          ...movement,
          outputPadding: size - covered,
          bias: false,
        });
        fc.pre(size - covered < Math.max(movement.stride, movement.dilation));
        back.weight.data.set(forward.weight.data);
        const [x, y] = [numbers(2 * size * size, 1), numbers(3 * rows * rows, 2)];
        const there = ofTensor(forward.forward(toTensor(x, 1, 2, size, size)));
        const again = ofTensor(back.forward(toTensor(y, 1, 3, rows, rows)));
        const dot = (a: Float64Array, b: Float64Array) =>
          a.reduce((sum, value, at) => sum + value * (b[at] as number), 0);
        expect(dot(there, y)).toBeCloseTo(dot(x, again), 3);
      }),
      { seed: 3, numRuns: 40 },
    );
  });
});

onEveryEngine('pools are their definitions', () => {
  const plane = numbers(7 * 6, 9);
  const pixel = (r: number, c: number) => plane[r * 6 + c] as number;
  const x = () => toTensor(plane, 1, 1, 7, 6);

  test('the largest and the mean of each window', () => {
    const places = [0, 1, 2].flatMap((r) => [0, 1].map((c) => [2 * r, 2 * c] as const));
    const inside = ([r, c]: readonly [number, number]) =>
      [0, 1, 2].flatMap((i) => [0, 1, 2].map((j) => pixel(r + i, c + j)));
    const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
    expectClose(
      new MaxPool2d(3, { stride: 2 }).forward(x()),
      places.map((place) => Math.max(...inside(place))),
    );
    expectClose(
      new AvgPool2d(3, { stride: 2 }).forward(x()),
      places.map((place) => mean(inside(place))),
    );
  });

  test('adaptive: parts overlap where they do not divide the size', () => {
    const bounds = (size: number, parts: number) =>
      Array.from(
        { length: parts },
        (_, k) => [Math.floor((k * size) / parts), Math.ceil(((k + 1) * size) / parts)] as const,
      );
    const expected = bounds(7, 3).flatMap(([top, bottom]) =>
      bounds(6, 4).map(([left, right]) => {
        let sum = 0;
        for (let r = top; r < bottom; r++) for (let c = left; c < right; c++) sum += pixel(r, c);
        return sum / ((bottom - top) * (right - left));
      }),
    );
    expectClose(new AdaptiveAvgPool2d([3, 4]).forward(x()), expected);
  });

  test('upsampling by two, nearest: every pixel four times', () => {
    const expected = Array.from({ length: 14 * 12 }, (_, at) =>
      pixel(Math.floor(Math.floor(at / 12) / 2), Math.floor((at % 12) / 2)),
    );
    expectClose(new Upsample({ scaleFactor: 2 }).forward(x()), expected);
  });
});

describe('sizes', () => {
  test('a kernel that does not fit is refused with both shapes', () => {
    expect(() =>
      new Conv2d<number, number, number>(1, 1, 9).forward(toTensor(numbers(42, 1), 1, 1, 7, 6)),
    ).toThrow('conv2d: the kernel does not fit into the padded input, [1, 1, 7, 6] x [1, 1, 9, 9]');
  });
});
