import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createHeap, type Heap, HeapFullError } from '../../packages/wasm/src/index.ts';

const mebibyte = 2 ** 20;

/** Writes the same byte all over a block, so that overlapping blocks betray each other. */
function paint(heap: Heap, pointer: number, bytes: number, colour: number): void {
  heap.u8(pointer, bytes).fill(colour);
}

describe.each([
  ['shared', true],
  ['not shared', false],
])('heap, %s', (_, shared) => {
  const newHeap = (maximumBytes = 64 * mebibyte) => createHeap({ maximumBytes, shared });

  test('blocks are aligned to 64 bytes and do not overlap', () => {
    const heap = newHeap();
    const sizes = [0, 1, 63, 64, 65, 4096, 100_000, 1, 3_000_000];
    const blocks = sizes.map((bytes) => ({ bytes, pointer: heap.allocate(bytes) }));
    const sorted = blocks.toSorted((a, b) => a.pointer - b.pointer);
    sorted.forEach(({ pointer, bytes }, index) => {
      expect(pointer % 64).toBe(0);
      const next = sorted[index + 1];
      if (next) expect(pointer + Math.max(64, Math.ceil(bytes / 64) * 64)).toBeLessThanOrEqual(next.pointer);
    });
  });

  test('any sequence of allocations and frees keeps contents, order and counts', () => {
    const step = fc.record({ free: fc.boolean(), bytes: fc.nat(200_000), which: fc.nat() });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
        const heap = newHeap();
        const live: { pointer: number; bytes: number; colour: number }[] = [];
        steps.forEach(({ free, bytes, which }, index) => {
          if (free && live.length > 0) {
            const [block] = live.splice(which % live.length, 1);
            const contents = heap.u8(block!.pointer, block!.bytes);
            expect(contents.every((byte) => byte === block!.colour)).toBe(true);
            heap.free(block!.pointer);
          } else {
            const block = { pointer: heap.allocate(bytes), bytes, colour: index & 0xff };
            paint(heap, block.pointer, bytes, block.colour);
            live.push(block);
          }
        });
        const { liveBytes, liveBlocks } = heap.statistics();
        expect(liveBlocks).toBe(live.length);
        expect(liveBytes).toBe(live.reduce((sum, { bytes }) => sum + bytes, 0));
        for (const { pointer } of live) heap.free(pointer);
        expect(heap.statistics().liveBytes).toBe(0);
      }),
      { numRuns: 60 },
    );
  });

  test('freed memory is the next to be given out, last in first out', () => {
    const heap = newHeap();
    const [first, second] = [heap.allocate(1000), heap.allocate(1000)];
    heap.free(first);
    heap.free(second);
    expect(heap.allocate(990)).toBe(second);
    expect(heap.allocate(990)).toBe(first);
  });

  test('a steady loop settles at a constant size', () => {
    const heap = newHeap();
    const step = () => {
      const pointers = [1 << 20, 70_000, 300, 2 << 20, 64].map((bytes) => heap.allocate(bytes));
      for (const pointer of pointers) heap.free(pointer);
    };
    step();
    const { reservedBytes, peakBytes } = heap.statistics();
    for (let round = 0; round < 1000; round++) step();
    expect(heap.statistics()).toEqual({ liveBytes: 0, liveBlocks: 0, reservedBytes, peakBytes });
  });

  test('small neighbours that are free make room for a large block', () => {
    const heap = newHeap(mebibyte);
    const small = Array.from({ length: 400 }, () => heap.allocate(2000));
    expect(() => heap.allocate(500_000)).toThrow(HeapFullError);
    for (const pointer of small) heap.free(pointer);
    const large = heap.allocate(900_000);
    heap.free(large);
    expect(() => Array.from({ length: 400 }, () => heap.allocate(2000))).not.toThrow();
  });

  test('holes between live blocks are found again', () => {
    const heap = newHeap(mebibyte);
    const blocks = Array.from({ length: 100 }, () => heap.allocate(8000));
    for (const [index, pointer] of blocks.entries()) if (index % 4 < 2) heap.free(pointer);
    const wider = Array.from({ length: 20 }, () => heap.allocate(15_000));
    expect(new Set(wider).size).toBe(20);
  });

  test('a full heap says what was asked for and how full it is', () => {
    const heap = newHeap(mebibyte);
    heap.allocate(600_000);
    const attempt = () => heap.allocate(600_000);
    expect(attempt).toThrow('heap: no room for 600000 bytes, 600000 are live in 1 blocks of at most 1048576');
    expect(attempt).toThrow(expect.objectContaining({ name: 'HeapFullError', requestedBytes: 600_000 }));
    expect(() => heap.allocate(300_000)).not.toThrow();
  });

  test('a block that is freed twice is refused', () => {
    const heap = newHeap();
    const pointer = heap.allocate(100);
    heap.free(pointer);
    expect(() => heap.free(pointer)).toThrow(`heap.free: the block at ${pointer} was freed before`);
    expect(heap.statistics().liveBlocks).toBe(0);
  });

  test('what is no block is refused', () => {
    const heap = newHeap();
    const pointer = heap.allocate(1000);
    for (const wrong of [
      0,
      64,
      pointer + 64,
      pointer + 1,
      pointer - 64,
      2 ** 31,
      2 ** 40,
      -64,
      0.5,
      Number.NaN,
    ]) {
      expect(() => heap.free(wrong)).toThrow(`heap.free: no block starts at ${wrong}`);
    }
    expect(() => heap.free(pointer)).not.toThrow();
  });

  test('writing past the end of a block is noticed when it is freed', () => {
    const heap = newHeap();
    const pointer = heap.allocate(128);
    heap.allocate(128);
    heap.u8(pointer, 129).fill(1);
    expect(() => heap.free(pointer)).toThrow(`past the end of the block at ${pointer}, of 128 bytes`);
  });

  test.each([-1, 1.5, Number.NaN, Infinity, 2 ** 32 + 1])('%d bytes are refused', (bytes) => {
    expect(() => newHeap().allocate(bytes)).toThrow(`bytes must be an integer from 0 to 2^32, ${bytes}`);
  });

  test('growing keeps contents, and views are made on the present buffer', () => {
    const heap = newHeap();
    const pointer = heap.allocate(400);
    heap.f32(pointer, 100).fill(2.5);
    const before = heap.buffer;
    heap.allocate(40 * mebibyte);
    expect(heap.buffer).not.toBe(before);
    expect(heap.f32(pointer, 100).every((x) => x === 2.5)).toBe(true);
    expect(heap.i32(pointer, 1)[0]).toBe(0x40200000);
    expect(heap.buffer).toBe(heap.memory.buffer);
  });

  test('the peak stays when memory is freed', () => {
    const heap = newHeap();
    heap.free(heap.allocate(5000));
    heap.allocate(1000);
    expect(heap.statistics()).toMatchObject({ liveBytes: 1000, peakBytes: 5000, liveBlocks: 1 });
  });
});

