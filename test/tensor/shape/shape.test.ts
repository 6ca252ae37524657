import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { forEachRow, planWalk } from '../../../packages/tensor/src/elementwise/walk.ts';
import { broadcastShapes, broadcastStrides, collapse } from '../../../packages/tensor/src/shape/broadcast.ts';
import {
  checkShape,
  resolveAxes,
  resolveAxis,
  sameShape,
  showShape,
  sizeOf,
  stridesOf,
} from '../../../packages/tensor/src/shape/shape.ts';

const sizes = fc.array(fc.integer({ min: 1, max: 5 }), { maxLength: 5 });

/** Offsets of all elements of `shape` walked with `strides`, in row-major order. */
function offsetsOf(shape: readonly number[], strides: readonly number[]): number[] {
  return shape.reduce<number[]>(
    (offsets, size, axis) =>
      offsets.flatMap((offset) =>
        Array.from({ length: size }, (_, index) => offset + index * strides[axis]!),
      ),
    [0],
  );
}

describe('shapes', () => {
  test('print as lists', () => {
    expect(showShape([])).toBe('[]');
    expect(showShape([2, 3])).toBe('[2, 3]');
  });

  test('have a size, 1 for a scalar and 0 with an empty axis', () => {
    expect(sizeOf([])).toBe(1);
    expect(sizeOf([4, 0, 3])).toBe(0);
    expect(sizeOf([4, 5])).toBe(20);
  });

  test('are the same when all sizes are', () => {
    expect(sameShape([2, 3], [2, 3])).toBe(true);
    expect(sameShape([2, 3], [2])).toBe(false);
    expect(sameShape([2, 3], [3, 2])).toBe(false);
    expect(sameShape([], [])).toBe(true);
  });

  test('have strides that count elements', () => {
    expect(stridesOf([2, 3, 4])).toEqual([12, 4, 1]);
    expect(stridesOf([])).toEqual([]);
    fc.assert(
      fc.property(sizes, (shape) => {
        expect(offsetsOf(shape, stridesOf(shape))).toEqual(
          Array.from({ length: sizeOf(shape) }, (_, i) => i),
        );
      }),
    );
  });

  test('hold whole numbers of at least 0', () => {
    expect(() => checkShape('zeros', [2, 0])).not.toThrow();
    for (const wrong of [[-1], [1.5], [Number.NaN], [Infinity], [2, -3]]) {
      expect(() => checkShape('zeros', wrong)).toThrow(
        `zeros: sizes must be whole numbers of at least 0, got ${showShape(wrong)}`,
      );
    }
  });
});

describe('axes', () => {
  test('count from the end where negative', () => {
    expect(resolveAxis('sum', -1, 3)).toBe(2);
    expect(resolveAxis('sum', -3, 3)).toBe(0);
    expect(resolveAxis('sum', 1, 3)).toBe(1);
  });

  test.each([
    [3, 3],
    [-4, 3],
    [0.5, 3],
    [Number.NaN, 3],
  ])('%d of a tensor of %i axes is refused', (axis, rank) => {
    expect(() => resolveAxis('sum', axis, rank)).toThrow(`sum: axis must be from -3 to 2, got ${axis}`);
  });

  test('a scalar has none', () => {
    expect(() => resolveAxis('sum', 0, 0)).toThrow('sum: a 0-d tensor has no axes, got 0');
  });

  test('come sorted, and all of them where none is named', () => {
    expect(resolveAxes('sum', undefined, [2, 3])).toEqual([0, 1]);
    expect(resolveAxes('sum', -1, [2, 3])).toEqual([1]);
    expect(resolveAxes('sum', [2, -3], [2, 3, 4])).toEqual([0, 2]);
    expect(resolveAxes('sum', [], [2, 3])).toEqual([]);
  });

  test('may be named once', () => {
    expect(() => resolveAxes('sum', [0, -2], [2, 3])).toThrow(
      'sum: each axis may be named once, got [0, -2]',
    );
  });
});

