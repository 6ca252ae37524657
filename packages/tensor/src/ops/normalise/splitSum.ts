import { type F32x4, f32x4, type KernelBuilder, type LanePosition } from '@sonograd/wasm';

/** A sum over lanes, with a vector for each four of an unrolled round: additions to different ones need not wait. */
export interface SplitSum {
  add(at: LanePosition, value: F32x4): void;
  addProduct(at: LanePosition, a: F32x4, b: F32x4): void;
  /** In every lane. */
  total(): F32x4;
}

export function splitSum(k: KernelBuilder, parts = 2): SplitSum {
  const sums = Array.from({ length: parts }, () => k.variable(f32x4, 0, 'sum'));
  return {
    add(at, value) {
      const sum = sums[at.part]!;
      sum.set(sum.add(value));
    },
    addProduct(at, a, b) {
      const sum = sums[at.part]!;
      sum.set(a.mulAdd(b, sum));
    },
    total() {
      const lanes = (sums as readonly F32x4[]).reduce((all, one) => all.add(one));
      return k.let(lanes.sumLanes().splat());
    },
  };
}
