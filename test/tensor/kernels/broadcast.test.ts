import { type AnyTensor, fromArray, type Shape } from '@sonograd/tensor';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { emptyPlan, planRows } from '../../../packages/tensor/src/elementwise/planRows.ts';
import { planWalk } from '../../../packages/tensor/src/elementwise/walk.ts';
import { expectAsReference, noise } from './compare.ts';

const sizeOf = (shape: Shape) => shape.reduce((product, size) => product * size, 1);
const filled = (shape: Shape, seed: number) => fromArray(noise(sizeOf(shape), seed), shape);
const words = (shape: Shape, seed: number) =>
  fromArray(
    Int32Array.from(noise(sizeOf(shape), seed), (value) => Math.round(3 * value)),
    shape,
  );
const masks = (shape: Shape, seed: number) =>
  fromArray(
    Uint8Array.from(noise(sizeOf(shape), seed), (value) => Number(value > 0)),
    shape,
  );

/** Shapes of so many operands that broadcast to one another, of up to six axes. */
const related = (operands: number) =>
  fc
    .array(fc.tuple(fc.integer({ min: 1, max: 5 }), fc.nat(2 ** operands - 1)), { maxLength: 6 })
    .map((axes) =>
      Array.from({ length: operands }, (_, operand) =>
        axes.map(([size, kept]) => ((kept >> operand) & 1 ? size : 1)),
      ),
    );

describe('broadcast kernels', () => {
  test('two operands of up to six axes', () => {
    fc.assert(
      fc.property(related(2), ([a, b]) => {
        expectAsReference(() => filled(a!, 1).sub(filled(b!, 2)));
        expectAsReference(() => words(a!, 1).sub(words(b!, 2)));
        expectAsReference(() => masks(a!, 1).lt(masks(b!, 2)));
        expectAsReference(() => filled(a!, 1).lt(filled(b!, 2)));
      }),
      { numRuns: 150 },
    );
  });

  test('three operands of up to six axes, of every dtype', () => {
    fc.assert(
      fc.property(related(3), ([condition, a, b]) => {
        for (const make of [filled, words, masks] as ((shape: Shape, seed: number) => AnyTensor)[]) {
          expectAsReference(() => make(a!, 2).where(masks(condition!, 1), make(b!, 3)) as AnyTensor);
        }
      }),
      { numRuns: 100 },
    );
  });

  test.each([
    [
      [3, 70_000],
      [3, 1],
    ],
    [[3, 70_000], [70_000]],
    [[70_000], [1]],
    [[70_001, 3], [3]],
    [
      [1, 4, 5000],
      [7, 1, 5000],
    ],
  ])('long rows and many rows: %j and %j', (a, b) => {
    expectAsReference(() => filled(a, 1).mul(filled(b, 2)));
    expectAsReference(() => filled(b, 1).sub(filled(a, 2)));
  });
});

describe('planRows', () => {
  test('finds the loops that planWalk finds', () => {
    fc.assert(
      fc.property(related(3), (shapes) => {
        const target = shapes[0]!.map((_, axis) => Math.max(...shapes.map((shape) => shape[axis]!)));
        const walk = planWalk(target, shapes);
        const plan = emptyPlan(3);
        const fits = planRows(
          plan,
          target,
          shapes.map((shape) => ({ shape })),
        );
        expect(fits).toBe(walk.sizes.length <= 3);
        if (!fits || target.every((size) => size === 1)) return;
        const loops = walk.sizes.length;
        expect(plan.sizes.slice(0, loops).reverse()).toEqual(walk.sizes);
        expect(plan.sizes.slice(loops)).toEqual(plan.sizes.slice(loops).map(() => 1));
        const byOperand = shapes.map((_, operand) =>
          plan.steps.slice(0, loops).map((steps) => steps[operand]!),
        );
        expect(byOperand.map((steps) => steps.reverse())).toEqual(walk.strides);
      }),
      { numRuns: 300 },
    );
  });
});
