import {
  heap,
  type I32,
  type KernelBuilder,
  kernelFamily,
  type Numerics,
} from '../../packages/wasm/src/index.ts';

let families = 0;

/** A kernel of its own family with one pointer, for tests of single constructs. */
export function kernelOf(body: (k: KernelBuilder, at: I32) => void, numerics?: Numerics) {
  families++;
  return kernelFamily(
    `test-${families}`,
    (family) => ({ only: family.kernel({ at: 'i32' }, (k, { at }) => body(k, at)) }),
    numerics === undefined ? {} : { numerics },
  ).only;
}

/** Runs such a kernel once on some integers and gives what it leaves of them. */
export function runOn(
  input: readonly number[],
  body: (k: KernelBuilder, at: I32) => void,
  items = 1,
): number[] {
  const kernel = kernelOf(body);
  const pointer = heap.allocate(4 * input.length);
  try {
    heap.i32(pointer, input.length).set(input);
    kernel.run(items, [pointer]);
    return [...heap.i32(pointer, input.length)];
  } finally {
    heap.free(pointer);
  }
}

/** Builds such a kernel without running it. */
export function build(body: (k: KernelBuilder, at: I32) => void): Uint8Array<ArrayBuffer> {
  return kernelOf(body).moduleBytes;
}
