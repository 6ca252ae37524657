import {
  batchNorm,
  fromArray,
  groupNorm,
  layerNorm,
  type Shape,
  setEngine,
  type Tensor,
} from '@sonograd/tensor';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import {
  type Channels,
  channelsOf,
  cutOf,
  partCount,
  placeOf,
  spread,
  spreadLength,
} from '../../../packages/tensor/src/ops/normalise/channels.ts';
import { kernelLoops } from '../../../packages/tensor/src/ops/normalise/kernelLoops.ts';
import type { AffineGradient } from '../../../packages/tensor/src/ops/normalise/loops.ts';
import { referenceLoops } from '../../../packages/tensor/src/ops/normalise/referenceLoops.ts';
import { layerNormGradient, layerNormValue } from '../../../packages/tensor/src/ops/normalise/rows.kernel.ts';
import { largestDifference, valuesAndGradients } from '../fusedChecks.ts';
import { noise } from './compare.ts';
import { cutOddly, runGuarded } from './guarded.ts';

const sizeOf = (shape: Shape) => shape.reduce((product, size) => product * size, 1);
const filled = (shape: Shape, seed: number) => fromArray(noise(sizeOf(shape), seed), shape) as Tensor;

afterAll(() => setEngine('simd'));

const someChannels: fc.Arbitrary<Channels> = fc.record({
  outer: fc.oneof(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 250, max: 600 })),
  channels: fc.integer({ min: 1, max: 7 }),
  inner: fc.oneof(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 4000, max: 9000 })),
});

/** Lengths around whole fours for each way of walking. */
const layouts: readonly Channels[] = [
  ...[1, 2, 3, 4, 5, 15, 16, 17, 31, 63, 64, 65, 67].map((inner) => ({ outer: 3, channels: 5, inner })),
  ...[1, 2, 3, 4, 5, 8, 63, 255, 256, 257, 300].map((channels) => ({ outer: 6, channels, inner: 1 })),
  ...[1, 2, 15, 16, 17, 255, 256, 257, 515].map((outer) => ({ outer, channels: 3, inner: 2 })),
  { outer: 1, channels: 4, inner: 4096 },
  { outer: 2, channels: 3, inner: 4097 },
  { outer: 2, channels: 1, inner: 12_291 },
];

const numbersFor = (channels: number, lowest: number): AffineGradient => {
  const [centers, scales, shifts, slopes, offsets] = [1, 2, 3, 4, 5].map((seed) => noise(channels, seed));
  return { centers: centers!, scales: scales!, shifts: shifts!, slopes: slopes!, offsets: offsets!, lowest };
};

describe('how channels are cut', () => {
  test('every element belongs to one part of its channel, every part has its place', () => {
    fc.assert(
      fc.property(someChannels, (layout) => {
        const cut = cutOf(layout);
        const places = new Set<number>();
        for (let channel = 0; channel < layout.channels; channel++) {
          let elements = 0;
          for (let down = 0; down < cut.rowParts; down++) {
            for (let across = 0; across < cut.lengthParts; across++) {
              places.add(placeOf(cut, down, channel, across));
              elements +=
                Math.min(cut.rows, layout.outer - down * cut.rows) *
                Math.min(cut.length, layout.inner - across * cut.length);
            }
          }
          expect(elements).toBe(layout.outer * layout.inner);
        }
        expect(places.size).toBe(partCount(cut));
        expect(Math.max(...places)).toBe(partCount(cut) - 1);
      }),
    );
  });

  test('short planes are columns, unless there is but one', () => {
    expect(cutOf({ outer: 9, channels: 3, inner: 15 }).by).toBe('columns');
    expect(cutOf({ outer: 9, channels: 3, inner: 16 }).by).toBe('planes');
    expect(cutOf({ outer: 1, channels: 3, inner: 2 }).by).toBe('planes');
  });

  test('numbers of channels are spread over columns', () => {
    const cut = cutOf({ outer: 2, channels: 2, inner: 3 });
    const columns = new Float32Array(spreadLength(cut));
    spread(cut, columns, [7, 9]);
    expect([...columns]).toEqual([7, 7, 7, 9, 9, 9]);
    const planes = cutOf({ outer: 2, channels: 2, inner: 30 });
    expect(spreadLength(planes)).toBe(2);
  });

  test('axis 1 holds the channels', () => {
    expect(channelsOf([4, 3])).toEqual({ outer: 4, channels: 3, inner: 1 });
    expect(channelsOf([4, 3, 5, 6])).toEqual({ outer: 4, channels: 3, inner: 30 });
  });
});

