import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type FeatureSettings, featureConfig } from '../../../packages/experiments/src/features/config.ts';
import { type Feature, fitSize } from '../../../packages/experiments/src/features/fit.ts';
import {
  applyMoments,
  measureMoments,
  undoMoments,
} from '../../../packages/experiments/src/features/moments.ts';
import { addNoise } from '../../../packages/experiments/src/features/noise.ts';
import { resizeBilinear } from '../../../packages/experiments/src/features/resize.ts';
import { spectrumOf } from '../../../packages/experiments/src/features/spectrum.ts';

/** Pictures of a few bins and frames, values from -50 to 50. */
const picture = fc
  .record({ bins: fc.integer({ min: 1, max: 6 }), frames: fc.integer({ min: 1, max: 7 }) })
  .chain(({ bins, frames }) =>
    fc
      .array(fc.float({ min: -50, max: 50, noNaN: true }), {
        minLength: bins * frames,
        maxLength: bins * frames,
      })
      .map((values) => ({ data: Float32Array.from(values), bins, frames })),
  );
const length = fc.integer({ min: 1, max: 12 });
const whole = <Picture extends { frames: number }>(shape: Picture) => ({
  ...shape,
  start: 0,
  validFrames: shape.frames,
});
const largestDifference = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Array.from(a, (value, i) => Math.abs(value - b[i]!)).reduce((most, gap) => Math.max(most, gap), 0);

describe('resizeBilinear', () => {
  test('is the sum over all pixels, each weighed by how near it lies in both directions', () => {
    const weight = (source: number, target: number, at: number, pixel: number) => {
      const centre = ((at + 0.5) * source) / target - 0.5;
      const inside = Math.min(Math.max(centre, 0), source - 1);
      return Math.max(0, 1 - Math.abs(inside - pixel));
    };
    fc.assert(
      fc.property(picture, length, length, (source, bins, frames) => {
        const expected = Array.from({ length: bins * frames }, (_, place) => {
          const [y, x] = [Math.floor(place / frames), place % frames];
          let sum = 0;
          for (let v = 0; v < source.bins; v++) {
            for (let u = 0; u < source.frames; u++) {
              const share = weight(source.bins, bins, y, v) * weight(source.frames, frames, x, u);
              sum += share * source.data[v * source.frames + u]!;
            }
          }
          return sum;
        });
        const resized = resizeBilinear(source, bins, frames);
        expect([resized.bins, resized.frames]).toEqual([bins, frames]);
        expect(largestDifference(resized.data, expected)).toBeLessThan(1e-4);
      }),
    );
  });

  test('of a mirrored picture is the mirrored result', () => {
    const mirrored = ({ data, bins, frames }: { data: Float32Array; bins: number; frames: number }) => ({
      data: data.map((_, i) => data[i - (i % frames) + frames - 1 - (i % frames)]!),
      bins,
      frames,
    });
    fc.assert(
      fc.property(picture, length, length, (source, bins, frames) => {
        const one = mirrored(resizeBilinear(source, bins, frames));
        const other = resizeBilinear(mirrored(source), bins, frames);
        expect(largestDifference(one.data, other.data)).toBeLessThan(1e-4);
      }),
    );
  });
});

describe('fitSize with pad', () => {
  const align = fc.constantFrom('start' as const, 'center' as const);
  const padWith = fc.constantFrom('smallest' as const, 0, -80);

  test('each frame is one of the clip in its place, or padding', () => {
    fc.assert(
      fc.property(picture, length, align, padWith, (source, frames, align, padWith) => {
        const fitted = fitSize(source, { fit: 'pad', frames, align, padWith });
        const { start, validFrames } = fitted;
        const skipped = align === 'center' && source.frames > frames ? (source.frames - frames) >> 1 : 0;
        const filler = padWith === 'smallest' ? Math.min(...source.data) : padWith;
        expect(validFrames).toBe(Math.min(source.frames, frames));
        for (let bin = 0; bin < source.bins; bin++) {
          for (let frame = 0; frame < frames; frame++) {
            const inClip = frame >= start && frame < start + validFrames;
            const from = bin * source.frames + skipped + frame - start;
            expect(fitted.data[bin * frames + frame]).toBe(inClip ? source.data[from] : filler);
          }
        }
      }),
    );
  });

  test('in the middle, padding on both sides differs by one frame at most', () => {
    fc.assert(
      fc.property(picture, length, (source, frames) => {
        const { start, validFrames } = fitSize(source, { fit: 'pad', frames, align: 'center', padWith: 0 });
        const after = frames - start - validFrames;
        expect(after - start === 0 || after - start === 1).toBe(true);
      }),
    );
  });
});

