import { type F32x4, f32x4, heap, type I32, type KernelBuilder, kernelFamily } from '@sonograd/wasm';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { filterKernels } from '../../packages/tensor/src/ops/conv/filters.kernel.ts';
import { fillPlanes, planeSlackBytes } from '../../packages/tensor/src/ops/conv/planes.kernel.ts';
import { biasTable, withScratch } from '../../packages/tensor/src/ops/conv/scratch.ts';
import { gatherStrip, packStrip, scatterStrip } from '../../packages/tensor/src/ops/conv/strips.kernel.ts';
import { finishThin, sumThin } from '../../packages/tensor/src/ops/conv/thin.kernel.ts';
import {
  transformFilter,
  transformFilterGradient,
  transformInput,
  transformOutput,
  transformOutputGradient,
  transpose,
  transposePairs,
} from '../../packages/tensor/src/ops/conv/winograd/transforms.ts';
import { numbers } from './matmulKernelHarness.ts';

const pointers = { to: 'i32', from: 'i32' } as const;
type Transform = (given: readonly F32x4[], keep: (value: F32x4) => F32x4) => F32x4[];

/** Vectors in, vectors out. */
const vectors =
  (count: number, transform: Transform) =>
  (k: KernelBuilder, { to, from }: Record<'to' | 'from', I32>) => {
    const given = Array.from({ length: count }, (_, index) => k.let(f32x4.load(from, 16 * index)));
    const made = transform(given, (value) => k.let(value)).map((value) => k.let(value));
    made.forEach((value, index) => {
      k.store(to, value, 16 * index);
    });
  };

const planeParameters = {
  to: 'i32',
  from: 'i32',
  fromPlaneBytes: 'i32',
  channels: 'i32',
  rowWidth: 'i32',
  height: 'i32',
  width: 'i32',
  top: 'i32',
  left: 'i32',
  strideDown: 'i32',
  strideAcross: 'i32',
  phasesDown: 'i32',
  phasesAcross: 'i32',
  rows: 'i32',
  columns: 'i32',
  around: 'f32',
} as const;

const stripParameters = {
  to: 'i32',
  planes: 'i32',
  pixels: 'i32',
  taps: 'i32',
  channels: 'i32',
  channelBytes: 'i32',
  tapCount: 'i32',
} as const;

const kernels = kernelFamily('convolutionParts', (family) => ({
  input: family.kernel(pointers, vectors(6, transformInput)),
  output: family.kernel(pointers, vectors(6, transformOutput)),
  filter: family.kernel(pointers, vectors(3, transformFilter)),
  outputGradient: family.kernel(pointers, vectors(4, transformOutputGradient)),
  filterGradient: family.kernel(pointers, vectors(6, transformFilterGradient)),
  transpose: family.kernel(pointers, vectors(4, transpose)),
  transposePairs: family.kernel(pointers, vectors(4, transposePairs)),
  planes: family.kernel(planeParameters, (k, given) => k.call(fillPlanes, given)),
  gather: family.kernel(stripParameters, (k, given) => k.call(gatherStrip, given)),
  pack: family.kernel({ ...stripParameters, left: 'i32', right: 'i32' }, (k, given) =>
    k.call(packStrip, given),
  ),
  scatter: family.kernel(
    {
      sums: 'i32',
      rows: 'i32',
      start: 'i32',
      startRow: 'i32',
      isAdded: 'i32',
      out: 'i32',
      outRow: 'i32',
      places: 'i32',
      floor: 'f32',
    },
    (k, given) => k.call(scatterStrip, given),
  ),
  thin: family.kernel(
    {
      planes: 'i32',
      channels: 'i32',
      channelBytes: 'i32',
      taps: 'i32',
      tapCount: 'i32',
      filter: 'i32',
      sums: 'i32',
      length: 'i32',
    },
    (k, given) => k.call(sumThin, given),
  ),
  finishThin: family.kernel(
    {
      sums: 'i32',
      sumRow: 'i32',
      bias: 'f32',
      floor: 'f32',
      out: 'i32',
      outRow: 'i32',
      outColumn: 'i32',
      down: 'i32',
      across: 'i32',
    },
    (k, given) => k.call(finishThin, given),
  ),
}));

