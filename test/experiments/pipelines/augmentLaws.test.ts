import { RandomStream } from '@sonograd/dsp';
import { randomKey } from '@sonograd/tensor';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Alteration, alter } from '../../../packages/experiments/src/features/alter.ts';
import type { Feature } from '../../../packages/experiments/src/features/fit.ts';
import {
  alteredCopies,
  augmentConfig,
  drawAlteration,
} from '../../../packages/experiments/src/pipelines/shared/augment.ts';
import {
  epochLoader,
  maskFeature,
} from '../../../packages/experiments/src/pipelines/shared/augmentEpochs.ts';
import { paperItems } from '../corporaSupport.ts';

const rate = 8000;
const random = new RandomStream(9);
const clip = Float32Array.from({ length: 1200 }, () => 0.3 * random.normal());
const seeds = fc.integer({ min: 0, max: 2 ** 40 });
const runs = { numRuns: 10 };

describe('laws of alterations', () => {
  const noise = { color: 'white', snrDb: 20, seed: 3 } as const;
  const shifts = fc.integer({ min: -100, max: 100 });
  const gains = fc.double({ min: -20, max: 20, noNaN: true });

  test('all at once is one after the other, in the order of their names', () => {
    fc.assert(
      fc.property(shifts, gains, (shiftMs, gainDb) => {
        const steps: Alteration[] = [{ speed: 1.25 }, { semitones: -2 }, { shiftMs }, { gainDb }, { noise }];
        const inTurn = steps.reduce<Float32Array>((samples, step) => alter(samples, rate, step), clip);
        const atOnce = alter(clip, rate, { speed: 1.25, semitones: -2, shiftMs, gainDb, noise });
        expect(atOnce).toEqual(inTurn);
      }),
      runs,
    );
  });

  test('a gain and its opposite', () => {
    fc.assert(
      fc.property(gains, (gainDb) => {
        const back = alter(alter(clip, rate, { gainDb }), rate, { gainDb: -gainDb });
        expect(back.every((value, n) => Math.abs(value - clip[n]!) < 1e-6)).toBe(true);
      }),
      runs,
    );
  });

  test('later and then as much earlier is where it was', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 100 }), (shiftMs) => {
        const later = alter(clip, rate, { shiftMs });
        expect(later.subarray(0, later.length - clip.length).every((value) => value === 0)).toBe(true);
        expect(alter(later, rate, { shiftMs: -shiftMs })).toEqual(clip);
      }),
      runs,
    );
  });

  test('earlier takes nothing but the beginning', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 149 }), (lost) => {
        expect(alter(clip, rate, { shiftMs: -lost })).toEqual(clip.slice(8 * lost));
      }),
      runs,
    );
  });

  test('louder sound, louder noise: the ratio is what was asked for', () => {
    const rest = (gainDb: number) => {
      const noisy = alter(clip, rate, { gainDb, noise });
      const clean = alter(clip, rate, { gainDb });
      return noisy.reduce((sum, value, n) => sum + (value - clean[n]!) ** 2, 0);
    };
    expect(10 * Math.log10(rest(12) / rest(0))).toBeCloseTo(12, 3);
  });
});

