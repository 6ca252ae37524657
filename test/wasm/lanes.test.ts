import { describe, expect, test } from 'vitest';
import type { I32 } from '../../packages/wasm/src/index.ts';
import { f32x4, heap, kernelFamily, type LanePosition } from '../../packages/wasm/src/index.ts';
import { build } from './harness.ts';

const sizes = Array.from({ length: 68 }, (_, size) => size);
const capacity = 96;
const [out, input, bytes] = [
  heap.allocate(4 * capacity),
  heap.allocate(4 * capacity),
  heap.allocate(capacity),
];
const untouched = -77;

/** Values with both signs and none like another, and bytes 0 or 1. */
const value = (index: number) => ((index * 37) % 23) - 11 + index / 64;
const flag = (index: number) => ((index * 5) % 3 === 0 ? 1 : 0);

interface Arrays {
  readonly out: I32;
  readonly input: I32;
  readonly bytes: I32;
}
type Formula = (at: LanePosition, arrays: Arrays) => void;
type View = 'f32' | 'i32' | 'u8';

const formulas: Record<string, { lanes: Formula; view: View; expected: (index: number) => number }> = {
  'floats in and out': {
    lanes: (at, { out, input }) => at.store(out, at.load(input).mul(2.5).add(1)),
    view: 'f32',
    expected: (index) => Math.fround(Math.fround(value(index) * 2.5) + 1),
  },
  'elements further on': {
    lanes: (at, { out, input }) => at.store(out, at.load(input).add(at.load(input, 0, 1))),
    view: 'f32',
    expected: (index) => Math.fround(value(index) + value(index + 1)),
  },
  'a constant': { lanes: (at, { out }) => at.store(out, 3), view: 'f32', expected: () => 3 },
  integers: {
    lanes: (at, { out, input }) => at.storeI32(out, at.loadI32(input).xor(0x55)),
    view: 'i32',
    expected: (index) => new Int32Array(Float32Array.of(value(index)).buffer)[0]! ^ 0x55,
  },
  'integers further on': {
    lanes: (at, { out, input }) => at.storeI32(out, at.loadI32(input, 2)),
    view: 'i32',
    expected: (index) => new Int32Array(Float32Array.of(value(index + 2)).buffer)[0]!,
  },
  'a mask out': {
    lanes: (at, { out, input }) => at.storeMask(out, at.load(input).gt(0)),
    view: 'u8',
    expected: (index) => (value(index) > 0 ? 1 : 0),
  },
  'a mask in': {
    lanes: (at, { out, input, bytes }) => at.store(out, at.loadMask(bytes).select(at.load(input), -1)),
    view: 'f32',
    expected: (index) => (flag(index) === 1 ? value(index) : -1),
  },
  'bytes as integers': {
    lanes: (at, { out, bytes }) => at.storeI32(out, at.loadBytes(bytes).mul(200)),
    view: 'i32',
    expected: (index) => 200 * flag(index),
  },
  'exp, the same in the tail': {
    lanes: (at, { out, input }) => at.store(out, at.load(input).exp().log().sin()),
    view: 'f32',
    expected: (index) => heap.f32(reference, capacity)[index]!,
  },
};

const reference = heap.allocate(4 * capacity);

function viewOf(view: View): number[] {
  return [...heap[view](out, capacity)];
}

function prepare(view: View): void {
  heap[view](out, capacity).fill(view === 'u8' ? 77 : untouched);
  heap.f32(input, capacity).set(Array.from({ length: capacity }, (_, index) => value(index)));
  heap.u8(bytes, capacity).set(Array.from({ length: capacity }, (_, index) => flag(index)));
}

function family(unroll: number) {
  return kernelFamily(`lanes by ${unroll}`, (declare) =>
    Object.fromEntries(
      Object.entries(formulas).map(([name, { lanes }]) => [
        name,
        declare.kernel(
          { out: 'i32', input: 'i32', bytes: 'i32', first: 'i32' },
          (k, { first, ...arrays }) => {
            k.forLanes(first, k.end, (at) => lanes(at, arrays), { unroll });
          },
        ),
      ]),
    ),
  );
}

