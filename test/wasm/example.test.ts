import { f32x4, heap, i32, kernelFamily } from '@sonograd/wasm';
import { describe, expect, test } from 'vitest';
import { columns, examples, rows, tile } from '../../packages/wasm/examples/kernels.ts';

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

  test('one value for two results', () => {
    const input = wave(21);
    const [sum, product] = [heap.allocate(84), heap.allocate(84)];
    examples.sumAndProduct.run(21, [sum, product, floats(input)]);
    expect([...heap.f32(sum, 21)]).toEqual(input.map((x) => Math.fround(x + 1)));
    expect([...heap.f32(product, 21)]).toEqual(input.map((x) => 2 * x));
  });

  test('a function called for each item', () => {
    const pointer = heap.allocate(40);
    heap.i32(pointer, 10).set(Array.from({ length: 10 }, (_, index) => index - 5));
    examples.cubes.run(10, [pointer, pointer]);
    expect([...heap.i32(pointer, 10)]).toEqual(Array.from({ length: 10 }, (_, index) => (index - 5) ** 3));
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
