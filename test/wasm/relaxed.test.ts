import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

/** Each test gets its own copy of the package, as a new process would. */
beforeEach(() => vi.resetModules());
afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

const load = () => import('../../packages/wasm/src/index.ts');

async function squareLessOne(): Promise<number> {
  const { heap, kernelFamily } = await load();
  const { only } = kernelFamily('relaxed or not', (family) => ({
    only: family.kernel({ at: 'i32' }, (k, { at }) => {
      k.forLanes(k.begin, k.end, (lane) => lane.store(at, lane.load(at).mulAdd(lane.load(at), -1)));
    }),
  }));
  const pointer = heap.allocate(4);
  heap.f32(pointer, 1)[0] = 1 + 2 ** -13;
  only.run(1, [pointer]);
  return heap.f32(pointer, 1)[0]!;
}

const roundedTwice = Math.fround((1 + 2 ** -13) ** 2) - 1;

describe('an engine without relaxed SIMD', () => {
  test('fast numerics multiply and add', async () => {
    vi.spyOn(WebAssembly, 'validate').mockReturnValue(false);
    const { relaxedMadd } = await load();
    expect(relaxedMadd()).toBe(false);
    expect(await squareLessOne()).toBe(roundedTwice);
  });

  test('outside Node there is no flag to raise', async () => {
    const validate = vi.spyOn(WebAssembly, 'validate').mockReturnValue(false);
    vi.stubGlobal('process', undefined);
    const { relaxedMadd } = await load();
    expect(relaxedMadd()).toBe(false);
    expect(validate).toHaveBeenCalledTimes(1);
  });

  test('a Node too old to give its modules is asked once, and left alone', async () => {
    vi.spyOn(WebAssembly, 'validate').mockReturnValue(false);
    vi.stubGlobal('process', { ...process, getBuiltinModule: undefined });
    const { relaxedMadd } = await load();
    expect([relaxedMadd(), relaxedMadd()]).toEqual([false, false]);
  });
});

describe('an engine with relaxed SIMD', () => {
  test('behind the flag: it is raised, and the engine asked again', async () => {
    const setFlagsFromString = vi.fn();
    const validate = vi.spyOn(WebAssembly, 'validate').mockReturnValueOnce(false).mockReturnValueOnce(true);
    vi.stubGlobal('process', { ...process, getBuiltinModule: () => ({ setFlagsFromString }) });
    const { relaxedMadd } = await load();
    expect(relaxedMadd()).toBe(true);
    expect(relaxedMadd()).toBe(true);
    expect(setFlagsFromString).toHaveBeenCalledExactlyOnceWith('--experimental-wasm-relaxed-simd');
    expect(validate).toHaveBeenCalledTimes(2);
  });

  test('by itself: no flag is touched', async () => {
    const getBuiltinModule = vi.fn();
    vi.spyOn(WebAssembly, 'validate').mockReturnValue(true);
    vi.stubGlobal('process', { ...process, getBuiltinModule });
    const { relaxedMadd } = await load();
    expect(relaxedMadd()).toBe(true);
    expect(getBuiltinModule).not.toHaveBeenCalledWith('node:v8');
  });

  test('strict numerics do not ask', async () => {
    const validate = vi.spyOn(WebAssembly, 'validate');
    const { relaxedMadd, setNumerics } = await load();
    setNumerics('strict');
    expect(relaxedMadd()).toBe(false);
    expect(validate).not.toHaveBeenCalled();
    expect(await squareLessOne()).toBe(roundedTwice);
  });
});