describe.each([1, 2, 3, 4])('forLanes with %i fours in a round', (unroll) => {
  const kernels = family(unroll);

  test.each(Object.entries(formulas))('%s: sizes 0 to 67, and nothing beyond', (name, { view, expected }) => {
    prepare('f32');
    kernels['exp, the same in the tail']!.run(capacity, [reference, input, bytes, 0]);
    for (const size of sizes) {
      for (const first of [0, 1, 3].filter((begin) => begin <= size)) {
        prepare(view);
        const before = viewOf(view);
        kernels[name]!.run(size, [out, input, bytes, first]);
        const wanted = before.map((old, index) => (index >= first && index < size ? expected(index) : old));
        expect(viewOf(view), `${first} to ${size}`).toEqual(wanted);
      }
    }
  });

  test('an end before the beginning computes nothing', () => {
    prepare('f32');
    const before = viewOf('f32');
    kernels['a constant']!.run(3, [out, input, bytes, 9]);
    expect(viewOf('f32')).toEqual(before);
  });
});

describe('sums and maxima over all elements', () => {
  const kernels = kernelFamily('lane reductions', (declare) => ({
    /** Of x + 100, so that the zeros of a tail would show. */
    sum: declare.kernel({ to: 'i32', from: 'i32' }, (k, { to, from }) => {
      const total = k.variable(f32x4, 0);
      k.forLanes(k.begin, k.end, (at) => total.set(total.add(at.only(at.load(from).add(100), 0))));
      k.store(to, total.sumLanes());
    }),
    largest: declare.kernel({ to: 'i32', from: 'i32' }, (k, { to, from }) => {
      const most = k.variable(f32x4, -Infinity);
      k.forLanes(k.begin, k.end, (at) => most.set(most.max(at.load(from, -Infinity))), { unroll: 2 });
      k.store(to, most.maxLanes());
    }),
    /** As many sums as fours in a round. */
    apart: declare.kernel({ to: 'i32', from: 'i32' }, (k, { to, from }) => {
      const totals = [0, 1, 2].map(() => k.variable(f32x4, 0));
      const add = (at: LanePosition) => {
        const total = totals[at.part]!;
        total.set(total.add(at.load(from)));
      };
      k.forLanes(k.begin, k.end, add, { unroll: totals.length });
      k.store(to, totals[0]!.add(totals[1]!).add(totals[2]!).sumLanes());
    }),
    position: declare.kernel({ to: 'i32' }, (k, { to }) => {
      k.forLanes(k.begin, k.end, (at) => k.store(to, at.index));
    }),
  }));

  test.each(sizes)('of %i elements', (size) => {
    const integers = Array.from({ length: size }, (_, index) => ((index * 29) % 17) - 30);
    heap.f32(input, capacity).fill(1e9).set(integers);
    kernels.sum.run(size, [out, input]);
    expect(heap.f32(out, 1)[0]).toBe(integers.reduce((sum, x) => sum + x + 100, 0));
    kernels.apart.run(size, [out, input]);
    expect(heap.f32(out, 1)[0]).toBe(integers.reduce((sum, x) => sum + x, 0));
    kernels.largest.run(size, [out, input]);
    expect(heap.f32(out, 1)[0]).toBe(Math.max(...integers));
  });

  test.each([
    [1, 0],
    [4, 0],
    [5, 4],
    [66, 65],
    [64, 60],
  ])('index at the last position of %i elements is %i', (size, last) => {
    kernels.position.run(size, [out]);
    expect(heap.i32(out, 1)[0]).toBe(last);
  });
});

test('arrays above 2 GiB', () => {
  const low = heap.allocate(2 ** 31);
  const high = heap.allocate(4 * 100);
  heap.f32(high, 100).fill(2);
  const kernels = kernelFamily('high lanes', (declare) => ({
    square: declare.kernel({ array: 'i32' }, (k, { array }) => {
      k.forLanes(k.begin, k.end, (at) => at.store(array, at.load(array).mul(at.load(array))));
    }),
  }));
  kernels.square.run(99, [high]);
  expect([...heap.f32(high, 100)]).toEqual([...new Array(99).fill(4), 2]);
  heap.free(high);
  heap.free(low);
});

test('the code for a four has no instruction to spare', () => {
  const withBody = build((k, at) => k.forLanes(k.begin, k.end, (lane) => lane.store(at, lane.load(at))));
  const empty = build((k) => k.forLanes(k.begin, k.end, () => undefined));
  const four = 'get get add get get add load(4) store(4)'.split(' ').length;
  expect(withBody.length - empty.length).toBeLessThanOrEqual(2 * (2 * four + 10));
});