/** A block of the heap with these numbers, and room behind them. */
function place(values: ArrayLike<number>, room = 0): number {
  const pointer = heap.allocate(4 * (values.length + room) + 64);
  heap
    .f32(pointer, values.length + room)
    .fill(Number.NaN)
    .set(values);
  return pointer;
}

function placeIntegers(values: readonly number[]): number {
  const pointer = heap.allocate(4 * values.length);
  heap.i32(pointer, values.length).set(values);
  return pointer;
}

type Name =
  | 'input'
  | 'output'
  | 'filter'
  | 'outputGradient'
  | 'filterGradient'
  | 'transpose'
  | 'transposePairs';

/** `given` has one list for each vector; lanes are independent but for transposes. */
function apply(name: Name, given: readonly (readonly number[])[], count: number): number[][] {
  const from = place(given.flat());
  const to = heap.allocate(16 * count);
  kernels[name].run(1, [to, from]);
  const out = Array.from(heap.f32(to, 4 * count));
  return Array.from({ length: count }, (_, index) => out.slice(4 * index, 4 * index + 4));
}

const some = (count: number, seed: number): number[][] => {
  const values = numbers(4 * count, seed);
  return Array.from({ length: count }, (_, index) => Array.from(values.slice(4 * index, 4 * index + 4)));
};

const dots = (a: readonly number[][], b: readonly number[][]) =>
  [0, 1, 2, 3].map((lane) => a.reduce((total, row, index) => total + row[lane]! * b[index]![lane]!, 0));

describe('the transforms of F(4, 3)', () => {
  test('six products of transforms make four outputs of a filter of three, within 3e-6', () => {
    const [image, filter] = [some(6, 1), some(3, 2)];
    const [d, g] = [apply('input', image, 6), apply('filter', filter, 6)];
    const products = d.map((row, index) => row.map((value, lane) => value * g[index]![lane]!));
    const out = apply('output', products, 4);
    for (let at = 0; at < 4; at++) {
      const wanted = dots(image.slice(at, at + 3), filter);
      wanted.forEach((value, lane) => {
        expect(Math.abs(out[at]![lane]! - value)).toBeLessThan(3e-6);
      });
    }
  });

  test.each([
    ['output', 6, 'outputGradient', 4],
    ['filter', 3, 'filterGradient', 6],
  ] as const)('%s is transposed by %3$s, within 1e-5', (forward, inputs, backward, outputs) => {
    const [x, y] = [some(inputs, 3), some(outputs, 4)];
    const left = dots(apply(forward, x, outputs), y);
    const right = dots(x, apply(backward, y, inputs));
    left.forEach((value, lane) => {
      expect(Math.abs(value - right[lane]!)).toBeLessThan(1e-5);
    });
  });

  test('four vectors are turned in registers', () => {
    const rows = some(4, 5);
    const turned = [0, 1, 2, 3].map((column) => rows.map((row) => row[column]!));
    expect(apply('transpose', rows, 4)).toEqual(turned);
    expect(apply('transposePairs', rows, 2)).toEqual(turned.slice(0, 2));
  });
});

