import { describe, expect, test } from 'vitest';
import type { Kind } from '../../packages/wasm/src/assembler/kinds.ts';
import { laneStores, loads, stores } from '../../packages/wasm/src/assembler/memoryInstructions.ts';
import {
  f32,
  f32x4,
  f64,
  f64x2,
  heap,
  type I32,
  i8x16,
  i16x8,
  i32,
  i32x4,
  i64,
  i64x2,
  type KernelBuilder,
} from '../../packages/wasm/src/index.ts';
import type { AnyValue, Vector } from '../../packages/wasm/src/language/values.ts';
import { kernelOf } from './harness.ts';

const types = { i32, i64, f32, f64, i8x16, i16x8, i32x4, i64x2, f32x4, f64x2 };
const kinds = Object.keys(types) as Kind[];
const pointer = heap.allocate(256);
const source = 16;
const target = 64;
const bytesOfKind: Record<Kind, number> = {
  i32: 4,
  i64: 8,
  f32: 4,
  f64: 8,
  i8x16: 16,
  i16x8: 16,
  i32x4: 16,
  i64x2: 16,
  f32x4: 16,
  f64x2: 16,
};

/** Bytes with and without their highest bit, none like its neighbour. */
function prepare(): Uint8Array {
  const all = heap.u8(pointer, 256);
  all.set(Array.from({ length: 256 }, (_, index) => (index * 91 + 37) & 0xff));
  return all;
}

function run(body: (k: KernelBuilder, at: I32) => void): Uint8Array {
  kernelOf(body).run(1, [pointer]);
  return heap.u8(pointer, 256);
}

function integers(view: DataView, bits: 8 | 16 | 32, count: number, isSigned: boolean): number[] {
  const name = `get${isSigned ? 'Int' : 'Uint'}${bits}` as 'getInt16';
  return Array.from({ length: count }, (_, index) => view[name]((index * bits) / 8, true));
}

const zeros = (count: number) => new Array<number>(count).fill(0);
const asI32 = (numbers: readonly number[]) => [...new Uint8Array(Int32Array.from(numbers).buffer)];
const asI16 = (numbers: readonly number[]) => [...new Uint8Array(Int16Array.from(numbers).buffer)];
const asI64 = (number: number) => [...new Uint8Array(BigInt64Array.of(BigInt(number)).buffer)];

/** The bytes of what a load gives, from the bytes that lie at its address. */
const meanings: Record<string, (bytes: readonly number[], view: DataView, kind: Kind) => number[]> = {
  load: (bytes, _, kind) => bytes.slice(0, bytesOfKind[kind]),
  load8: (_, view) => asI32(integers(view, 8, 1, true)),
  load8U: (_, view) => asI32(integers(view, 8, 1, false)),
  load16: (_, view) => asI32(integers(view, 16, 1, true)),
  load16U: (_, view) => asI32(integers(view, 16, 1, false)),
  atomicLoad: (bytes) => bytes.slice(0, 4),
  load32: (_, view) => asI64(view.getInt32(0, true)),
  load32U: (_, view) => asI64(view.getUint32(0, true)),
  loadSplat: (bytes, _, kind) => {
    const width = { i8x16: 1, i32x4: 4, f32x4: 4, i64x2: 8, f64x2: 8 }[kind as 'i8x16'];
    return Array.from({ length: 16 }, (_value, index) => bytes[index % width]!);
  },
  loadLow32: (bytes) => [...bytes.slice(0, 4), ...zeros(12)],
  loadFirst: (bytes, _, kind) => {
    const width = kind === 'f64x2' ? 8 : 4;
    return [...bytes.slice(0, width), ...zeros(16 - width)];
  },
  loadLow: (bytes) => [...bytes.slice(0, 8), ...zeros(8)],
  load8x8: (_, view) => asI16(integers(view, 8, 8, true)),
  load8x8U: (_, view) => asI16(integers(view, 8, 8, false)),
  load16x4: (_, view) => asI32(integers(view, 16, 4, true)),
  load16x4U: (_, view) => asI32(integers(view, 16, 4, false)),
};

describe.each(kinds)('%s', (kind) => {
  test.each(Object.keys(loads[kind]))('%s reads what DataView reads', (name) => {
    const load = (types[kind] as unknown as Record<string, (at: I32, offset: number) => AnyValue>)[name]!;
    for (const shift of name === 'atomicLoad' ? [0, 4] : [0, 1, 3, 8]) {
      const before = [...prepare()];
      const from = before.slice(source + shift, source + shift + 16);
      const after = run((k, at) => k.store(at, load(at, source + shift), target));
      const view = new DataView(Uint8Array.from(from).buffer);
      const expected = meanings[name]!(from, view, kind);
      expect([...after.subarray(target, target + expected.length)]).toEqual(expected);
    }
  });

  test('store writes the whole value and nothing beside it, aligned or not', () => {
    for (const shift of [0, 1, 7]) {
      const before = [...prepare()];
      const width = bytesOfKind[kind];
      const after = run((k, at) => k.store(at.add(shift), types[kind].load(at, source), target));
      const expected = before.toSpliced(target + shift, width, ...before.slice(source, source + width));
      expect([...after]).toEqual(expected);
    }
    expect(stores[kind]).toBeDefined();
  });
});

describe('storeLane', () => {
  const widths = { i8x16: 1, i16x8: 2, i32x4: 4, i64x2: 8, f32x4: 4, f64x2: 8 } as const;

  test.each(Object.entries(widths))('one lane of %s is %i bytes', (kind, width) => {
    expect(laneStores[(8 * width) as 8]).toBeDefined();
    for (let lane = 0; lane < 16 / width; lane++) {
      const before = [...prepare()];
      const after = run((k, at) => {
        k.storeLane(at, types[kind as keyof typeof widths].load(at, source) as Vector, lane, target + 1);
      });
      const from = source + lane * width;
      expect([...after]).toEqual(before.toSpliced(target + 1, width, ...before.slice(from, from + width)));
    }
  });
});

test('an access beyond the memory traps', () => {
  const beyond = heap.buffer.byteLength - 2;
  const kernel = kernelOf((k, at) => k.store(at, i32(1)));
  expect(() => kernel.run(1, [beyond])).toThrow(WebAssembly.RuntimeError);
});

test('an offset does not wrap around 4 GiB', () => {
  const kernel = kernelOf((k, at) => k.store(at, i32(1), 64));
  expect(() => kernel.run(1, [2 ** 32 - 32])).toThrow(WebAssembly.RuntimeError);
});
