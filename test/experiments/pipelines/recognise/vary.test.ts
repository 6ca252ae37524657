import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type FeatureSettings, featureConfig } from '../../../../packages/experiments/src/features/config.ts';
import type { Feature } from '../../../../packages/experiments/src/features/fit.ts';
import {
  drawVariation,
  type Variation,
  Varying,
  varyConfig,
} from '../../../../packages/experiments/src/pipelines/shared/recogniseVary.ts';

const none: Variation = { tract: 1, tempo: 1, shift: 0, channel: [0, 0, 0], floor: 0 };

/** Bins evenly spaced, nothing normalised: what comes out can be said by hand. */
const plain: FeatureSettings = { spectrum: { kind: 'magnitude' }, normalise: { kind: 'none' } };
const varying = (settings: FeatureSettings = plain) => new Varying(featureConfig.parse(settings));

function feature(rows: readonly (readonly number[])[], part: Partial<Feature> = {}): Feature {
  const frames = rows[0]!.length;
  const data = Float32Array.from(rows.flat());
  return { data, bins: rows.length, frames, start: 0, validFrames: frames, ...part };
}

const rowsOf = ({ data, bins, frames }: Feature): number[][] =>
  Array.from({ length: bins }, (_, bin) => Array.from(data.subarray(bin * frames, (bin + 1) * frames)));

describe('Varying', () => {
  test('nothing drawn, nothing changed, and the clip itself stays what it was', () => {
    const clip = feature([
      [1, 2, 3],
      [4, 5, 6],
    ]);
    const varied = varying().vary(clip, none);
    expect(varied).toEqual(clip);
    expect(varied.data).not.toBe(clip.data);
  });

  test('a tract half as long: what was in bin 1 is in bin 2', () => {
    const clip = feature([[0], [10], [20], [40]]);
    expect(rowsOf(varying().vary(clip, { ...none, tract: 2 })).flat()).toEqual([0, 5, 10, 15]);
  });

  test('a tract twice as long: every second bin, and the last where there is no more', () => {
    const clip = feature([[0], [10], [20], [40]]);
    expect(rowsOf(varying().vary(clip, { ...none, tract: 0.5 })).flat()).toEqual([0, 20, 40, 40]);
  });

  test('mel bands move by their frequencies: along a slope in Hz, a factor scales the slope', () => {
    const settings: FeatureSettings = {
      ...{ spectrum: { kind: 'log-mel', nMels: 20, scale: 'htk' }, normalise: { kind: 'none' } },
    };
    const hz = Array.from({ length: 20 }, (_, band) => {
      const top = 2595 * Math.log10(1 + 4000 / 700);
      return 700 * (10 ** ((top * (band + 1)) / 21 / 2595) - 1);
    });
    const clip = feature(hz.map((value) => [value]));
    const varied = rowsOf(varying(settings).vary(clip, { ...none, tract: 1.1 })).flat();
    // The lowest band has no neighbour below it to come from.
    for (let band = 1; band < 20; band++) expect(varied[band]! / hz[band]!).toBeCloseTo(1 / 1.1, 4);
  });

  test('a slower clip is longer, and its frames lie between those it had', () => {
    const clip = feature([[0, 2, 4, -1, -1, -1, -1, -1]], { validFrames: 3 });
    const varied = varying().vary(clip, { ...none, tempo: 2 });
    expect(varied.validFrames).toBe(6);
    expect(rowsOf(varied)).toEqual([[0, 1, 2, 3, 4, 4, -1, -1]]);
  });

  test('a faster clip is shorter, and padding takes its place', () => {
    const clip = feature([[0, 2, 4, 6, -1, -1]], { validFrames: 4 });
    const varied = varying().vary(clip, { ...none, tempo: 0.5 });
    expect(varied.validFrames).toBe(2);
    expect(rowsOf(varied)).toEqual([[0, 4, -1, -1, -1, -1]]);
  });

  test('no clip grows out of its picture, and none shrinks to nothing', () => {
    const clip = feature([[1, 2, 3, 0]], { validFrames: 3 });
    expect(varying().vary(clip, { ...none, tempo: 2 }).validFrames).toBe(4);
    const short = feature([[1, 0, 0]], { validFrames: 1 });
    expect(varying().vary(short, { ...none, tempo: 0.4 }).validFrames).toBe(1);
  });

  test('a clip in the middle of its picture stays there', () => {
    const clip = feature([[-1, -1, 0, 2, -1, -1]], { start: 2, validFrames: 2 });
    const varied = varying().vary(clip, { ...none, tempo: 1.5 });
    expect([varied.start, varied.validFrames]).toEqual([2, 3]);
    expect(rowsOf(varied)[0]!.slice(0, 2)).toEqual([-1, -1]);
  });

  test('a shift moves the clip, and padding with it, but never out of its picture', () => {
    const clip = feature([[3, 4, -1, -1]], { validFrames: 2 });
    const shifted = (shift: number) => varying().vary(clip, { ...none, shift });
    expect(rowsOf(shifted(0.25))).toEqual([[-1, 3, 4, -1]]);
    expect(shifted(0.25).start).toBe(1);
    expect(rowsOf(shifted(1))).toEqual([[-1, -1, 3, 4]]);
    expect(rowsOf(shifted(-1))).toEqual([[3, 4, -1, -1]]);
  });

  test('a channel adds half a wave over the bands, to sound alone', () => {
    const clip = feature(
      [
        [0, 0],
        [0, 0],
      ],
      { validFrames: 1 },
    );
    const [low, high] = rowsOf(varying().vary(clip, { ...none, channel: [1, 0, 0] }));
    expect(low![0]).toBeCloseTo(Math.SQRT1_2, 6);
    expect(high![0]).toBeCloseTo(-Math.SQRT1_2, 6);
    expect([low![1], high![1]]).toEqual([0, 0]);
  });

  test('a floor drowns what is softer, padding too', () => {
    const clip = feature([[0, 5, 10, 0]], { validFrames: 3 });
    expect(rowsOf(varying().vary(clip, { ...none, floor: 0.6 }))).toEqual([[6, 6, 10, 6]]);
  });

  test('where each clip has moments of its own, they are taken again', () => {
    const normalise = { kind: 'mean-variance', over: 'utterance', per: 'all' } as const;
    const clip = feature([[-1, 1, 7]], { validFrames: 2 });
    const varied = varying({ ...plain, normalise }).vary(clip, { ...none, channel: [9, 0, 0], floor: 0.5 });
    const values = Array.from(varied.data.subarray(0, 2));
    expect(values[0]! + values[1]!).toBeCloseTo(0, 5);
  });

  test('moments of the corpus are left alone', () => {
    const normalise = { kind: 'mean-variance', over: 'corpus', per: 'all' } as const;
    const clip = feature([[3, 5]]);
    expect(varying({ ...plain, normalise }).vary(clip, none).data).toEqual(clip.data);
  });

  test('whatever is drawn, size and finiteness stay', () => {
    const clip = feature([
      [1, 2, 3, 0, 0],
      [3, 1, 2, 0, 0],
      [0, 4, 1, 0, 0],
    ]);
    const everything = varyConfig.parse({ tract: 1, tempo: 1, shift: 1, channel: 5, floor: 0.9 });
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 40 }), (seed) => {
        const varied = varying({ normalise: {} }).vary(
          { ...clip, data: clip.data.slice(), validFrames: 3 },
          drawVariation(everything, seed),
        );
        expect([varied.bins, varied.frames, varied.data.length]).toEqual([3, 5, 15]);
        expect(varied.validFrames).toBeGreaterThanOrEqual(1);
        expect(varied.validFrames).toBeLessThanOrEqual(5);
        expect(varied.data.every(Number.isFinite)).toBe(true);
      }),
      { numRuns: 50 },
    );
  });
});

