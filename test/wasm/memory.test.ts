import { afterEach, describe, expect, test, vi } from 'vitest';
import { canShare, createMemory, growMemory, pageBytes } from '../../packages/wasm/src/heap/memory.ts';
import { createHeap } from '../../packages/wasm/src/index.ts';

afterEach(() => vi.unstubAllGlobals());

const realMemory = WebAssembly.Memory;

/** A machine that reserves no more address space than this. */
function limitReservation(pages: number): void {
  class LimitedMemory extends realMemory {
    constructor(descriptor: WebAssembly.MemoryDescriptor) {
      if ((descriptor.maximum ?? 0) > pages) throw new RangeError('could not allocate memory');
      super(descriptor);
    }
  }
  vi.stubGlobal('WebAssembly', { ...WebAssembly, Memory: LimitedMemory });
}

describe('createMemory', () => {
  test('starts with one page and may grow to the maximum', () => {
    const { memory, maximum } = createMemory(10 * pageBytes, canShare());
    expect(memory.buffer.byteLength).toBe(pageBytes);
    expect(maximum).toBe(10 * pageBytes);
    expect(memory.grow(9)).toBe(1);
    expect(() => memory.grow(1)).toThrow(RangeError);
  });

  test('a maximum that is no whole page is kept', () => {
    expect(createMemory(2.5 * pageBytes, false).maximum).toBe(2.5 * pageBytes);
  });

  test('where there is not so much address space it takes half, and half again', () => {
    limitReservation(20_000);
    expect(createMemory(65_536 * pageBytes, false).maximum).toBe(16_384 * pageBytes);
  });

  test('where there is hardly any it says so', () => {
    limitReservation(100);
    expect(() => createMemory(65_536 * pageBytes, false)).toThrow('could not allocate memory');
  });

  test('the heap works within what it got', () => {
    limitReservation(1024);
    const heap = createHeap({ shared: false });
    expect(() => heap.allocate(65 * 2 ** 20)).toThrow(`of at most ${1024 * pageBytes}`);
    expect(heap.allocate(60 * 2 ** 20)).toBeGreaterThan(0);
  });
});

describe('growMemory', () => {
  const memoryOf = (pages: number) => new WebAssembly.Memory({ initial: 1, maximum: pages });
  const pagesOf = (memory: WebAssembly.Memory) => memory.buffer.byteLength / pageBytes;

  test('grows by more than is needed, so that it grows rarely', () => {
    const memory = memoryOf(4000);
    expect(growMemory(memory, 2 * pageBytes, 4000 * pageBytes)).toBe(true);
    expect(pagesOf(memory)).toBe(257);
    expect(growMemory(memory, 2000 * pageBytes, 4000 * pageBytes)).toBe(true);
    expect(pagesOf(memory)).toBe(2000);
    expect(growMemory(memory, 2001 * pageBytes, 4000 * pageBytes)).toBe(true);
    expect(pagesOf(memory)).toBe(2500);
  });

  test('goes up to the maximum and no further', () => {
    const memory = memoryOf(300);
    expect(growMemory(memory, 290 * pageBytes, 300 * pageBytes)).toBe(true);
    expect(growMemory(memory, 291 * pageBytes, 300 * pageBytes)).toBe(true);
    expect(pagesOf(memory)).toBe(300);
    expect(growMemory(memory, 301 * pageBytes, 300 * pageBytes)).toBe(false);
  });

  test('takes just what is needed where the engine refuses more', () => {
    const memory = memoryOf(4000);
    const grow = memory.grow.bind(memory);
    memory.grow = (pages) => {
      if (pages > 10) throw new RangeError('failed to grow');
      return grow(pages);
    };
    expect(growMemory(memory, 5 * pageBytes, 4000 * pageBytes)).toBe(true);
    expect(pagesOf(memory)).toBe(5);
    expect(growMemory(memory, 50 * pageBytes, 4000 * pageBytes)).toBe(false);
  });

  test('other failures are not hidden', () => {
    const memory = memoryOf(4000);
    memory.grow = () => {
      throw new TypeError('something else');
    };
    expect(() => growMemory(memory, 2 * pageBytes, 4000 * pageBytes)).toThrow('something else');
  });
});