describe('planes', () => {
  const small = fc.integer({ min: 1, max: 3 });
  const anyBlock = fc.record({
    channels: fc.integer({ min: 1, max: 2 }),
    height: fc.integer({ min: 1, max: 9 }),
    width: fc.integer({ min: 1, max: 13 }),
    top: fc.integer({ min: -4, max: 5 }),
    left: fc.integer({ min: -6, max: 6 }),
    strideDown: small,
    strideAcross: fc.integer({ min: 1, max: 4 }),
    phasesDown: fc.integer({ min: 1, max: 2 }),
    phasesAcross: fc.integer({ min: 1, max: 2 }),
    rows: fc.integer({ min: 1, max: 6 }),
    columns: fc.integer({ min: 1, max: 17 }),
  });

  test('hold the image, every stride-th row and column, and what is around it', () => {
    fc.assert(
      fc.property(anyBlock, (block) => {
        const { channels, height, width, rows, columns, phasesDown, phasesAcross } = block;
        const image = numbers(channels * height * width, 6);
        const wanted: number[] = [];
        for (let channel = 0; channel < channels; channel++) {
          for (let phase = 0; phase < phasesDown * phasesAcross; phase++) {
            for (let at = 0; at < rows * columns; at++) {
              const y =
                block.top + Math.floor(phase / phasesAcross) + Math.floor(at / columns) * block.strideDown;
              const x = block.left + (phase % phasesAcross) + (at % columns) * block.strideAcross;
              const isInside = y >= 0 && y < height && x >= 0 && x < width;
              wanted.push(isInside ? image[(channel * height + y) * width + x]! : -7);
            }
          }
        }
        const from = place(image, 8);
        const to = heap.allocate(4 * wanted.length + planeSlackBytes);
        kernels.planes.run(1, [
          to,
          from,
          4 * height * width,
          channels,
          width,
          height,
          width,
          block.top,
          block.left,
          block.strideDown,
          block.strideAcross,
          phasesDown,
          phasesAcross,
          rows,
          columns,
          -7,
        ]);
        expect(Array.from(heap.f32(to, wanted.length))).toEqual(wanted);
        heap.free(from);
        heap.free(to);
      }),
      { numRuns: 200, seed: 4 },
    );
  });
});

describe('strips', () => {
  const [channels, channelBytes] = [3, 400];
  const taps = [0, 4, 40, 44];
  const planes = place(numbers(300, 7));
  const depth = channels * taps.length;
  const wanted = (pixels: readonly number[]) =>
    Array.from({ length: channels }, (_, channel) =>
      taps.map((tap) =>
        pixels.map((pixel) => heap.f32(planes + channel * channelBytes + tap + pixel, 1)[0]!),
      ),
    ).flat(2);

  function run(pixels: readonly number[], isPacked: boolean): number[] {
    const to = heap.allocate(32 * depth);
    const common = [
      to,
      planes,
      placeIntegers(pixels),
      placeIntegers(taps),
      channels,
      channelBytes,
      taps.length,
    ] as const;
    if (isPacked) kernels.pack.run(1, [...common, planes + pixels[0]!, planes + pixels[4]!]);
    else kernels.gather.run(1, common);
    return Array.from(heap.f32(to, 8 * depth));
  }

  test('of windows side by side', () => {
    const pixels = [0, 4, 8, 12, 80, 84, 88, 92];
    expect(run(pixels, true)).toEqual(wanted(pixels));
    expect(run(pixels, false)).toEqual(wanted(pixels));
  });

  test('of windows anywhere, some more than once', () => {
    const pixels = [0, 8, 4, 120, 200, 200, 200, 200];
    expect(run(pixels, false)).toEqual(wanted(pixels));
  });

  test.each([0, 1])(
    'results go to their places; those that repeat count once; added to what is there: %d',
    (isAdded) => {
      const sums = Array.from(
        { length: 16 },
        (_, at) => [1, 2, 3, 4, 5, 5, 5, 5][at % 8]! * (at < 8 ? 1 : -1),
      );
      const places = [0, 8, 16, 24, 32, 32, 32, 32];
      const out = place(new Float32Array(20).fill(10));
      const start = isAdded ? out : place(new Float32Array(16).fill(100));
      kernels.scatter.run(1, [
        place(sums),
        2,
        start,
        isAdded ? 40 : 32,
        isAdded,
        out,
        40,
        placeIntegers(places),
        9,
      ]);
      const base = isAdded ? 10 : 100;
      const row = (sign: number) =>
        [1, 2, 3, 4, 5].flatMap((value) => [Math.max(9, base + sign * value), 10]);
      expect(Array.from(heap.f32(out, 20))).toEqual([...row(1), ...row(-1)]);
    },
  );
});

