import { einsum, expand, gather, pad, roll, scatterAdd, split, type Tensor } from '@sonograd/tensor';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { onEveryEngine } from '../engines.ts';
import { draw, elements, expectBits, expectNear, floats, inner, integers, messageOf } from '../laws/plain.ts';

/** Where an element beyond the edge of an axis is taken from; undefined for the value that fills. */
const sources = {
  constant: (at: number, size: number) => (at >= 0 && at < size ? at : undefined),
  replicate: (at: number, size: number) => Math.min(Math.max(at, 0), size - 1),
  reflect: (at: number, size: number) => (at < 0 ? -at : at >= size ? 2 * size - 2 - at : at),
};

const someMatrix = fc.tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 5 }));
const widths = fc.tuple(fc.nat(6), fc.nat(6));

onEveryEngine('moving elements', () => {
  test.each(['constant', 'replicate', 'reflect'] as const)('pad with %s, against plain loops', (mode) => {
    fc.assert(
      fc.property(someMatrix, widths, widths, ([rows, columns], first, second) => {
        const within = ([before, after]: [number, number], size: number): [number, number] =>
          mode === 'reflect' ? [Math.min(before, size - 1), Math.min(after, size - 1)] : [before, after];
        const [top, left] = [within(first, rows), within(second, columns)];
        const x = draw([rows, columns]);
        const wanted: number[] = [];
        for (let r = -top[0]; r < rows + top[1]; r++) {
          for (let c = -left[0]; c < columns + left[1]; c++) {
            const [row, column] = [sources[mode](r, rows), sources[mode](c, columns)];
            wanted.push(row === undefined || column === undefined ? 7 : x.data[row * columns + column]!);
          }
        }
        expectBits(pad(x, [top, left], { mode, value: 7 }), wanted);
      }),
      { numRuns: 30 },
    );
  });

  test('roll by any shift is a place modulo the length', () => {
    const shifts = fc.oneof(fc.integer({ min: -12, max: 12 }), fc.integer({ min: -1e9, max: 1e9 }));
    fc.assert(
      fc.property(someMatrix, shifts, ([rows, columns], shift) => {
        const x = draw([rows, columns]);
        const from = (to: number) => (((to - shift) % columns) + columns) % columns;
        const wanted = elements(x).map((_, at) => x.data[at - (at % columns) + from(at % columns)]!);
        expectBits(roll(x, shift, 1), wanted);
        expectBits(roll(roll(x, shift, 0), -shift, 0), x);
      }),
      { numRuns: 40 },
    );
  });

  test('split into uneven pieces, empty ones too, and concat are each other’s reverse', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(4), { minLength: 1, maxLength: 6 }), (sizes) => {
        const total = sizes.reduce((sum, size) => sum + size, 0);
        const x = draw([2, total]);
        const pieces = split(x, sizes as readonly number[], 1) as Tensor[];
        expect(pieces.map((piece) => piece.shape)).toEqual(sizes.map((size) => [2, size]));
        const rows = [0, 1].flatMap((row) =>
          pieces.flatMap((piece) =>
            elements(piece).slice(row * piece.shape[1]!, (row + 1) * piece.shape[1]!),
          ),
        );
        expectBits(rows, x);
      }),
      { numRuns: 40 },
    );
  });

  test('<gather(x), y> = <x, scatterAdd(0, y)>, with places named twice or never', () => {
    const cases = fc.integer({ min: 1, max: 5 }).chain((length) =>
      fc.record({
        length: fc.constant(length),
        places: fc.array(fc.nat(length - 1), { minLength: 1, maxLength: 9 }),
      }),
    );
    fc.assert(
      fc.property(cases, ({ length, places }) => {
        const index = integers([...places, ...places.toReversed()], [2, places.length]);
        const [x, y] = [draw([2, length], 1), draw([2, places.length], 2)];
        const zero = floats(new Array<number>(2 * length).fill(0), [2, length]);
        const there = inner(gather(x, 1, index), y);
        const back = inner(x, scatterAdd(zero, 1, index, y));
        expectNear(there, back, 2 * places.length);
        const leaf = x.detach();
        leaf.requiresGrad = true;
        gather(leaf, 1, index).mul(y).sum().backward();
        expectBits(leaf.grad!, scatterAdd(zero, 1, index, y));
      }),
      { numRuns: 40 },
    );
  });
});

describe('words of refusal', () => {
  const [row, matrix] = [draw([3]), draw([2, 3])];

  test.each([
    ['ij->', 'i>j', "the equation must look like 'ij,jk->ik', got 'i>j'"],
    ['two arrows', 'ij->i->j', "the equation must look like 'ij,jk->ik', got 'ij->i->j'"],
    ['an ellipsis', '...j->j', "the equation must look like 'ij,jk->ik', got '...j->j'"],
    ['a missing operand', 'ij,jk->ik', "'ij,jk->ik' names 2 operands, got 1"],
    ['too few letters', 'i->i', "'i' needs 1 axes, got [2, 3]"],
    ['one letter for two sizes', 'ii->i', "'i' of 'ii->i' is 2 and 3"],
    ['a letter from nowhere', 'ij->k', "'k' must occur in an operand, and once in the result, got 'ij->k'"],
    ['a letter twice', 'ij->ii', "'i' must occur in an operand, and once in the result, got 'ij->ii'"],
  ])('einsum: %s', (_, equation, words) => {
    expect(messageOf(() => einsum(equation as string, matrix))).toBe(`einsum: ${words}`);
  });

  test.each([
    [[2], 'expand: cannot repeat [2, 3] to [2]'],
    [[4, 3], 'expand: cannot repeat [2, 3] to [4, 3]'],
    [[-1, 2, 3], 'expand: cannot repeat [2, 3] to [-1, 2, 3]'],
    [[2, 3, 1], 'expand: cannot repeat [2, 3] to [2, 3, 1]'],
  ])('expand to %j', (to, words) => {
    expect(messageOf(() => expand(matrix, to as readonly number[]))).toBe(words);
  });

  test.each([
    [0, 'split: the size must be a whole number from 1, got 0'],
    [1.5, 'split: the size must be a whole number from 1, got 1.5'],
    [[1, 1], 'split: sizes must add up to 3, got [1, 1] for [3]'],
    [[], 'split: sizes must add up to 3, got [] for [3]'],
  ])('split by %j', (sizes, words) => {
    expect(messageOf(() => split(row, sizes as number | readonly number[]))).toBe(words);
  });

  test.each([
    ['reflect', [3, 0], 'pad: reflect reaches at most 2 beyond an axis of 3, got [3, 0]'],
    ['reflect', [0, 4], 'pad: reflect reaches at most 2 beyond an axis of 3, got [0, 4]'],
    [
      'constant',
      [-1, 0],
      'pad: widths must be [before, after] of at least 0 for each axis, got [[-1,0]] for [3]',
    ],
  ] as const)('pad with %s by %j', (mode, pair, words) => {
    expect(messageOf(() => pad(row, [pair] as readonly (readonly [number, number])[], { mode }))).toBe(words);
  });
});
