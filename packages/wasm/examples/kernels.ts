/** The kernels of the guide (docs/kernel-language.md), and a tile of a matrix product. */
import {
  type F32x4,
  f32x4,
  type I32,
  i32,
  type KernelBuilder,
  kernelFamily,
  wasmFunction,
} from '@sonograd/wasm';

export const rows = 4;
export const columns = 8;

/** 4 x 8 sums in registers; one round takes 4 numbers of A, 8 of B and adds their products. */
export function tile(k: KernelBuilder, a: I32, b: I32, depth: I32): F32x4[][] {
  const sums = Array.from({ length: rows }, () =>
    Array.from({ length: columns / 4 }, () => k.variable(f32x4, 0, 'sum')),
  );
  const [left, right] = [k.variable(i32, a, 'left'), k.variable(i32, b, 'right')];
  k.for(0, depth, 1, () => {
    const fours = [0, 16].map((offset) => k.let(f32x4.load(right, offset)));
    sums.forEach((row, index) => {
      const factor = k.let(f32x4.loadSplat(left, 4 * index));
      row.forEach((sum, column) => void sum.set(factor.mulAdd(fours[column]!, sum)));
    });
    left.set(left.add(4 * rows));
    right.set(right.add(4 * columns));
  });
  return sums;
}

const power = wasmFunction('power', { base: 'i32', exponent: 'i32' }, 'i32', (k, { base, exponent }) => {
  const result = k.variable(i32, 1);
  k.for(0, exponent, 1, () => result.set(result.mul(base)));
  return result;
});

export const examples = kernelFamily('examples', (family) => ({
  /** An item is a tile of C; A and B lie in panels of 4 rows and 8 columns. */
  product: family.kernel({ c: 'i32', a: 'i32', b: 'i32', depth: 'i32' }, (k, { c, a, b, depth }) => {
    k.for(k.begin, k.end, 1, (index) => {
      const panel = k.let(a.add(index.mul(depth).mul(4 * rows)));
      const out = k.let(c.add(index.mul(4 * rows * columns)));
      tile(k, panel, b, depth).forEach((row, at) => {
        row.forEach((sum, four) => void k.store(out, sum, 4 * columns * at + 16 * four));
      });
    });
  }),
  softplus: family.kernel({ out: 'i32', input: 'i32', sharpness: 'f32' }, (k, { out, input, sharpness }) => {
    const beta = k.let(sharpness.splat());
    k.forLanes(k.begin, k.end, (at) => {
      const x = at.load(input).mul(beta);
      const tail = x.abs().neg().exp().add(1).log();
      at.store(out, x.pmax(0).add(tail).div(beta));
    });
  }),
  /** Two results of one value, which is loaded once. */
  sumAndProduct: family.kernel({ sum: 'i32', product: 'i32', input: 'i32' }, (k, { sum, product, input }) => {
    k.forLanes(k.begin, k.end, (at) => {
      const x = k.let(at.load(input));
      at.store(sum, x.add(1));
      at.store(product, x.mul(2));
    });
  }),
  cubes: family.kernel({ out: 'i32', input: 'i32' }, (k, { out, input }) => {
    k.for(k.begin, k.end, 1, (index) => {
      const base = i32.load(input.add(index.shl(2)));
      k.store(out.add(index.shl(2)), power.of({ base, exponent: 3 }));
    });
  }),
  rowNorms: family.kernel({ out: 'i32', input: 'i32', width: 'i32' }, (k, { out, input, width }) => {
    k.for(k.begin, k.end, 1, (row) => {
      const start = k.let(input.add(row.mul(width).shl(2)));
      const total = k.variable(f32x4, 0, 'total');
      k.forLanes(0, width, (at) => {
        const x = at.load(start);
        total.set(x.mulAdd(x, total));
      });
      k.store(out.add(row.shl(2)), total.sumLanes().sqrt());
    });
  }),
}));
