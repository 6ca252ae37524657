import { describe, expect, test } from 'vitest';
import {
  type F32x4,
  f32x4,
  heap,
  i32,
  type KernelBuilder,
  kernelFamily,
} from '../../packages/wasm/src/index.ts';

/**
 * Whole kernels, as others write them: those of the guide (docs/kernel-language.md), and a tile of a matrix
 * product, the hardest thing the language is for.
 */
const rows = 4;
const columns = 8;

/** 4 x 8 sums in registers; one round takes 4 numbers of A, 8 of B and adds their products. */
function tile(
  k: KernelBuilder,
  a: Parameters<typeof f32x4.load>[0],
  b: typeof a,
  depth: typeof a,
): F32x4[][] {
  const sums = Array.from({ length: rows }, () =>
    Array.from({ length: columns / 4 }, () => k.variable(f32x4, 0, 'sum')),
  );
  const [left, right] = [k.variable(i32, a, 'left'), k.variable(i32, b, 'right')];
  k.for(0, depth, 1, () => {
    const fours = [0, 16].map((offset) => k.let(f32x4.load(right, offset)));
    sums.forEach((row, index) => {
      const factor = k.let(f32x4.loadSplat(left, 4 * index));
      row.forEach((sum, column) => void sum.set(factor.mulAdd(fours[column]!, sum)));
    });
    left.set(left.add(4 * rows));
    right.set(right.add(4 * columns));
  });
  return sums;
}

const examples = kernelFamily('examples', (family) => ({
  /** An item is a tile of C; A and B lie in panels of 4 rows and 8 columns. */
  product: family.kernel({ c: 'i32', a: 'i32', b: 'i32', depth: 'i32' }, (k, { c, a, b, depth }) => {
    k.for(k.begin, k.end, 1, (index) => {
      const panel = k.let(a.add(index.mul(depth).mul(4 * rows)));
      const out = k.let(c.add(index.mul(4 * rows * columns)));
      tile(k, panel, b, depth).forEach((row, at) => {
        row.forEach((sum, four) => void k.store(out, sum, 4 * columns * at + 16 * four));
      });
    });
  }),
  softplus: family.kernel({ out: 'i32', input: 'i32', sharpness: 'f32' }, (k, { out, input, sharpness }) => {
    const beta = k.let(sharpness.splat());
    k.forLanes(k.begin, k.end, (at) => {
      const x = at.load(input).mul(beta);
      const tail = x.abs().neg().exp().add(1).log();
      at.store(out, x.pmax(0).add(tail).div(beta));
    });
  }),
  rowNorms: family.kernel({ out: 'i32', input: 'i32', width: 'i32' }, (k, { out, input, width }) => {
    k.for(k.begin, k.end, 1, (row) => {
      const start = k.let(input.add(row.mul(width).shl(2)));
      const total = k.variable(f32x4, 0, 'total');
      k.forLanes(0, width, (at) => {
        const x = at.load(start);
        total.set(x.mulAdd(x, total));
      });
      k.store(out.add(row.shl(2)), total.sumLanes().sqrt());
    });
  }),
}));

function floats(values: readonly number[]): number {
  const pointer = heap.allocate(4 * values.length);
  heap.f32(pointer, values.length).set(values);
  return pointer;
}

const wave = (count: number) =>
  Array.from({ length: count }, (_, index) => Math.fround(Math.sin(index * 1.3) * 4));

describe('whole kernels', () => {
  test('a matrix product by tiles', () => {
    const [tiles, depth] = [3, 19];
    const [a, b] = [wave(tiles * rows * depth), wave(columns * depth)];
    const c = heap.allocate(4 * tiles * rows * columns);
    examples.product.run(tiles, [c, floats(a), floats(b), depth]);
    const result = heap.f32(c, tiles * rows * columns);
    for (let index = 0; index < result.length; index++) {
      const [panel, row, column] = [Math.floor(index / 32), Math.floor(index / 8) % 4, index % 8];
      let sum = 0;
      for (let step = 0; step < depth; step++) {
        sum += a[(panel * depth + step) * rows + row]! * b[step * columns + column]!;
      }
      expect(result[index]).toBeCloseTo(sum, 4);
    }
  });

  test.each([1, 3, 4, 63, 64])('softplus of %i elements', (size) => {
    const input = wave(size);
    const out = heap.allocate(4 * size);
    examples.softplus.run(size, [out, floats(input), 2.5]);
    const expected = input.map((x) => Math.log1p(Math.exp(x * 2.5)) / 2.5);
    [...heap.f32(out, size)].forEach((y, index) => void expect(y).toBeCloseTo(expected[index]!, 6));
  });

  test.each([1, 2, 7, 16, 65])('the norms of rows of %i', (width) => {
    const input = wave(5 * width);
    const out = heap.allocate(20);
    examples.rowNorms.run(5, [out, floats(input), width]);
    const expected = Array.from({ length: 5 }, (_, row) =>
      Math.hypot(...input.slice(row * width, (row + 1) * width)),
    );
    [...heap.f32(out, 5)].forEach((y, index) => void expect(y).toBeCloseTo(expected[index]!, 4));
  });

  test('the tile is as fast as its registers allow: at least half the rate of the same sums without memory', () => {
    const bench = kernelFamily('tile rate', (family) => ({
      tile: family.kernel({ c: 'i32', a: 'i32', b: 'i32' }, (k, { c, a, b }) => {
        k.for(k.begin, k.end, 1, () => {
          tile(k, a, b, i32(256))
            .flat()
            .forEach((sum, index) => void k.store(c, sum, 16 * index));
        });
      }),
      registers: family.kernel({ c: 'i32', a: 'i32', b: 'i32' }, (k, { c, a, b }) => {
        const [x, y] = [k.let(f32x4.load(a)), k.let(f32x4.load(b))];
        const sums = Array.from({ length: 8 }, () => k.variable(f32x4, 0));
        k.for(0, k.end.mul(256), 1, () => {
          for (const sum of sums) sum.set(x.mulAdd(y, sum));
        });
        sums.forEach((sum, index) => void k.store(c, sum, 16 * index));
      }),
    }));
    const [a, b, c] = [floats(wave(1024)), floats(wave(2048)), heap.allocate(512)];
    const time = (kernel: typeof bench.tile) => {
      const start = performance.now();
      kernel.run(400, [c, a, b]);
      return performance.now() - start;
    };
    const ratios = Array.from({ length: 25 }, () => time(bench.registers) / time(bench.tile));
    expect(Math.max(...ratios.slice(5))).toBeGreaterThan(0.5);
  });
});
