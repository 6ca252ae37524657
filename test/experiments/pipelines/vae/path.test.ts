import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { along } from '../../../../packages/experiments/src/pipelines/vae/path.ts';
import { halved, tiled } from '../../../../packages/experiments/src/pipelines/vae/show.ts';

const [east, north] = [Float32Array.of(2, 0), Float32Array.of(0, 2)];
const norm = (code: Float32Array) => Math.hypot(...code);

describe('along', () => {
  test('straight: half of both in the middle', () => {
    expect([...along(east, north, 0.5, 'linear')]).toEqual([1, 1]);
    expect([...along(east, north, 0.25, 'linear')]).toEqual([1.5, 0.5]);
  });

  test('along an arc: as far from the middle as the ends, at equal angles', () => {
    const third = along(east, north, 1 / 3, 'spherical');
    expect(third[0]).toBeCloseTo(2 * Math.cos(Math.PI / 6), 6);
    expect(third[1]).toBeCloseTo(2 * Math.sin(Math.PI / 6), 6);
  });

  test.each(['linear', 'spherical'] as const)(
    '%s: begins and ends at the ends, whatever they are',
    (path) => {
      const codes = fc.array(fc.float({ min: -5, max: 5, noNaN: true }), { minLength: 4, maxLength: 4 });
      fc.assert(
        fc.property(codes, codes, (a, b) => {
          const [from, to] = [Float32Array.from(a), Float32Array.from(b)];
          const ends = [0, 1].map((share) => along(from, to, share, path));
          from.forEach((value, i) => {
            expect(ends[0]![i]).toBeCloseTo(value, 4);
            expect(ends[1]![i]).toBeCloseTo(to[i]!, 4);
          });
        }),
      );
    },
  );

  test('an arc between codes of one length keeps that length', () => {
    const angle = fc.double({ min: 0.01, max: 3.1, noNaN: true });
    const share = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(angle, share, (angle, share) => {
        const to = Float32Array.of(2 * Math.cos(angle), 2 * Math.sin(angle));
        expect(norm(along(east, to, share, 'spherical'))).toBeCloseTo(2, 4);
      }),
    );
  });

  test.each([
    ['the same', east, east],
    ['opposite', east, Float32Array.of(-2, 0)],
    ['at the origin', new Float32Array(2), east],
  ])('ends that are %s have no one arc: the way is straight', (_, from, to) => {
    expect([...along(from, to, 0.3, 'spherical')]).toEqual([...along(from, to, 0.3, 'linear')]);
  });
});

describe('pictures', () => {
  test('halved: means over two by two cells', () => {
    const data = Float32Array.of(1, 3, 5, 7, 1, 3, 9, 11);
    expect(halved({ data, bins: 2, frames: 4 })).toEqual({
      ...{ bins: 1, frames: 2, data: Float32Array.of(2, 8) },
    });
  });

  test('tiled: row by row, the first row lowest', () => {
    const tiles = [1, 2, 3, 4].map((value) => ({
      ...{ bins: 1, frames: 2, data: new Float32Array(2).fill(value) },
    }));
    expect(tiled(tiles, 2)).toEqual({
      ...{ bins: 2, frames: 4, data: Float32Array.of(1, 1, 2, 2, 3, 3, 4, 4) },
    });
  });
});
