import { expect, test, vi } from 'vitest';

/** A page that is not cross-origin isolated has no SharedArrayBuffer; everything must work without it. */
test('without SharedArrayBuffer the heap is plain memory, and kernels survive its growth', async () => {
  vi.stubGlobal('SharedArrayBuffer', undefined);
  const { heap, kernelFamily } = await import('../../packages/wasm/src/index.ts');
  expect(heap.shared).toBe(false);
  const { twice } = kernelFamily('unshared', (declare) => ({
    twice: declare.kernel({ array: 'i32', by: 'f32' }, (k, { array, by }) => {
      k.forLanes(k.begin, k.end, (at) => at.store(array, at.load(array).mul(by.splat())));
    }),
  }));
  const pointer = heap.allocate(40);
  heap.f32(pointer, 10).fill(1);
  twice.run(10, [pointer, 2]);
  const view = heap.f32(pointer, 10);
  expect(heap.buffer).toBeInstanceOf(ArrayBuffer);
  heap.allocate(2 * heap.buffer.byteLength);
  expect(view.length).toBe(0);
  twice.run(10, [pointer, 2]);
  expect([...heap.f32(pointer, 10)]).toEqual(new Array(10).fill(4));
});
