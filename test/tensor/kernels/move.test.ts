import { type AnyTensor, emptyTensor, fromArray, type Shape } from '@sonograd/tensor';
import fc from 'fast-check';
import { describe, test } from 'vitest';
import { type Box, moveBox } from '../../../packages/tensor/src/move/move.ts';
import { expectAsReference, noise } from './compare.ts';

const sizeOf = (shape: Shape) => shape.reduce((product, size) => product * size, 1);
const filled = (shape: Shape): AnyTensor => fromArray(noise(sizeOf(shape)), shape);
const masks = (shape: Shape): AnyTensor =>
  fromArray(
    Uint8Array.from(noise(sizeOf(shape)), (value) => Number(value > 0)),
    shape,
  );
const kinds = [filled, masks];

/** Where a box lies that walks an order of axes, some backwards, some in steps, some repeating one place. */
interface Plan {
  readonly sizes: Shape;
  readonly order: readonly number[];
  readonly ways: readonly ('forwards' | 'backwards' | 'steps' | 'repeats')[];
}

const plans: fc.Arbitrary<Plan> = fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: 6 }).chain((sizes) =>
  fc.record({
    sizes: fc.constant(sizes),
    order: fc.shuffledSubarray(
      sizes.map((_, axis) => axis),
      { minLength: sizes.length },
    ),
    ways: fc.array(fc.constantFrom('forwards', 'forwards', 'backwards', 'steps', 'repeats'), {
      minLength: sizes.length,
      maxLength: sizes.length,
    }),
  }),
);

/** A box of the plan's sizes inside the smallest tensor that holds it. */
function boxOf({ sizes, order, ways }: Plan, mayRepeat: boolean): { length: number; box: Box } {
  const strides = sizes.map(() => 0);
  let [length, offset] = [1, 0];
  for (const axis of order) {
    const way = ways[axis] === 'repeats' && !mayRepeat ? 'forwards' : ways[axis]!;
    const step = length * (way === 'steps' ? 3 : 1);
    strides[axis] = way === 'repeats' ? 0 : way === 'backwards' ? -step : step;
    if (way === 'backwards') offset += step * (sizes[axis]! - 1);
    if (way !== 'repeats') length = step * sizes[axis]!;
  }
  return { length, box: { offset, strides } };
}

function moved(make: (shape: Shape) => AnyTensor, from: Plan, to: Plan): AnyTensor {
  const source = boxOf(from, true);
  const target = boxOf(to, false);
  const input = make([source.length]);
  const out = emptyTensor('moved', [target.length], input.dtype);
  out.data.fill(0);
  moveBox(from.sizes, out, target.box, input, source.box);
  return out;
}

describe('moveBox', () => {
  test('any box of words and of bytes into rows that lie together', () => {
    fc.assert(
      fc.property(plans, (from) => {
        const order = from.sizes.map((_, axis) => from.sizes.length - 1 - axis);
        const to = { sizes: from.sizes, order, ways: from.sizes.map(() => 'forwards' as const) };
        for (const make of kinds) expectAsReference(() => moved(make, from, to));
      }),
      { numRuns: 300 },
    );
  });

  test('any box into any box', () => {
    fc.assert(
      fc.property(plans, fc.nat(1000), (from, turn) => {
        const order = from.order.map((_, place) => from.order[(place + turn) % from.order.length]!);
        const ways = from.ways.map((_, axis) => from.ways[(axis + turn) % from.ways.length]!);
        for (const make of kinds)
          expectAsReference(() => moved(make, from, { sizes: from.sizes, order, ways }));
      }),
      { numRuns: 200 },
    );
  });
});

describe('transposes', () => {
  const lengths = [1, 3, 4, 5, 15, 16, 17, 64, 65, 255, 256, 257, 300];

  test.each(lengths)('%i rows, across the borders of blocks', (rows) => {
    for (const columns of lengths) {
      expectAsReference(() => (filled([rows, columns]) as AnyTensor).permute([1, 0]) as AnyTensor);
    }
  });

  test('planes within planes, with more axes outside than a kernel walks', () => {
    const x = () => filled([2, 3, 5, 2, 9, 6]);
    expectAsReference(() => x().permute([0, 2, 3, 5, 1, 4]) as AnyTensor);
    expectAsReference(() => x().permute([5, 4, 3, 2, 1, 0]) as AnyTensor);
    expectAsReference(() => x().permute([1, 0, 3, 2, 5, 4]) as AnyTensor);
  });

  test('rows long enough for memory.copy', () => {
    expectAsReference(() => filled([3, 4, 3000]).permute([1, 0, 2]) as AnyTensor);
    expectAsReference(() => masks([3, 4, 3000]).permute([1, 0, 2]) as AnyTensor);
  });
});

describe('conversions', () => {
  const dtypes = ['float32', 'int32', 'bool'] as const;
  const given = () =>
    fromArray(Float32Array.from([0, -0, 0.9, -0.9, 1.5, -2.7, 3e4, -1, 2e9]), [9]) as AnyTensor;

  test.each(dtypes.flatMap((from) => dtypes.map((to) => [from, to] as const)))('%s to %s', (from, to) => {
    expectAsReference(() => (given().to(from) as AnyTensor).to(to) as AnyTensor);
  });
});