describe('loops over channels, as the reference', () => {
  test.each(layouts)('moments, %o', (layout) => {
    const x = filled([layout.outer * layout.channels * layout.inner], 1);
    const [expected, received] = [referenceLoops, kernelLoops].map((loops) => loops.moments(x, layout));
    expect(largestDifference(received!.means, expected!.means)).toBeLessThan(1e-6);
    expect(largestDifference(received!.variances, expected!.variances)).toBeLessThan(1e-6);
  });

  test.each(layouts)('affine and its gradient, %o', (layout) => {
    const shape = [layout.outer * layout.channels * layout.inner];
    const [x, dOut] = [filled(shape, 1), filled(shape, 2)];
    for (const lowest of [0, -Infinity]) {
      const numbers = numbersFor(layout.channels, lowest);
      const run = (loops: typeof kernelLoops) =>
        runGuarded([shape, shape], ([out, dX]) => {
          loops.affine(out!, x, layout, numbers);
          loops.affineGradient(dX!, dOut, x, layout, numbers);
        });
      const [expected, received] = [run(referenceLoops), run(kernelLoops)];
      received.forEach((values, index) => {
        expect(largestDifference(values, expected[index]!)).toBeLessThan(1e-6);
      });
    }
  });

  test.each(layouts)('sums of gradients, %o', (layout) => {
    const shape = [layout.outer * layout.channels * layout.inner];
    const [x, dOut] = [filled(shape, 1), filled(shape, 2)];
    for (const lowest of [0, -Infinity]) {
      const numbers = numbersFor(layout.channels, lowest);
      const [expected, received] = [referenceLoops, kernelLoops].map((loops) =>
        loops.gradientSums(dOut, x, layout, numbers),
      );
      const scale = Math.sqrt(layout.outer * layout.inner);
      for (const which of ['sums', 'products'] as const) {
        received![which].forEach((value, channel) => {
          expect(Math.abs(value - expected![which][channel]!)).toBeLessThan(2e-6 * scale);
        });
      }
    }
  });
});

describe('rows of every length', () => {
  const lengths = Array.from({ length: 67 }, (_, index) => index + 1);

  test('layer normalisation is what it says, and writes nothing else', () => {
    for (const length of lengths) {
      const [x, weight, bias] = [filled([3, length], 1), filled([length], 2), filled([length], 3)];
      const [out, means, scales] = runGuarded([[3, length], [3], [3]], (outs) =>
        layerNormValue(outs, [x, weight, bias], length, 1e-3),
      );
      for (let row = 0; row < 3; row++) {
        const values = [...x.data.subarray(row * length, (row + 1) * length)];
        const mean = values.reduce((sum, value) => sum + value, 0) / length;
        const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / length;
        const expected = values.map(
          (value, at) => ((value - mean) / Math.sqrt(variance + 1e-3)) * weight.data[at]! + bias.data[at]!,
        );
        const received = out!.subarray(row * length, (row + 1) * length);
        expect(largestDifference(received, expected), `row of ${length}`).toBeLessThan(1e-5);
        expect(means![row]).toBeCloseTo(mean, 6);
        expect(scales![row]! * Math.sqrt(variance + 1e-3)).toBeCloseTo(1, 5);
      }
    }
  });

  test('its gradient adds up to nothing along each row and across the values', () => {
    for (const length of lengths.slice(2)) {
      const [x, weight, bias] = [filled([4, length], 4), filled([length], 5), filled([length], 6)];
      const dOut = filled([4, length], 7);
      const [out, means, scales] = runGuarded([[4, length], [4], [4]], (outs) =>
        layerNormValue(outs, [x, weight, bias], length, 0),
      );
      const saved = [fromArray(means!, [4]), fromArray(scales!, [4])];
      const [dX, dWeight, dBias] = runGuarded([[4, length], [length], [length]], (outs) =>
        layerNormGradient(outs, [dOut, x, weight, ...saved], length),
      );
      for (let row = 0; row < 4; row++) {
        const slope = [...dX!.subarray(row * length, (row + 1) * length)];
        const values = slope.map((_, at) => (x.data[row * length + at]! - means![row]!) * scales![row]!);
        const size = slope.reduce((sum, value) => sum + Math.abs(value), 1e-3);
        expect(Math.abs(slope.reduce((sum, value) => sum + value, 0)) / size).toBeLessThan(1e-4);
        expect(Math.abs(slope.reduce((sum, value, at) => sum + value * values[at]!, 0)) / size).toBeLessThan(
          1e-3,
        );
      }
      for (let at = 0; at < length; at++) {
        const column = [0, 1, 2, 3].map((row) => dOut.data[row * length + at]!);
        expect(dBias![at]).toBeCloseTo(
          column.reduce((sum, value) => sum + value, 0),
          5,
        );
        const products = column.map((value, row) => {
          return (value * (out![row * length + at]! - bias.data[at]!)) / weight.data[at]!;
        });
        expect(Math.abs(dWeight![at]! - products.reduce((sum, value) => sum + value, 0))).toBeLessThan(
          1e-4 * Math.max(1, 0.1 / Math.abs(weight.data[at]!)),
        );
      }
    }
  });
});

describe('ranges cut at odd places give the same bits', () => {
  const calls: readonly (readonly [string, Shape, (x: Tensor) => Tensor])[] = [
    ['batch normalisation of planes', [5, 7, 3001], (x) => batchNorm(x, { training: true })],
    ['batch normalisation of short planes', [70, 33, 49], (x) => batchNorm(x, { training: true })],
    [
      'batch normalisation of columns',
      [1100, 301],
      (x) => batchNorm(x, { training: true, activation: 'relu' }),
    ],
    ['layer normalisation', [3001, 65], (x) => layerNorm(x, [65])],
    ['group normalisation', [9, 6, 5003], (x) => groupNorm(x, 3)],
  ];

  test.each(calls)('%s', (_, shape, run) => {
    setEngine('simd');
    const whole = valuesAndGradients(run, [filled(shape, 1)]);
    const pieces = cutOddly(() => valuesAndGradients(run, [filled(shape, 1)]));
    whole.forEach((values, index) => {
      expect(Buffer.compare(Buffer.from(values.buffer), Buffer.from(pieces[index]!.buffer))).toBe(0);
    });
  });
});