test('addresses above 2 GiB work', () => {
  const heap = createHeap();
  const low = heap.allocate(2 ** 31);
  const high = heap.allocate(1000);
  expect(high).toBeGreaterThan(2 ** 31);
  heap.f32(high, 250).fill(3);
  expect(heap.f32(high, 250)[249]).toBe(3);
  heap.free(high);
  expect(() => heap.free(high)).toThrow('was freed before');
  expect(heap.allocate(1000)).toBe(high);
  heap.free(low);
  expect(heap.statistics().liveBytes).toBe(1000);
});

test('nothing is reserved before the first block', () => {
  expect(createHeap().statistics().reservedBytes).toBe(0);
});

test.each([0, 100, 2 ** 33, Number.NaN])('a heap of %d bytes is refused', (maximumBytes) => {
  expect(() => createHeap({ maximumBytes })).toThrow(
    `maximumBytes must lie between 4096 and 2^32, ${maximumBytes}`,
  );
});

test('a pair of allocate and free costs about as much for the largest block as for the smallest', () => {
  const heap = createHeap();
  const nanoseconds = (bytes: number) => {
    const start = performance.now();
    for (let round = 0; round < 20_000; round++) heap.free(heap.allocate(bytes));
    return performance.now() - start;
  };
  nanoseconds(64);
  const ratios = Array.from({ length: 9 }, () => nanoseconds(50 * mebibyte) / nanoseconds(64));
  expect(Math.min(...ratios)).toBeLessThan(3);
});
