import { heap, poolReady, setThreads } from '@sonograd/wasm';
import { afterAll, describe, expect, test } from 'vitest';
import { fillBernoulli, fillNormal, fillUniform } from '../../packages/tensor/src/random/fill.ts';
import { foldIn, randomKey } from '../../packages/tensor/src/random/keys.ts';
import {
  drawBernoulli,
  drawNormal,
  drawUniform,
  type Target,
} from '../../packages/tensor/src/random/random.kernel.ts';

const sizes = [0, 1, 2, 3, 7, 8, 9, 15, 16, 17, 63, 64, 65, 1000, 100_003];
const keys = [randomKey(0), randomKey(2 ** 53 - 1), foldIn(randomKey(1), 'kernel')];
const ranges = [
  [0, 1],
  [-3, 5],
  [10, 11],
  [-1e-30, 0],
  [1e-44, 3e-44],
  [-1e38, 1e38],
] as const;

describe.each(sizes)('%d elements have the bits of the reference', (size) => {
  test.each(keys)('uniform, key %o', (key) => {
    for (const [low, high] of size > 1000 ? ranges.slice(0, 2) : ranges) {
      const drawn = drawn32(size, (target) => drawUniform(target, key, low, high));
      expect(sameBits(drawn, fillUniform(new Float32Array(size), key, low, high))).toBe(true);
    }
  });

  test.each(keys)('normal, key %o', (key) => {
    for (const [mean, deviation] of [
      [0, 1],
      [-2.5, 0.1],
      [1, 0],
    ]) {
      const drawn = drawn32(size, (target) => drawNormal(target, key, mean, deviation));
      expect(sameBits(drawn, fillNormal(new Float32Array(size), key, mean, deviation))).toBe(true);
    }
  });

  test.each(keys)('bernoulli, key %o', (key) => {
    for (const probability of [0, 0.1, 0.5, 1]) {
      const drawn = drawn8(size, (target) => drawBernoulli(target, key, probability));
      expect(sameBits(drawn, fillBernoulli(new Uint8Array(size), key, probability))).toBe(true);
    }
  });
});

describe('on several threads', () => {
  afterAll(() => setThreads(1));

  test('the same bits', async () => {
    const [size, key] = [200_001, keys[2]];
    setThreads(3);
    await poolReady();
    const normal = drawn32(size, (target) => drawNormal(target, key));
    expect(sameBits(normal, fillNormal(new Float32Array(size), key))).toBe(true);
    const uniform = drawn32(size, (target) => drawUniform(target, key));
    expect(sameBits(uniform, fillUniform(new Float32Array(size), key))).toBe(true);
    const mask = drawn8(size, (target) => drawBernoulli(target, key, 0.3));
    expect(sameBits(mask, fillBernoulli(new Uint8Array(size), key, 0.3))).toBe(true);
  });
});

test('bad ranges are refused as in the reference', () => {
  const target = { pointer: 0, size: 0 };
  expect(() => drawUniform(target, keys[0], 1, 1)).toThrow('fillUniform: needs finite float32 bounds');
  expect(() => drawNormal(target, keys[0], 0, -1)).toThrow('fillNormal: needs a finite float32 mean');
  expect(() => drawBernoulli(target, keys[0], 2)).toThrow('fillBernoulli: probability must lie in [0, 1]');
});

test('lanes are at least three times as fast as the reference', () => {
  const size = 100_000;
  const out = new Float32Array(size);
  const pointer = heap.allocate(4 * size);
  const ratios = Array.from({ length: 9 }, (_, round) => {
    const key = foldIn(keys[0], round);
    const reference = seconds(() => fillNormal(out, key));
    return reference / seconds(() => drawNormal({ pointer, size }, key));
  });
  heap.free(pointer);
  expect(Math.max(...ratios)).toBeGreaterThan(3);
});

/** What a kernel wrote, after a look at the neighbours: they must be as they were. */
function drawn32(size: number, draw: (target: Target) => void): Float32Array {
  const pointer = heap.allocate(4 * (size + 24));
  heap.f32(pointer, size + 24).fill(-77);
  draw({ pointer: pointer + 32, size });
  const all = heap.f32(pointer, size + 24).slice();
  heap.free(pointer);
  expect([...all.subarray(0, 8), ...all.subarray(8 + size)]).toEqual(new Array(24).fill(-77));
  return all.slice(8, 8 + size);
}

function drawn8(size: number, draw: (target: Target) => void): Uint8Array {
  const pointer = heap.allocate(size + 24);
  heap.u8(pointer, size + 24).fill(77);
  draw({ pointer: pointer + 8, size });
  const all = heap.u8(pointer, size + 24).slice();
  heap.free(pointer);
  expect([...all.subarray(0, 8), ...all.subarray(8 + size)]).toEqual(new Array(24).fill(77));
  return all.slice(8, 8 + size);
}

function sameBits(a: Float32Array | Uint8Array, b: Float32Array | Uint8Array): boolean {
  return Buffer.compare(Buffer.from(a.buffer), Buffer.from(b.buffer)) === 0;
}

function seconds(run: () => void): number {
  const start = performance.now();
  run();
  return performance.now() - start;
}
