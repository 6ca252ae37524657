import { afterEach, describe, expect, test } from 'vitest';
import {
  type AnyKernel,
  f32,
  f32x4,
  heap,
  kernelFamily,
  knownFamilies,
  relaxedMadd,
  setDispatcher,
  setNumerics,
} from '../../packages/wasm/src/index.ts';

const pointer = heap.allocate(4096);
afterEach(() => setDispatcher(null));

const built: string[] = [];
const family = kernelFamily('kernel test', (declare) => ({
  scale: declare.kernel({ array: 'i32', by: 'f32', shift: 'f32' }, (k, { array, by, shift }) => {
    built.push('scale');
    k.forLanes(k.begin, k.end, (at) => at.store(array, at.load(array).mulAdd(by.splat(), shift.splat())));
  }),
  range: declare.kernel({ to: 'i32' }, (k, { to }) => {
    built.push('range');
    k.store(to, k.begin);
    k.store(to, k.end, 4);
  }),
}));

describe('kernelFamily', () => {
  test('nothing is built before the first kernel runs; then all of the family, once', () => {
    expect(built).toEqual([]);
    family.range.run(3, [pointer]);
    expect(built).toEqual(['scale', 'range']);
    family.scale.run(0, [pointer, 1, 1]);
    expect(built).toHaveLength(2);
  });

  test('its kernels know their names and places, and share one module', () => {
    const kernels = knownFamilies().get('kernel test')!.kernels;
    expect(kernels.map(({ name, exportName, index }) => [name, exportName, index])).toEqual([
      ['kernel test/scale', 'scale', 0],
      ['kernel test/range', 'range', 1],
    ]);
    expect(family.scale.moduleBytes).toBe(family.range.moduleBytes);
    const exports = WebAssembly.Module.exports(knownFamilies().get('kernel test')!.module);
    expect(exports.map(({ name }) => name)).toEqual(['scale', 'range']);
  });

  test('a name is given once', () => {
    expect(() => kernelFamily('kernel test', () => ({}))).toThrow(
      'kernelFamily: the name is taken, kernel test',
    );
  });

  test('a mistake in a kernel is told with its family and name', () => {
    const wrong = kernelFamily('wrong', (declare) => ({
      mixed: declare.kernel({ at: 'i32' }, (_, { at }) => void at.add(f32(1) as never)),
    }));
    expect(() => wrong.mixed.run(1, [pointer])).toThrow('wrong/mixed: kernel: i32 expected, f32 given');
  });

  test('parameters beyond what the argument block holds are refused', () => {
    const many = Object.fromEntries(Array.from({ length: 241 }, (_, index) => [`p${index}`, 'i32' as const]));
    expect(() => kernelFamily('many', (declare) => ({ one: declare.kernel(many, () => undefined) }))).toThrow(
      'many/one: takes at most 240 parameters, 241 declared',
    );
  });
});

describe('run', () => {
  test('integers, floats and pointers above 2 GiB arrive', () => {
    const echo = kernelFamily('echo', (declare) => ({
      all: declare.kernel(
        { to: 'i32', integer: 'i32', number: 'f32', high: 'i32' },
        (k, { to, integer, number, high }) => {
          k.store(to, integer);
          k.store(to, number, 4);
          k.store(to, high, 8);
        },
      ),
    }));
    echo.all.run(1, [pointer, -5, 0.1, 2 ** 32 - 64]);
    expect(heap.i32(pointer, 1)[0]).toBe(-5);
    expect(heap.f32(pointer + 4, 1)[0]).toBe(Math.fround(0.1));
    expect(heap.i32(pointer + 8, 1)[0]).toBe(-64);
  });

  test('a kernel computes items 0 up to but without the number given', () => {
    family.range.run(17, [pointer]);
    expect([...heap.i32(pointer, 2)]).toEqual([0, 17]);
  });

  test('the number of arguments is checked by the compiler and at run time', () => {
    // @ts-expect-error two of three arguments
    expect(() => family.scale.run(1, [pointer, 1])).toThrow('kernel test/scale: takes 3 arguments, 2 given');
    // @ts-expect-error four of three arguments
    expect(() => family.scale.run(1, [pointer, 1, 1, 1])).toThrow('takes 3 arguments, 4 given');
  });

  test('growing the heap between runs does no harm', () => {
    heap.f32(pointer, 8).fill(2);
    family.scale.run(8, [pointer, 3, 1]);
    heap.free(heap.allocate(2 * heap.buffer.byteLength));
    family.scale.run(8, [pointer, 3, 1]);
    expect([...heap.f32(pointer, 8)]).toEqual(new Array(8).fill(22));
  });
});

