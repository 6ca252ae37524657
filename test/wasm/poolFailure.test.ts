import { afterEach, describe, expect, test, vi } from 'vitest';
import { layout, slotState } from '../../packages/wasm/src/pool/control.ts';
import type { ThreadedKernel } from '../../packages/wasm/src/pool/dispatch.ts';
import { createPool, doze, until } from './poolHarness.ts';

type TestPool = ReturnType<typeof createPool>;
const pools: TestPool[] = [];

async function open(threads: number, patienceMilliseconds?: number): Promise<TestPool> {
  const pool = createPool(patienceMilliseconds === undefined ? {} : { patienceMilliseconds });
  pools.push(pool);
  pool.crew.resize(threads - 1);
  await pool.crew.settled();
  return pool;
}

afterEach(() => {
  for (const { crew } of pools.splice(0)) crew.resize(0);
});

describe('a kernel that traps', () => {
  test('throws on the caller, names kernel and place, and the pool goes on', async () => {
    const pool = await open(4);
    const out = pool.allocate(4000);
    for (let round = 0; round < 300; round++) {
      const trap = (): void => pool.run('trapAt', 1000, [out, round], 1);
      expect(trap).toThrow(
        /^trapAt: kernel failed on (worker [123]|the calling thread), RuntimeError: memory access out of bounds$/,
      );
      pool.run('trapAt', 1000, [out, -1], 1);
      expect(pool.ints(out, 1000)[round]).toBe(round);
    }
    expect(pool.crew.readyCount).toBe(3);
  });

  test('a failure on a worker alone is enough', async () => {
    const pool = await open(2);
    const out = pool.allocate(4 * 20_000);
    const messages = new Set<string>();
    for (let round = 0; round < 2000 && !messages.has('worker 1'); round++) {
      try {
        pool.run('trapAt', 20_000, [out, 19_999], 10);
      } catch (error) {
        messages.add(/on (.*),/.exec(String(error))![1]!);
      }
    }
    expect(messages).toContain('worker 1');
  });
});

describe('a worker that ends', () => {
  test('between dispatches: the crew says so and the caller works alone', async () => {
    const pool = await open(3);
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    pool.handles[1]!.terminate();
    await until(() => pool.crew.broken !== undefined);
    expect(warn.mock.calls).toEqual([['threads: worker 2 ended, exit code 1; work goes on without threads']]);
    warn.mockRestore();
    expect(pool.crew.broken).toBe('threads: worker 2 ended, exit code 1');
    expectAlone(pool);
    await expect(pool.crew.settled()).rejects.toThrow('threads: worker 2 ended, exit code 1');
  });

  test('before it is up: one report, and the caller works alone', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    const start = (): never => {
      throw new Error('no threads left');
    };
    const pool = createPool({ start });
    pool.crew.resize(3);
    const report = 'threads: worker 1 cannot start, Error: no threads left';
    expect(warn.mock.calls).toEqual([[`${report}; work goes on without threads`]]);
    expect(pool.crew.broken).toBe(report);
    await expect(pool.crew.settled()).rejects.toThrow(report);
    expectAlone(pool);
    warn.mockRestore();
  });

  test('with a tile in hand: reported when patience ends, and threads are off', async () => {
    const pool = await open(2, 600);
    const kernel = onceOwned(pool, () => pool.handles[0]!.terminate());
    expect(() => pool.dispatch.run(pool.crew, kernel, 2, pool.block, 1)).toThrow(
      'forever: kernel failed on worker 1, silent for 750 ms; threads are off',
    );
    expect(pool.crew.broken).toContain('silent for 750 ms');
    expectAlone(pool);
  });

  test('with a tile in hand, after a last word: reported at once', async () => {
    const pool = await open(2);
    const kernel = onceOwned(pool, () => {
      Atomics.store(pool.crew.words, layout.slots.first + layout.slots.state, slotState.gone);
    });
    expect(() => pool.dispatch.run(pool.crew, kernel, 2, pool.block, 1)).toThrow(
      'forever: kernel failed on worker 1, ended; threads are off',
    );
    expectAlone(pool);
  });
});

/** A kernel that never ends on a worker; the caller's part of it waits until the worker is in it. */
function onceOwned(pool: TestPool, then: () => void): ThreadedKernel {
  const call = (): void => {
    while (pool.crew.owners().length === 0) doze(1);
    then();
  };
  return { ...pool.kernels.forever, call };
}

function expectAlone(pool: TestPool): void {
  const out = pool.allocate(400);
  expect(pool.crew.readyCount).toBe(0);
  pool.run('trapAt', 100, [out, -1], 1);
  expect(pool.ints(out, 100)[99]).toBe(99);
}
