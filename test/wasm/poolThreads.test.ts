import { f32, heap, kernelFamily, setDispatcher } from '@sonograd/wasm';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { poolReady, poolState, setThreads } from '../../packages/wasm/src/pool/pool.ts';
import { until } from './poolHarness.ts';

/** Not a kernel to be proud of: many steps for each element, so that every thread has time to come. */
const { iterate, outside } = kernelFamily('poolThreadsTest', (family) => ({
  iterate: family.kernel({ out: 'i32', steps: 'i32', scale: 'f32' }, (k, { out, steps, scale }) => {
    k.for(k.begin, k.end, 1, (item) => {
      const x = k.variable(f32, item.add(1).toF32().div(1e6));
      k.for(0, steps, 1, () => x.set(scale.mul(x).mul(f32(1).sub(x))));
      k.store(out.add(item.shl(2)), x);
    });
  }),
  outside: family.kernel({ out: 'i32' }, (k, { out }) => k.store(out.sub(128), out)),
}));

const items = 3000;
const out = heap.allocate(items * 4);

function iterated(grain?: number): Float32Array {
  heap.f32(out, items).fill(0);
  iterate.run(items, [out, 100, 3.7], grain);
  return heap.f32(out, items).slice();
}

const expected = iterated();

beforeEach(() => setThreads(1));
afterAll(() => setThreads(1));

describe('setThreads', () => {
  test.each([1, 2, 3, 4, 8])('%i threads: kernels give the same bits', async (threads) => {
    setThreads(threads);
    await poolReady();
    expect(poolState()).toEqual({
      threads,
      workersUp: threads - 1,
      callerWaits: 'sleeping',
      reason: undefined,
    });
    for (let round = 0; round < 50; round++) expect(iterated(10 + round)).toEqual(expected);
    setThreads(1);
    await until(() => poolState().workersUp === 0);
  });

  test('no worker starts before there is work to share, and none is waited for', async () => {
    await until(() => poolState().workersUp === 0);
    setThreads(3);
    expect(iterated()).toEqual(expected);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(poolState().workersUp).toBe(0);
    expect(iterated(10)).toEqual(expected);
    await until(() => poolState().workersUp === 2);
  });

  test('changes while the program runs', async () => {
    for (const threads of [2, 4, 1, 3]) {
      setThreads(threads);
      expect(iterated(7)).toEqual(expected);
      await poolReady();
      expect(iterated(7)).toEqual(expected);
    }
  });

  test.each([0, 2.5, -3, 65])('refuses %d', (threads) => {
    expect(() => setThreads(threads)).toThrow('setThreads: threads must be a whole number from 1 to 64');
    expect(poolState().threads).toBe(1);
  });

  test('another dispatcher can take its place', () => {
    setThreads(2);
    const seen: string[] = [];
    setDispatcher((kernel, args, count) => {
      seen.push(kernel.name);
      kernel.call(args, 0, count);
    });
    expect(iterated(10)).toEqual(expected);
    expect(seen).toEqual(['poolThreadsTest/iterate']);
  });
});

describe('growing the heap', () => {
  test('is seen by workers that were up before', async () => {
    setThreads(3);
    await poolReady();
    const before = heap.buffer.byteLength;
    const far = heap.allocate(before * 2);
    expect(heap.buffer.byteLength).toBeGreaterThan(before);
    const place = far + before * 2 - items * 4;
    iterate.run(items, [place, 100, 3.7], 10);
    expect(heap.f32(place, items)).toEqual(expected);
    heap.free(far);
  });
});

describe('a kernel that fails', () => {
  test('throws here and leaves the pool as it was', async () => {
    setThreads(3);
    await poolReady();
    expect(() => outside.run(100, [64], 1)).toThrow(
      /^poolThreadsTest\/outside: kernel failed on (worker \d|the calling thread), RuntimeError: memory access out of bounds$/,
    );
    expect(poolState().workersUp).toBe(2);
    expect(iterated(10)).toEqual(expected);
  });
});