describe('laws of copies', () => {
  const config = augmentConfig.parse({ copies: 1 });

  test('more copies leave those that were there as they are', () => {
    const items = paperItems(1, 1);
    const two = alteredCopies(items, { ...config, copies: 2 }, 5);
    const four = alteredCopies(items, { ...config, copies: 4 }, 5);
    const names = new Set(two.map(({ id }) => id));
    expect(four.filter(({ id }) => names.has(id))).toEqual(two);
  });

  test('a range of one value is that value', () => {
    const fixed = augmentConfig.parse({
      speed: [1.1, 1.1],
      semitones: [2, 2],
      shiftMs: [7, 7],
      gainDb: [-3, -3],
    });
    fc.assert(
      fc.property(seeds, (seed) => {
        const { noise, ...others } = drawAlteration(fixed, seed);
        expect(others).toEqual({ speed: 1.1, semitones: 2, shiftMs: 7, gainDb: -3 });
        expect(noise).toBeDefined();
      }),
      runs,
    );
  });

  test('a wider range moves a draw, and does not reorder draws', () => {
    const shiftOf = (high: number, seed: number) =>
      drawAlteration({ ...config, shiftMs: [0, high] }, seed).shiftMs!;
    fc.assert(
      fc.property(seeds, seeds, (a, b) => {
        expect(shiftOf(200, a)).toBeCloseTo(4 * shiftOf(50, a), 9);
        expect(Math.sign(shiftOf(200, a) - shiftOf(200, b))).toBe(Math.sign(shiftOf(50, a) - shiftOf(50, b)));
      }),
      runs,
    );
  });

  test('every colour comes up, about as often as the others', () => {
    const counts = new Map<string, number>();
    for (let seed = 0; seed < 400; seed++) {
      const { color } = drawAlteration(config, seed).noise!;
      counts.set(color, (counts.get(color) ?? 0) + 1);
    }
    expect([...counts.keys()].toSorted()).toEqual(['babble', 'brown', 'pink', 'white']);
    expect(Math.min(...counts.values())).toBeGreaterThan(60);
  });

  test('a range is filled from end to end, its middle is the mean', () => {
    const values = Array.from({ length: 400 }, (_, seed) => drawAlteration(config, seed).gainDb!);
    expect(Math.min(...values)).toBeLessThan(-5.8);
    expect(Math.max(...values)).toBeGreaterThan(5.8);
    expect(Math.abs(values.reduce((sum, value) => sum + value, 0) / 400)).toBeLessThan(0.6);
  });
});

describe('laws of masks', () => {
  const masks = augmentConfig.parse({ specAugment: {} }).specAugment!;
  const [bins, frames] = [20, 30];
  const feature: Feature = {
    data: Float32Array.from({ length: bins * frames }, (_, at) => 1 + Math.sin(at)),
    ...{ bins, frames, start: 5, validFrames: 20 },
  };
  const hiddenIn = (config: typeof masks, seed: number) => {
    const { data } = maskFeature(feature, config, seed);
    return Array.from(data, (value, at) => value !== feature.data[at]);
  };

  test('what frequency masks hide are whole bands of the word', () => {
    for (let seed = 0; seed < 10; seed++) {
      const hidden = hiddenIn({ ...masks, timeMasks: 0 }, seed);
      for (let bin = 0; bin < bins; bin++) {
        const word = hidden.slice(bin * frames + 5, bin * frames + 25);
        expect(new Set(word).size).toBe(1);
      }
    }
  });

  test('what time masks hide are whole frames', () => {
    for (let seed = 0; seed < 10; seed++) {
      const hidden = hiddenIn({ ...masks, frequencyMasks: 0 }, seed);
      for (let frame = 0; frame < frames; frame++) {
        expect(new Set(Array.from({ length: bins }, (_, bin) => hidden[bin * frames + frame])).size).toBe(1);
      }
    }
  });

  test('no band and no frame is spared for ever', () => {
    const ever = new Set<number>();
    for (let seed = 0; seed < 60; seed++) {
      hiddenIn(masks, seed).forEach((is, at) => {
        if (is) ever.add(at);
      });
    }
    expect(ever.size).toBe(bins * 20);
  });

  test('shares are of the word, not of the padding: all of time is its twenty frames', () => {
    const whole = { ...masks, frequencyMasks: 0, timeMasks: 40, timeShare: 1 };
    const hidden = hiddenIn(whole, 1);
    expect(hidden.filter((is) => is)).toHaveLength(bins * 20);
  });

  test('a share of nothing hides nothing', () => {
    expect(hiddenIn({ ...masks, frequencyShare: 0, timeShare: 0 }, 1).some((is) => is)).toBe(false);
  });
});

test('epochs of a loader never repeat a view, and every batch is whole', async () => {
  const seen = new Set<string>();
  const items = { length: 7, get: (index: number, epoch: number) => ({ x: Float32Array.of(index, epoch) }) };
  const loader = epochLoader(items, { batchSize: 3, key: randomKey(4) });
  for (let epoch = 0; epoch < 4; epoch++) {
    const sizes: number[] = [];
    for await (const { x } of loader) {
      sizes.push(x.shape[0]);
      for (const row of x.toArray() as number[][]) seen.add(row.join(' '));
    }
    expect(sizes).toEqual([3, 3, 1]);
  }
  expect(seen.size).toBe(28);
});