describe('dispatcher', () => {
  test('takes over above the grain, with all it needs to run the kernel', () => {
    const calls: { kernel: AnyKernel; items: number; grain: number }[] = [];
    setDispatcher((kernel, argsPointer, items, grain) => {
      calls.push({ kernel, items, grain });
      for (let begin = 0; begin < items; begin += grain) {
        kernel.call(argsPointer, begin, Math.min(items, begin + grain));
      }
    });
    heap.f32(pointer, 100).fill(1);
    family.scale.run(100, [pointer, 2, 1], 30);
    expect(calls).toEqual([{ kernel: family.scale, items: 100, grain: 30 }]);
    expect([...heap.f32(pointer, 100)]).toEqual(new Array(100).fill(3));
  });

  test('is not asked for few items, nor without a grain', () => {
    setDispatcher(() => {
      throw new Error('not wanted');
    });
    family.range.run(30, [pointer], 30);
    family.range.run(1e6, [pointer]);
    expect(heap.i32(pointer + 4, 1)[0]).toBe(1e6);
  });

  test('the result does not depend on how the range is cut', () => {
    const kernels = kernelFamily('cut', (declare) => ({
      wave: declare.kernel({ to: 'i32', from: 'i32' }, (k, { to, from }) => {
        k.forLanes(k.begin, k.end, (at) => at.store(to, at.load(from).sin().exp().tanh()), { unroll: 2 });
      }),
    }));
    const [from, to] = [heap.allocate(4 * 203), heap.allocate(4 * 203)];
    heap.f32(from, 203).set(Array.from({ length: 203 }, (_, index) => index * 0.77 - 70));
    kernels.wave.run(203, [to, from]);
    const whole = [...heap.f32(to, 203)];
    setDispatcher((kernel, args, items, grain) => {
      for (let begin = 0; begin < items; begin += grain)
        kernel.call(args, begin, Math.min(items, begin + grain));
    });
    for (const grain of [1, 2, 3, 5, 7, 16, 50]) {
      heap.f32(to, 203).fill(0);
      kernels.wave.run(203, [to, from], grain);
      expect([...heap.f32(to, 203)]).toEqual(whole);
    }
  });
});

describe('numerics', () => {
  test('once kernels are compiled the choice stands', () => {
    family.range.run(1, [pointer]);
    expect(() => setNumerics('strict')).toThrow(
      'setNumerics: must come before the first kernel runs, they are compiled as fast',
    );
    expect(() => setNumerics('fast')).not.toThrow();
    expect(() => setNumerics('sloppy' as never)).toThrow("setNumerics: must be 'fast' or 'strict', sloppy");
  });

  test('Node has relaxed SIMD, by itself or behind its flag', () => {
    expect(relaxedMadd()).toBe(true);
  });
});

test('one call of a small kernel costs no more than a hundred JavaScript calls', () => {
  const nothing = kernelFamily('nothing', (declare) => ({
    at: declare.kernel({ a: 'i32', b: 'f32' }, (k, { a }) => k.store(a, f32x4(0).add(f32x4.load(a)))),
  }));
  const view = heap.i32(pointer, 4);
  const plain = (value: number) => Atomics.add(view, 0, value);
  const time = (run: () => void) => {
    const start = performance.now();
    for (let round = 0; round < 20_000; round++) run();
    return performance.now() - start;
  };
  const ratios = Array.from(
    { length: 9 },
    () => time(() => nothing.at.run(1, [pointer, 2])) / time(() => plain(1)),
  );
  expect(Math.min(...ratios)).toBeLessThan(100);
});
