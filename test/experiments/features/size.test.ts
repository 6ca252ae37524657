import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fitSize } from '../../../packages/experiments/src/features/fit.ts';
import { resizeBilinear } from '../../../packages/experiments/src/features/resize.ts';

interface Golden {
  readonly cases: { from: [number, number]; to: [number, number]; expected: number[] }[];
}

const golden = JSON.parse(
  readFileSync(new URL('../featuresGolden/resize.json', import.meta.url), 'utf8'),
) as Golden;

/** The same arithmetic as in makeResize.py. */
function pattern(bins: number, frames: number) {
  const data = Float32Array.from({ length: bins * frames }, (_, i) => {
    const [y, x] = [Math.floor(i / frames), i % frames];
    return (((y * 31 + x * 17 + y * x * 7) % 23) - 11) / 4;
  });
  return { data, bins, frames };
}

describe('resizeBilinear', () => {
  test.each(golden.cases)('equals OpenCV within 1e-5, $from to $to', ({ from, to, expected }) => {
    const { data, bins, frames } = resizeBilinear(pattern(...from), ...to);
    expect([bins, frames]).toEqual(to);
    expect(data).toHaveLength(expected.length);
    data.forEach((value, i) => {
      expect(Math.abs(value - expected[i]!)).toBeLessThan(1e-5);
    });
  });

  test('never beyond the values there are; a plane stays a plane away from the edges', () => {
    const sizes = fc.tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 9 }));
    fc.assert(
      fc.property(sizes, sizes, (from, to) => {
        const source = pattern(...from);
        const { data } = resizeBilinear(source, ...to);
        expect(Math.min(...data)).toBeGreaterThanOrEqual(Math.min(...source.data) - 1e-6);
        expect(Math.max(...data)).toBeLessThanOrEqual(Math.max(...source.data) + 1e-6);
      }),
    );
    const plane = {
      data: Float32Array.from({ length: 64 }, (_, i) => 3 * Math.floor(i / 8) + (i % 8)),
      bins: 8,
      frames: 8,
    };
    const { data } = resizeBilinear(plane, 16, 16);
    for (let y = 1; y < 15; y++) {
      for (let x = 1; x < 15; x++) {
        expect(data[16 * y + x]).toBeCloseTo(3 * (y / 2 - 0.25) + x / 2 - 0.25, 5);
      }
    }
  });

  test('there and back again is near', () => {
    const smooth = {
      data: Float32Array.from({ length: 400 }, (_, i) => Math.sin(i / 60)),
      bins: 1,
      frames: 400,
    };
    const back = resizeBilinear(resizeBilinear(smooth, 1, 112), 1, 400);
    back.data.forEach((value, i) => {
      if (i > 3 && i < 396) expect(Math.abs(value - smooth.data[i]!)).toBeLessThan(2e-3);
    });
  });
});

describe('fitSize', () => {
  const clip = { data: Float32Array.of(1, 2, 3, -4, 5, 6), bins: 2, frames: 3 };
  const pad = { fit: 'pad', frames: 5, align: 'start', padWith: 'smallest' } as const;

  test('keep', () => {
    expect(fitSize(clip, { fit: 'keep' })).toEqual({ ...clip, start: 0, validFrames: 3 });
  });

  test('a short clip is followed by its smallest value', () => {
    expect(fitSize(clip, pad)).toEqual({
      data: Float32Array.of(1, 2, 3, -4, -4, -4, 5, 6, -4, -4),
      bins: 2,
      frames: 5,
      start: 0,
      validFrames: 3,
    });
  });

  test('or by a number; or it lies in the middle', () => {
    expect([...fitSize(clip, { ...pad, padWith: 0 }).data]).toEqual([1, 2, 3, 0, 0, -4, 5, 6, 0, 0]);
    const centred = fitSize(clip, { ...pad, padWith: 9, align: 'center' });
    expect([...centred.data]).toEqual([9, 1, 2, 3, 9, 9, -4, 5, 6, 9]);
    expect([centred.start, centred.validFrames]).toEqual([1, 3]);
  });

  test('of a long clip the beginning stays, or the middle', () => {
    expect([...fitSize(clip, { ...pad, frames: 2 }).data]).toEqual([1, 2, -4, 5]);
    const middle = fitSize(clip, { ...pad, frames: 1, align: 'center' });
    expect([...middle.data]).toEqual([2, 5]);
    expect([middle.start, middle.validFrames]).toEqual([0, 1]);
  });

  test('resized, every frame counts', () => {
    const { data, ...size } = fitSize(clip, { fit: 'resize', bins: 4, frames: 7 });
    expect(size).toEqual({ bins: 4, frames: 7, start: 0, validFrames: 7 });
    expect(data).toEqual(resizeBilinear(clip, 4, 7).data);
  });
});
