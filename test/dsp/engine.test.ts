import { describe, expect, test } from 'vitest';
import { type DspEngine, engine, setEngine } from '../../packages/dsp/src/index.ts';
import { withOwnMemory } from '../../packages/dsp/src/simd/ownMemory.ts';
import { allocate, remember, simdSupported, withScratch } from '../../packages/dsp/src/simd/runtime.ts';

test('lanes are the default where there are some, and either engine can be chosen', () => {
  expect(simdSupported()).toBe(true);
  expect(engine()).toBe(process.env.SONOGRAD_ENGINE === 'reference' ? 'reference' : 'simd');
  setEngine('reference');
  expect(engine()).toBe('reference');
  setEngine('simd');
  expect(engine()).toBe('simd');
  expect(() => setEngine('gpu' as DspEngine)).toThrow('setEngine: name must be reference or simd, gpu');
});

describe('the memory of the lanes', () => {
  test('addresses are aligned and apart, and scratch is given back', () => {
    const inside = withScratch(
      () => allocate(10),
      (kept) => [kept, allocate(100), allocate(1)],
    );
    const [kept, first, second] = inside;
    expect(inside.every((address) => address % 64 === 0)).toBe(true);
    expect([first - kept, second - first]).toEqual([64, 128]);
    expect(
      withScratch(
        () => null,
        () => allocate(1),
      ),
    ).toBe(first);
  });

  test('is given back when the work fails, too', () => {
    const before = withScratch(
      () => null,
      () => allocate(1),
    );
    expect(() =>
      withScratch(
        () => null,
        () => {
          allocate(1 << 20);
          throw new Error('work failed');
        },
      ),
    ).toThrow('work failed');
    expect(
      withScratch(
        () => null,
        () => allocate(1),
      ),
    ).toBe(before);
  });

  test('plans are built once, and not while scratch would end with the work', () => {
    let built = 0;
    const plan = () => remember('a plan of this test', () => ++built);
    expect([plan(), plan(), built]).toEqual([1, 1, 1]);
    expect(() =>
      withScratch(
        () => null,
        () => remember('late', () => 1),
      ),
    ).toThrow('late');
  });

  test('what no machine has is refused by name', () => {
    expect(() =>
      withScratch(
        () => null,
        () => allocate(2 ** 33),
      ),
    ).toThrow('dsp: no room for 8589934592 bytes');
  });
});

test('only a module that imports a memory with a maximum can have its own', () => {
  expect(() => withOwnMemory(Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0))).toThrow(
    'dsp: the module imports no memory',
  );
});
