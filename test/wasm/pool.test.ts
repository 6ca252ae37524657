import { afterEach, describe, expect, test } from 'vitest';
import { cores, createPool, doze, until } from './poolHarness.ts';

type TestPool = ReturnType<typeof createPool>;
const opened: TestPool[] = [];

async function open(threads: number, options?: Parameters<typeof createPool>[0]): Promise<TestPool> {
  const pool = createPool(options);
  opened.push(pool);
  pool.crew.resize(threads - 1);
  await pool.crew.settled();
  return pool;
}

afterEach(() => {
  for (const { crew } of opened.splice(0)) crew.resize(0);
});

const items = 5000;
const expectedChain = (() => {
  const pool = createPool();
  const out = pool.allocate(items * 4);
  pool.run('chain', items, [out, 50], items);
  return pool.ints(out, items).slice();
})();

describe('dispatch', () => {
  test.each([1, 2, 3, 4, 8])('%i threads give the same bits', async (threads) => {
    const pool = await open(threads);
    expect(pool.crew.readyCount).toBe(threads - 1);
    for (const grain of [1, 7, 100, 4999, 5000]) {
      const out = pool.allocate(items * 4);
      pool.run('chain', items, [out, 50], grain);
      expect(pool.ints(out, items)).toEqual(expectedChain);
    }
  });

  test('the harness kernel computes what JavaScript computes', () => {
    const steps = Array.from({ length: 50 });
    const logistic = (x: number) => Math.fround(Math.fround(3.7) * Math.fround(x * Math.fround(1 - x)));
    const expected = Float32Array.from({ length: 5 }, (_, i) =>
      steps.reduce<number>((x) => logistic(x), Math.fround((i + 1) / 1e6)),
    );
    expect(new Float32Array(expectedChain.buffer, 0, 5)).toEqual(expected);
  });

  test('20,000 tiny dispatches, each sees its own arguments', async () => {
    const pool = await open(4);
    const out = pool.allocate(64);
    for (let round = 0; round < 20_000; round++) {
      const size = 2 + (round % 15);
      pool.run('trapAt', size, [out + 4 * (round % 2), -1], 1);
      if (pool.ints(out + 4 * (round % 2), size)[size - 1] !== size - 1) throw new Error(`round ${round}`);
    }
    expect(pool.crew.readyCount).toBe(3);
  });

  test('reaches workers that sleep', async () => {
    const pool = await open(3);
    pool.crew.spinMicroseconds = 0;
    const out = pool.allocate(items * 4);
    for (let round = 0; round < 20; round++) {
      doze(5);
      pool.ints(out, items).fill(0);
      pool.run('chain', items, [out, 50], 10);
      expect(pool.ints(out, items)).toEqual(expectedChain);
    }
  });

  test('every worker takes part', async () => {
    const pool = await open(4);
    pool.ints(pool.block, 2).set([pool.allocate(64 * 4), 1_000_000]);
    const seen = new Set<number>();
    const watch = (): void => {
      for (const { slot } of pool.crew.owners()) seen.add(slot);
    };
    // With more workers than cores one may sleep through many rounds, so only the clock ends the patience.
    for (const end = Date.now() + 10_000; Date.now() < end && seen.size < 3; ) {
      pool.dispatch.run(pool.crew, { ...pool.kernels.chain, call: watch }, 64, pool.block, 1);
    }
    expect([...seen].sort()).toEqual([0, 1, 2]);
  });

  test('the last tile may be short, and items may be fewer than a tile', async () => {
    const pool = await open(2);
    const out = pool.allocate(400);
    pool.ints(out, 100).fill(-1);
    pool.run('trapAt', 33, [out, -1], 32);
    pool.run('trapAt', 3, [out + 200, -1], 32);
    expect(pool.ints(out, 34)).toEqual(Int32Array.from({ length: 34 }, (_, i) => (i < 33 ? i : -1)));
    expect(pool.ints(out + 200, 4)).toEqual(Int32Array.of(0, 1, 2, -1));
  });

  test('workers see memory that has grown while they slept', async () => {
    const pool = await open(4);
    for (let round = 1; round <= 10; round++) {
      const size = round * 200_000;
      const pointer = pool.allocate(size);
      doze(2);
      pool.run('fill', size, [pointer, round], 1000);
      expect(new Uint8Array(pool.memory.buffer, pointer, size).every((byte) => byte === round)).toBe(true);
    }
  });

  test('runs on the caller alone while workers are on their way', () => {
    const pool = createPool();
    opened.push(pool);
    pool.crew.resize(3);
    const out = pool.allocate(items * 4);
    pool.run('chain', items, [out, 50], 10);
    expect(pool.ints(out, items)).toEqual(expectedChain);
  });
});

describe('crew', () => {
  test('grows, shrinks and ends', async () => {
    const { crew } = await open(2);
    for (const workers of [3, 1, 2, 0, 2]) {
      crew.resize(workers);
      await crew.settled();
      await until(() => crew.readyCount === workers);
    }
    expect(crew.broken).toBeUndefined();
  });

  test('changes of mind before anything started leave the last count', async () => {
    const { crew } = await open(1);
    for (const workers of [3, 0, 2, 1]) crew.resize(workers);
    await crew.settled();
    await until(() => crew.readyCount === 1);
    doze(100);
    expect(crew.readyCount).toBe(1);
  });

  test('two pools do not disturb each other', async () => {
    const [one, two] = [await open(2), await open(3)];
    const [outOne, outTwo] = [one.allocate(items * 4), two.allocate(items * 4)];
    for (let round = 0; round < 10; round++) {
      one.run('chain', items, [outOne, 50], 100);
      two.run('chain', items, [outTwo, 50], 100);
    }
    expect(one.ints(outOne, items)).toEqual(expectedChain);
    expect(two.ints(outTwo, items)).toEqual(expectedChain);
  });
});

describe('speed', () => {
  test.skipIf(cores < 2)('threads beat one thread on heavy work (needs two cores)', async () => {
    const pool = await open(Math.min(4, cores));
    const out = pool.allocate(items * 4);
    const timed = (grain: number): number => {
      const start = performance.now();
      pool.run('chain', items, [out, 2000], grain);
      return performance.now() - start;
    };
    const ratio = (): number => timed(items) / timed(50);
    const ratios: number[] = [];
    do ratios.push(ratio());
    while (Math.max(...ratios) < 1.3 && ratios.length < 30);
    expect(Math.max(...ratios)).toBeGreaterThan(1.3);
  });
});
