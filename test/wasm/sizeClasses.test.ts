import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  classCount,
  classHolding,
  classWithin,
  unitBytes,
  unitsFor,
  unitsOf,
} from '../../packages/wasm/src/heap/sizeClasses.ts';

const units = fc.oneof(fc.integer({ min: 1, max: 5000 }), fc.integer({ min: 1, max: 2 ** 26 }));

describe('size classes', () => {
  test('the class for a size holds it, and the class below does not', () => {
    fc.assert(
      fc.property(units, (size) => {
        const sizeClass = classHolding(size);
        expect(unitsOf(sizeClass)).toBeGreaterThanOrEqual(size);
        if (sizeClass > 1) expect(unitsOf(sizeClass - 1)).toBeLessThan(size);
      }),
    );
  });

  test('the class within a size fits, and the class above does not', () => {
    fc.assert(
      fc.property(units, (size) => {
        const sizeClass = classWithin(size);
        expect(unitsOf(sizeClass)).toBeLessThanOrEqual(size);
        expect(unitsOf(sizeClass + 1)).toBeGreaterThan(size);
      }),
    );
  });

  test('classes grow, and none wastes more than 6.25 %', () => {
    for (let sizeClass = 2; sizeClass < classCount; sizeClass++) {
      const [below, here] = [unitsOf(sizeClass - 1), unitsOf(sizeClass)];
      expect(here).toBeGreaterThan(below);
      if (below >= 16) expect(here / (below + 1)).toBeLessThanOrEqual(1.0625);
    }
  });

  test('the last class is the whole address space', () => {
    expect(classHolding(2 ** 26)).toBe(classCount - 1);
    expect(unitsOf(classCount - 1) * unitBytes).toBe(2 ** 32);
  });

  test('no bytes still take one unit', () => {
    expect([0, 1, 64, 65, 128, 129].map(unitsFor)).toEqual([1, 1, 1, 2, 2, 3]);
  });
});