describe('drawVariation', () => {
  const config = varyConfig.parse({ tract: 0.25, tempo: 0.1, channel: 0.5, floor: 0.3 });
  const draws = Array.from({ length: 500 }, (_, seed) => drawVariation(config, seed));

  test('stays within what was asked for, and reaches towards both ends', () => {
    const tracts = draws.map(({ tract }) => tract);
    expect(Math.min(...tracts)).toBeGreaterThanOrEqual(1 / 1.25);
    expect(Math.max(...tracts)).toBeLessThanOrEqual(1.25);
    expect(Math.min(...tracts)).toBeLessThan(0.82);
    expect(Math.max(...tracts)).toBeGreaterThan(1.22);
    expect(draws.every(({ tempo }) => tempo >= 1 / 1.1 && tempo <= 1.1)).toBe(true);
    expect(draws.every(({ channel }) => channel.every((weight) => Math.abs(weight) <= 0.5))).toBe(true);
    expect(draws.every(({ floor }) => floor >= 0 && floor <= 0.3)).toBe(true);
  });

  test('a factor and its inverse are drawn equally often', () => {
    const longer = draws.filter(({ tract }) => tract < 1).length;
    expect(longer).toBeGreaterThan(200);
    expect(longer).toBeLessThan(300);
  });

  test('nothing asked for, nothing drawn', () => {
    const still = varyConfig.parse({ tract: 0, tempo: 0, channel: 0, floor: 0 });
    const { tract, tempo, shift, channel, floor } = drawVariation(still, 7);
    expect([tract, tempo, Math.abs(shift), floor]).toEqual([1, 1, 0, 0]);
    expect(channel.map(Math.abs)).toEqual([0, 0, 0]);
  });

  test('the same seed draws the same, and to leave one part out does not alter the others', () => {
    expect(drawVariation(config, 3)).toEqual(drawVariation(config, 3));
    expect(drawVariation({ ...config, tract: 0 }, 3)).toEqual({ ...drawVariation(config, 3), tract: 1 });
  });
});
