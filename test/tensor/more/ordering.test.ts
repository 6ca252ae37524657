import { type AnyTensor, argsort, type Shape, sort, type Tensor, topK } from '@sonograd/tensor';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { onEveryEngine } from '../engines.ts';
import { expectBits, floats, integers, messageOf } from '../laws/plain.ts';

/** Few different values, so that ties are common; with everything that is hard to order. */
const awkward = fc.constantFrom(0, -0, 1, -1, 2.5, Number.NaN, Infinity, -Infinity, 3e38, -3e38, 1e-40);

/** A box of rows x length x columns, to be ordered along its middle axis. */
const someBox = fc
  .tuple(fc.integer({ min: 1, max: 3 }), fc.nat(9), fc.integer({ min: 1, max: 3 }))
  .chain(([outer, length, inner]) =>
    fc.record({
      shape: fc.constant([outer, length, inner] as const),
      values: fc.array(awkward, { minLength: outer * length * inner, maxLength: outer * length * inner }),
    }),
  );

/** NaN last, both zeros equal, ties left as they stand. */
function plainOrder(values: readonly number[], descending: boolean): number[] {
  const compare = (a: number, b: number) => {
    if (Number.isNaN(a) || Number.isNaN(b)) return Number(Number.isNaN(a)) - Number(Number.isNaN(b));
    return a < b ? -1 : a > b ? 1 : 0;
  };
  const sign = descending ? -1 : 1;
  return values.map((_, at) => at).sort((i, j) => sign * compare(values[i]!, values[j]!) || i - j);
}

/** `of` every line along the middle axis, put back where the line was. */
function eachLine(
  [outer, length, inner]: readonly [number, number, number],
  values: ArrayLike<number>,
  of: (line: number[]) => number[],
): number[] {
  const lines = Array.from({ length: outer * inner }, (_, line) => {
    const [o, i] = [Math.floor(line / inner), line % inner];
    return of(Array.from({ length }, (_, k) => values[(o * length + k) * inner + i]!));
  });
  const kept = lines[0]!.length;
  return Array.from({ length: outer * kept * inner }, (_, at) => {
    const [o, k, i] = [Math.floor(at / (kept * inner)), Math.floor(at / inner) % kept, at % inner];
    return lines[o * inner + i]![k]!;
  });
}

onEveryEngine('order along an axis', () => {
  test('argsort is the stable order of a plain sort', () => {
    fc.assert(
      fc.property(someBox, fc.boolean(), ({ shape, values }, descending) => {
        const x = floats(values, shape);
        const wanted = eachLine(shape, x.data, (line) => plainOrder(line, descending));
        expectBits(argsort(x, 1, { descending }), wanted);
      }),
      { numRuns: 60 },
    );
  });

  test('sort gives what stands at these positions, bit for bit', () => {
    fc.assert(
      fc.property(someBox, fc.boolean(), ({ shape, values }, descending) => {
        const x = floats(values, shape);
        const { values: sorted, indices } = sort(x, 1, { descending });
        expect(sorted.shape).toEqual(shape);
        expectBits(indices, argsort(x, 1, { descending }));
        const wanted = eachLine(shape, x.data, (line) => plainOrder(line, descending).map((at) => line[at]!));
        expectBits(sorted, wanted);
      }),
      { numRuns: 60 },
    );
  });

  test('topK is the beginning of sort, for every k from none to all', () => {
    fc.assert(
      fc.property(someBox, fc.boolean(), fc.nat(9), ({ shape, values }, largest, wish) => {
        const k = Math.min(wish, shape[1]);
        const x = floats(values, shape);
        const best = topK(x, k, 1, { largest });
        const whole = sort(x, 1, { descending: largest });
        expect(best.values.shape).toEqual([shape[0], k, shape[2]]);
        expectBits(best.values, whole.values.slice(1, 0, k));
        expectBits(best.indices, whole.indices.slice(1, 0, k) as AnyTensor);
      }),
      { numRuns: 60 },
    );
  });

  test('sorting what is sorted moves nothing', () => {
    fc.assert(
      fc.property(someBox, ({ shape, values }) => {
        const once = sort(floats(values, shape), 1).values;
        const again = sort(once, 1);
        expectBits(again.values, once);
        expectBits(
          again.indices,
          eachLine(shape, once.data, (line) => line.map((_, at) => at)),
        );
      }),
      { numRuns: 30 },
    );
  });

  test('integers keep their dtype and all their bits', () => {
    const x = integers([5, -2147483648, 2147483647, 0, 16777217, 16777216]);
    const { values, indices } = x.sort();
    expect(values.dtype).toBe('int32');
    expectBits(values, [-2147483648, 0, 5, 16777216, 16777217, 2147483647]);
    expectBits(indices, [1, 3, 0, 5, 4, 2]);
  });

  test('a gradient goes back to where the element stood, and to nobody who was left out', () => {
    const x = floats([3, 1, 2, 3]);
    x.requiresGrad = true;
    const { values } = x.topK(3);
    values
      .mul(floats([10, 20, 30]))
      .sum()
      .backward();
    expectBits(x.grad!, [10, 0, 30, 20]);
  });
});

describe('what topK refuses', () => {
  const x: Tensor = floats([1, 2, 3]);

  test.each([4, -1, 1.5, Number.NaN])('k of %s', (k) => {
    expect(messageOf(() => topK(x, k))).toBe(`topK: k must be a whole number from 0 to 3, got ${k}`);
  });

  test('an axis that is not there', () => {
    expect(messageOf(() => topK(x, 1, 1 as number))).toMatch(/^topK: /);
    expect(messageOf(() => sort(x, -2 as number))).toMatch(/^sort: /);
  });

  test('yes and no, which have no order', () => {
    const answers = x.gt(1) as AnyTensor as Tensor<Shape, 'bool'>;
    expect(messageOf(() => argsort(answers))).toMatch(/^argsort: /);
  });
});
