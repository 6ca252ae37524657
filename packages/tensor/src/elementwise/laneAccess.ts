import { type F32x4, f32x4, type I32, type I32x4, i32, i32x4, type LanePosition } from '@sonograd/wasm';
import type { DType } from '../types/shape.ts';

/** What four elements of a dtype are inside a kernel; bool elements are masks. */
export interface LanesOf {
  float32: F32x4;
  int32: I32x4;
  bool: I32x4;
}

interface LaneAccess<Lanes> {
  load(at: LanePosition, array: I32): Lanes;
  /** One element for all lanes. */
  repeat(pointer: I32): Lanes;
  store(at: LanePosition, array: I32, value: Lanes): void;
}

export const laneAccess: { readonly [D in DType]: LaneAccess<LanesOf[D]> } = {
  float32: {
    load: (at, array) => at.load(array),
    repeat: (pointer) => f32x4.loadSplat(pointer),
    store: (at, array, value) => at.store(array, value),
  },
  int32: {
    load: (at, array) => at.loadI32(array),
    repeat: (pointer) => i32x4.loadSplat(pointer),
    store: (at, array, value) => at.storeI32(array, value),
  },
  bool: {
    load: (at, array) => at.loadMask(array),
    repeat: (pointer) => i32.load8U(pointer).splat().ne(0),
    store: (at, array, value) => at.storeMask(array, value),
  },
};
