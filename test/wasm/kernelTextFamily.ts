import { kernelFamily } from '../../packages/wasm/src/index.ts';

/** A module that declares kernels when it is imported, for kernel:wat to find. */
export const elsewhere = kernelFamily('elsewhere', (family) => ({
  negate: family.kernel({ array: 'i32' }, (k, { array }) => {
    k.forLanes(k.begin, k.end, (at) => at.store(array, at.load(array).neg()));
  }),
}));
