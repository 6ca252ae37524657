import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { NormaliseConfig } from '../../../packages/experiments/src/features/config.ts';
import type { Feature } from '../../../packages/experiments/src/features/fit.ts';
import {
  applyMoments,
  measureMoments,
  undoMoments,
} from '../../../packages/experiments/src/features/moments.ts';

const feature = (values: number[], bins: number, valid?: [start: number, validFrames: number]): Feature => {
  const frames = values.length / bins;
  const [start, validFrames] = valid ?? [0, frames];
  return { data: Float32Array.from(values), bins, frames, start, validFrames };
};
const config = (change: Partial<NormaliseConfig>): NormaliseConfig => ({
  kind: 'mean-variance',
  over: 'corpus',
  per: 'all',
  ...change,
});

describe('measureMoments', () => {
  const two = [feature([1, 3, 10, 30], 2), feature([5, 7, 50, 70], 2)];

  test('one pair for everything', () => {
    const { offset, scale } = measureMoments(two, config({}));
    expect(offset).toEqual([22]);
    const values = [1, 3, 10, 30, 5, 7, 50, 70];
    const variance = values.reduce((sum, value) => sum + (value - 22) ** 2, 0) / 8;
    expect(scale[0]).toBeCloseTo(Math.sqrt(variance), 10);
  });

  test('a pair for each bin, and for each cell', () => {
    expect(measureMoments(two, config({ per: 'bin' })).offset).toEqual([4, 40]);
    expect(measureMoments(two, config({ per: 'bin', kind: 'min-max' }))).toEqual({
      per: 'bin',
      offset: [1, 10],
      scale: [6, 60],
    });
    expect(measureMoments(two, config({ per: 'cell' })).offset).toEqual([3, 5, 30, 50]);
    expect(measureMoments(two, config({ per: 'cell', kind: 'min-max' })).scale).toEqual([4, 4, 40, 40]);
  });

  test('padding does not count, but for cells', () => {
    const padded = [feature([-99, 2, 4, -99, -99, 6, 8, -99], 2, [1, 2])];
    expect(measureMoments(padded, config({}))).toMatchObject({ offset: [5] });
    expect(measureMoments(padded, config({ per: 'bin', kind: 'min-max' })).offset).toEqual([2, 6]);
    expect(measureMoments(padded, config({ per: 'cell' })).offset[0]).toBe(-99);
  });

  test('clips of other lengths fit, cells of other lengths do not', () => {
    const mixed = [feature([1, 2], 1), feature([3, 4, 5], 1)];
    expect(measureMoments(mixed, config({})).offset).toEqual([3]);
    expect(() => measureMoments(mixed, config({ per: 'cell' }))).toThrow(
      'measureMoments: the feature does not fit the moments, [1, 3], 2 per cell',
    );
    expect(() => measureMoments([], config({}))).toThrow('there must be at least one feature, 0');
  });

  test('a constant is moved to zero and not blown up', () => {
    for (const kind of ['mean-variance', 'min-max'] as const) {
      const flat = feature([4, 4, 4, 4], 2);
      applyMoments(flat, measureMoments([flat], config({ kind, per: 'bin' })));
      expect([...flat.data]).toEqual([0, 0, 0, 0]);
    }
  });
});

describe('applyMoments', () => {
  const values = fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: 12, maxLength: 12 });

  test('gives mean 0 and deviation 1, or 0 to 1; undoMoments gives back what was', () => {
    fc.assert(
      fc.property(
        values.filter((list) => new Set(list).size > 1),
        fc.constantFrom('mean-variance' as const, 'min-max' as const),
        fc.constantFrom('all' as const, 'bin' as const, 'cell' as const),
        (list, kind, per) => {
          const changed = feature(list, 3);
          const moments = measureMoments([changed], config({ kind, per }));
          applyMoments(changed, moments);
          if (per === 'all') {
            const mean = changed.data.reduce((sum, value) => sum + value, 0) / 12;
            const deviation = Math.sqrt(
              changed.data.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 12,
            );
            if (kind === 'mean-variance') {
              expect(mean).toBeCloseTo(0, 4);
              expect(deviation).toBeCloseTo(1, 4);
            } else {
              expect(Math.min(...changed.data)).toBe(0);
              expect(Math.max(...changed.data)).toBeCloseTo(1, 6);
            }
          }
          undoMoments(changed, moments);
          changed.data.forEach((value, i) => {
            expect(Math.abs(value - list[i]!)).toBeLessThan(1e-3);
          });
        },
      ),
    );
  });

  test('moments survive JSON, as they must in a checkpoint', () => {
    const moments = measureMoments([feature([1, 2.5, -3, 1 / 3], 2)], config({ per: 'bin' }));
    expect(JSON.parse(JSON.stringify(moments))).toEqual(moments);
  });

  test('a feature of another size is refused', () => {
    const moments = measureMoments([feature([1, 2, 3, 4], 2)], config({ per: 'bin' }));
    expect(() => applyMoments(feature([1, 2, 3], 3), moments)).toThrow(
      'applyMoments: the feature does not fit the moments, [3, 1], 2 per bin',
    );
    expect(() => undoMoments(feature([1, 2, 3], 3), moments)).toThrow('undoMoments');
  });
});