describe('thin sums', () => {
  test.each([1, 3, 4, 23, 24, 25, 50])('%d windows', (length) => {
    const [channels, channelBytes] = [2, 800];
    const taps = [0, 12, 100];
    const image = numbers(500, 8);
    const filter = numbers(channels * taps.length, 9);
    const sums = heap.allocate(4 * length + 16);
    kernels.thin.run(1, [
      place(image),
      channels,
      channelBytes,
      placeIntegers(taps),
      taps.length,
      place(filter),
      sums,
      length,
    ]);
    const found = heap.f32(sums, length);
    for (let at = 0; at < length; at++) {
      let total = 0;
      for (let step = 0; step < filter.length; step++) {
        const channel = Math.floor(step / taps.length);
        total += filter[step]! * image[channel * 200 + taps[step % taps.length]! / 4 + at]!;
      }
      expect(Math.abs(found[at]! - total)).toBeLessThan(1e-6);
    }
  });

  test.each([4, 12])('go to columns %d bytes apart, with bias and floor', (outColumn) => {
    const sums = place([-3, 1, 2, 3, 4, 99, 99, 5, 6, 7, 8, 9]);
    const out = place(new Float32Array(40).fill(-1));
    kernels.finishThin.run(1, [sums, 28, 0.5, 0, out, 80, outColumn, 2, 5]);
    const found = heap.f32(out, 40);
    const rows = [0, 20].map((row) => [0, 1, 2, 3, 4].map((column) => found[row + (column * outColumn) / 4]));
    expect(rows).toEqual([
      [0, 1.5, 2.5, 3.5, 4.5],
      [5.5, 6.5, 7.5, 8.5, 9.5],
    ]);
    expect(found.filter((value) => value === -1).length).toBe(30);
  });
});

test('filters are turned: outputs and channels change places, taps come in the order asked for', () => {
  const [groups, outputs, channels, size] = [2, 3, 4, 5];
  const filters = Float32Array.from({ length: groups * outputs * channels * size }, (_, at) => at);
  const taps = [4, 0, 2];
  const to = heap.allocate(4 * groups * outputs * channels * taps.length);
  filterKernels.turn.run(groups * channels, [
    to,
    place(filters),
    outputs,
    channels,
    size,
    placeIntegers(taps.map((tap) => 4 * tap)),
    3,
  ]);
  const wanted: number[] = [];
  for (let group = 0; group < groups; group++) {
    for (let channel = 0; channel < channels; channel++) {
      for (let output = 0; output < outputs; output++) {
        for (const tap of taps) wanted.push(((group * outputs + output) * channels + channel) * size + tap);
      }
    }
  }
  expect(Array.from(heap.f32(to, wanted.length))).toEqual(wanted);
});

describe('scratch memory', () => {
  test('is given back, also when the body throws', () => {
    const before = heap.statistics().liveBlocks;
    expect(withScratch((scratch) => heap.i32(scratch.integers([3, 1, 4]), 3)[2])).toBe(4);
    expect(() =>
      withScratch((scratch) => {
        scratch.bytes(1000);
        throw new Error('stopped');
      }),
    ).toThrow('stopped');
    expect(heap.statistics().liveBlocks).toBe(before);
  });

  test('holds each bias eight times, or zeros', () => {
    withScratch((scratch) => {
      const table = biasTable(scratch, place([2, 3]), 2);
      expect(Array.from(heap.f32(table, 16))).toEqual([...new Array(8).fill(2), ...new Array(8).fill(3)]);
      expect(Array.from(heap.f32(biasTable(scratch, undefined, 1), 8))).toEqual(new Array(8).fill(0));
    });
  });
});
