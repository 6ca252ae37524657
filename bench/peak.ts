import { type F32x4, f32x4, heap, kernelFamily } from '@sonograd/wasm';
import type { Runnable } from './measure.ts';

const rows = 4;
const lanes = 2;
const depth = 256;
const repeats = 400;

/**
 * The register microkernel and nothing else: a 4 x 8 tile that stays in registers over operands that stay in the
 * first cache. What it reaches is this machine's limit for 128-bit lanes, and the measure of every other figure.
 */
const peak = kernelFamily('peak', (family) => ({
  tile: family.kernel({ a: 'i32', b: 'i32', out: 'i32' }, (k, { a, b, out }) => {
    k.for(k.begin, k.end, 1, () => {
      const sums = Array.from({ length: rows * lanes }, () => k.variable(f32x4, 0));
      k.for(0, depth, 1, (step) => {
        const strip = k.let(b.add(step.shl(5)));
        const column = k.let(a.add(step.shl(4)));
        const right = Array.from({ length: lanes }, (_, lane) => k.let(f32x4.load(strip, 16 * lane)));
        for (let row = 0; row < rows; row++) {
          const left = k.let(f32x4.loadSplat(column, 4 * row));
          for (let lane = 0; lane < lanes; lane++) {
            const sum = sums[row * lanes + lane] as F32x4 & { set(value: F32x4): void };
            sum.set(left.mulAdd(right[lane]!, sum));
          }
        }
      });
      sums.forEach((sum, index) => {
        k.store(out, sum as F32x4, 16 * index);
      });
    });
  }),
}));

export const peakFlops = 2 * rows * 4 * lanes * depth * repeats;

/** The microkernel on the calling thread, or on all (one item each) where `threads` says so. */
export function peakRunnable(threads = 1): Runnable {
  const a = heap.allocate(4 * rows * depth);
  const b = heap.allocate(16 * lanes * depth);
  const out = heap.allocate(16 * rows * lanes);
  heap.f32(a, rows * depth).fill(0.5);
  heap.f32(b, 4 * lanes * depth).fill(0.25);
  return {
    name: 'peak',
    run: () => peak.tile.run(repeats * threads, [a, b, out], threads === 1 ? repeats : 25),
  };
}

export const copyBytes = 2 * 64 * 2 ** 20;

const blockBytes = 2 ** 16;

const copy = kernelFamily('peakCopy', (family) => ({
  blocks: family.kernel({ to: 'i32', from: 'i32' }, (k, { to, from }) => {
    k.for(k.begin, k.end, 1, (block) => {
      const offset = k.let(block.mul(blockBytes));
      const [target, source] = [k.let(to.add(offset)), k.let(from.add(offset))];
      k.for(0, blockBytes, 64, (at) => {
        for (const lane of [0, 16, 32, 48]) {
          k.store(target.add(at), f32x4.load(source.add(at), lane), lane);
        }
      });
    });
  }),
}));

/** Reads and writes memory that no cache holds: the limit of what does little with each number. */
export function copyRunnable(): Runnable {
  const half = copyBytes / 2;
  const [from, to] = [heap.allocate(half), heap.allocate(half)];
  heap.f32(from, half / 4).fill(1);
  heap.f32(to, half / 4).fill(2);
  return { name: 'copy', run: () => copy.blocks.run(half / blockBytes, [to, from], 16) };
}