describe('broadcasting', () => {
  test.each([
    [[2, 3], [3], [2, 3]],
    [
      [2, 1],
      [1, 3],
      [2, 3],
    ],
    [[], [4], [4]],
    [
      [5, 1, 7],
      [6, 1],
      [5, 6, 7],
    ],
    [[0], [1], [0]],
    [
      [2, 3],
      [2, 3],
      [2, 3],
    ],
  ])('%j and %j make %j', (a, b, expected) => {
    expect(broadcastShapes('add', a, b)).toEqual(expected);
    expect(broadcastShapes('add', b, a)).toEqual(expected);
  });

  test.each([
    [[2], [3]],
    [
      [2, 3],
      [2, 2],
    ],
    [[0], [2]],
  ])('%j and %j do not fit', (a, b) => {
    expect(() => broadcastShapes('add', a, b)).toThrow(
      `add: shapes do not broadcast, ${showShape(a)} and ${showShape(b)}`,
    );
  });

  test('a repeated axis has stride 0', () => {
    expect(broadcastStrides([3], [2, 3])).toEqual([0, 1]);
    expect(broadcastStrides([2, 1], [2, 3])).toEqual([1, 0]);
    expect(broadcastStrides([], [2, 3])).toEqual([0, 0]);
  });
});

describe('walks', () => {
  const withStrides = fc.tuple(sizes, fc.infiniteStream(fc.boolean())).map(([shape, drop]) => {
    const repeated = shape.map((size) => (drop.next().value ? 1 : size));
    return { shape, repeated };
  });

  test('join what lies together, and visit the same offsets in the same order', () => {
    fc.assert(
      fc.property(withStrides, ({ shape, repeated }) => {
        const strides = [stridesOf(shape), broadcastStrides(repeated, shape)];
        const walk = collapse(shape, strides);
        strides.forEach((own, operand) => {
          expect(offsetsOf(walk.sizes, walk.strides[operand]!)).toEqual(offsetsOf(shape, own));
        });
        expect(walk.sizes.length).toBeLessThanOrEqual(shape.filter((size) => size > 1).length);
      }),
    );
  });

  test('contiguous operands are one long row', () => {
    expect(collapse([2, 3, 4], [stridesOf([2, 3, 4])])).toEqual({ sizes: [24], strides: [[1]] });
    expect(
      planWalk(
        [2, 3],
        [
          [2, 3],
          [2, 3],
        ],
      ),
    ).toEqual({ sizes: [6], strides: [[1], [1]] });
  });

  test('a row added to a matrix is two loops', () => {
    expect(planWalk([2, 3], [[2, 3], [3]])).toEqual({
      sizes: [2, 3],
      strides: [
        [3, 1],
        [0, 1],
      ],
    });
  });

  test('a scalar is one row of one', () => {
    expect(planWalk([], [[], []])).toEqual({ sizes: [1], strides: [[1], [1]] });
  });

  test('rows come in order, each operand at its place', () => {
    fc.assert(
      fc.property(withStrides, ({ shape, repeated }) => {
        const walk = planWalk(shape, [shape, repeated]);
        const length = walk.sizes.at(-1)!;
        const seen: number[][] = [[], []];
        forEachRow(walk, (row, starts) => {
          expect(seen[0]!.length).toBe(row * length);
          starts.forEach((start, operand) => {
            const step = walk.strides[operand]!.at(-1)!;
            for (let index = 0; index < length; index++) seen[operand]!.push(start + index * step);
          });
        });
        expect(seen[0]).toEqual(offsetsOf(shape, stridesOf(shape)));
        expect(seen[1]).toEqual(offsetsOf(shape, broadcastStrides(repeated, shape)));
      }),
    );
  });

  test('nothing is visited where an axis is empty', () => {
    let rows = 0;
    forEachRow(planWalk([2, 0], [[2, 0], [1]]), () => {
      rows += 1;
    });
    expect(rows).toBe(0);
  });
});
