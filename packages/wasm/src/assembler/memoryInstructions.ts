import { atomic, simd } from './instructions.ts';
import type { Kind } from './kinds.ts';

/** `[opcode, log2 of the natural alignment]`: what a memory access needs beside its constant offset. */
export type Access = readonly [opcode: number, alignment: number];

export const loads = {
  i32: {
    load: [0x28, 2],
    load8: [0x2c, 0],
    load8U: [0x2d, 0],
    load16: [0x2e, 1],
    load16U: [0x2f, 1],
    atomicLoad: [atomic + 0x10, 2],
  },
  i64: { load: [0x29, 3], load32: [0x34, 2], load32U: [0x35, 2] },
  f32: { load: [0x2a, 2] },
  f64: { load: [0x2b, 3] },
  i8x16: { load: [simd + 0x00, 4], loadSplat: [simd + 0x07, 0], loadLow32: [simd + 0x5c, 2] },
  i16x8: { load: [simd + 0x00, 4], load8x8: [simd + 0x01, 3], load8x8U: [simd + 0x02, 3] },
  i32x4: {
    load: [simd + 0x00, 4],
    loadSplat: [simd + 0x09, 2],
    loadFirst: [simd + 0x5c, 2],
    loadLow: [simd + 0x5d, 3],
    load16x4: [simd + 0x03, 3],
    load16x4U: [simd + 0x04, 3],
  },
  i64x2: { load: [simd + 0x00, 4], loadSplat: [simd + 0x0a, 3] },
  f32x4: {
    load: [simd + 0x00, 4],
    loadSplat: [simd + 0x09, 2],
    loadFirst: [simd + 0x5c, 2],
    loadLow: [simd + 0x5d, 3],
  },
  f64x2: { load: [simd + 0x00, 4], loadSplat: [simd + 0x0a, 3], loadFirst: [simd + 0x5d, 3] },
} as const satisfies Record<Kind, Record<string, Access>>;

/** What `store(pointer, value)` writes for each kind: the whole value. */
export const stores: Record<Kind, Access> = {
  i32: [0x36, 2],
  i64: [0x37, 3],
  f32: [0x38, 2],
  f64: [0x39, 3],
  i8x16: [simd + 0x0b, 4],
  i16x8: [simd + 0x0b, 4],
  i32x4: [simd + 0x0b, 4],
  i64x2: [simd + 0x0b, 4],
  f32x4: [simd + 0x0b, 4],
  f64x2: [simd + 0x0b, 4],
};

/** Stores of a part of a value: the low bits of an i32, or one lane by its width in bits. */
export const store8: Access = [0x3a, 0];
export const store16: Access = [0x3b, 1];
export const laneStores: Record<8 | 16 | 32 | 64, Access> = {
  8: [simd + 0x58, 0],
  16: [simd + 0x59, 1],
  32: [simd + 0x5a, 2],
  64: [simd + 0x5b, 3],
};

export const atomicStore: Access = [atomic + 0x17, 2];
export const atomics = {
  notify: [atomic + 0x00, 2],
  wait: [atomic + 0x01, 2],
  add: [atomic + 0x1e, 2],
  sub: [atomic + 0x25, 2],
  and: [atomic + 0x2c, 2],
  or: [atomic + 0x33, 2],
  exchange: [atomic + 0x41, 2],
  compareExchange: [atomic + 0x48, 2],
} as const satisfies Record<string, Access>;
