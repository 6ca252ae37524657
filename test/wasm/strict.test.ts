import { expect, test } from 'vitest';
import { heap, kernelFamily, relaxedMadd, setNumerics } from '../../packages/wasm/src/index.ts';

test('strict numerics, chosen before the first kernel, hold for all families', () => {
  setNumerics('strict');
  expect(relaxedMadd()).toBe(false);
  const { fused } = kernelFamily('strict everywhere', (declare) => ({
    fused: declare.kernel({ at: 'i32' }, (k, { at }) => {
      k.forLanes(k.begin, k.end, (lane) => lane.store(at, lane.load(at).mulAdd(lane.load(at), -1)));
    }),
  }));
  const pointer = heap.allocate(4);
  const x = 1 + 2 ** -13;
  heap.f32(pointer, 1)[0] = x;
  fused.run(1, [pointer]);
  expect(heap.f32(pointer, 1)[0]).toBe(Math.fround(x * x) - 1);
  expect(Math.fround(x * x) - 1).not.toBe(Math.fround(x * x - 1));
  expect(() => setNumerics('fast')).toThrow('they are compiled as strict');
});