describe('moments', () => {
  const kinds = ['mean-variance', 'min-max'] as const;
  const pers = ['all', 'bin', 'cell'] as const;
  const copyOf = (feature: Feature): Feature => ({ ...feature, data: feature.data.slice() });

  test.each(kinds.flatMap((kind) => pers.map((per) => [kind, per] as const)))(
    '%s per %s: undone, everything is as it was',
    (kind, per) => {
      fc.assert(
        fc.property(picture, (source) => {
          const feature = whole(source);
          const moments = measureMoments([feature], { kind, over: 'corpus', per });
          const there = copyOf(feature);
          applyMoments(there, moments);
          if (kind === 'min-max') {
            for (const value of there.data) expect(value).toBeGreaterThanOrEqual(-1e-5);
            for (const value of there.data) expect(value).toBeLessThanOrEqual(1 + 1e-5);
          }
          undoMoments(there, moments);
          expect(largestDifference(there.data, feature.data)).toBeLessThan(1e-3);
        }),
        { numRuns: 60 },
      );
    },
  );

  test('of several features are those of one that holds all their frames', () => {
    fc.assert(
      fc.property(picture, fc.constantFrom(...kinds), fc.constantFrom('all', 'bin'), (source, kind, per) => {
        const config = { kind, over: 'corpus' as const, per: per as 'all' | 'bin' };
        const columns = Array.from({ length: source.frames }, (_, frame) =>
          whole({
            data: Float32Array.from(
              { length: source.bins },
              (_, bin) => source.data[bin * source.frames + frame]!,
            ),
            bins: source.bins,
            frames: 1,
          }),
        );
        const together = measureMoments([whole(source)], config);
        const apart = measureMoments(columns, config);
        expect(largestDifference(apart.offset, together.offset)).toBeLessThan(1e-9);
        expect(largestDifference(apart.scale, together.scale)).toBeLessThan(1e-4);
      }),
    );
  });

  test('of nothing there are none', () => {
    const config = { kind: 'min-max', over: 'corpus', per: 'all' } as const;
    expect(() => measureMoments([], config)).toThrow('measureMoments: there must be at least one feature, 0');
  });
});

describe('addNoise', () => {
  const tone = Float32Array.from({ length: 4000 }, (_, n) => 0.2 * Math.sin((2 * Math.PI * 440 * n) / 8000));
  const power = (samples: Float32Array) => samples.reduce((sum, value) => sum + value * value, 0);
  const colors = ['white', 'pink', 'brown', 'babble'] as const;

  test.each(colors.flatMap((color) => [-5, 0, 12.5].map((snrDb) => [color, snrDb] as const)))(
    '%s noise lies where it should, %f dB below the sound',
    (color, snrDb) => {
      const noisy = addNoise(tone, 8000, { color, snrDb, seed: 3 }, 'a');
      const noise = noisy.map((value, n) => value - tone[n]!);
      expect(10 * Math.log10(power(tone) / power(noise))).toBeCloseTo(snrDb, 2);
    },
  );

  test.each(colors)('%s noise: the same for the same name and seed, else another', (color) => {
    const noisy = (seed: number, id: string) => addNoise(tone, 8000, { color, snrDb: 0, seed }, id);
    expect(noisy(1, 'a')).toEqual(noisy(1, 'a'));
    expect(noisy(1, 'a')).not.toEqual(noisy(1, 'b'));
    expect(noisy(1, 'a')).not.toEqual(noisy(2, 'a'));
  });

  test('the sound itself is left alone', () => {
    const before = tone.slice();
    addNoise(tone, 8000, { color: 'white', snrDb: 0, seed: 0 }, 'a');
    expect(tone).toEqual(before);
  });
});

describe('spectrumOf', () => {
  const tone = Float32Array.from({ length: 2000 }, (_, n) => Math.sin((2 * Math.PI * 1000 * n) / 8000));
  const of = (spectrum: FeatureSettings['spectrum']) => {
    const config = featureConfig.parse({ spectrum }).spectrum;
    if (config.kind === 'picture') throw new Error('pictures have no spectrum');
    return spectrumOf(tone, 8000, config);
  };

  test('ln(1 + magnitude) is that of the plain magnitudes', () => {
    const plain = of({ kind: 'magnitude' });
    expect(
      largestDifference(of({ kind: 'magnitude', compress: 'log1p' }).data, plain.data.map(Math.log1p)),
    ).toBe(0);
  });

  test('a tone is loudest in its own bin, in the midst of the clip', () => {
    const { data, bins, frames } = of({ kind: 'magnitude', nFft: 256, winLength: 256 });
    const column = Array.from({ length: bins }, (_, bin) => data[bin * frames + (frames >> 1)]!);
    expect(column.indexOf(Math.max(...column))).toBe(32);
  });

  test.each(['db', 'ln', 'whisper'] as const)('%s rises where the energies rise', (log) => {
    const energies = of({ kind: 'log-mel', nMels: 16, log: 'none' });
    const heights = of({ kind: 'log-mel', nMels: 16, log });
    // Whisper's scale knows one frame less.
    const frames = Math.min(energies.frames, heights.frames);
    const pairs = Array.from({ length: energies.bins * frames }, (_, place) => {
      const [bin, frame] = [Math.floor(place / frames), place % frames];
      const energy = energies.data[bin * energies.frames + frame]!;
      return { energy, height: heights.data[bin * heights.frames + frame]! };
    }).sort((a, b) => a.energy - b.energy);
    for (let n = 1; n < pairs.length; n++) {
      expect(pairs[n]!.height - pairs[n - 1]!.height).toBeGreaterThanOrEqual(-1e-5);
    }
  });
});
