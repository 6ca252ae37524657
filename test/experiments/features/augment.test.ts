import { RandomStream } from '@sonograd/dsp';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { encodePicture } from '../../../packages/experiments/src/corpora/pictureFile.ts';
import { openSynth } from '../../../packages/experiments/src/corpora/synth.ts';
import {
  type AlterableItem,
  type Alteration,
  alter,
  alterationLimits,
} from '../../../packages/experiments/src/features/alter.ts';
import { computeFeatures } from '../../../packages/experiments/src/features/compute.ts';
import { featureConfig } from '../../../packages/experiments/src/features/config.ts';
import { extract, extractFrom } from '../../../packages/experiments/src/features/extract.ts';
import { makeNoise } from '../../../packages/experiments/src/features/noise.ts';
import { joinRows, memoryRows } from '../../../packages/experiments/src/features/rows.ts';
import { scratchFolder, writeFiles } from '../corporaSupport.ts';

const rate = 8000;
const tone = (hz: number, length = 4000) =>
  Float32Array.from({ length }, (_, n) => 0.5 * Math.sin((2 * Math.PI * hz * n) / rate));
const power = (samples: Float32Array) => samples.reduce((sum, value) => sum + value ** 2, 0) / samples.length;
/** How often a tone rises through zero in a second. */
const pitchOf = (samples: Float32Array) => {
  const middle = samples.subarray(samples.length >> 2, (3 * samples.length) >> 2);
  const rises = middle.filter((value, n) => n > 0 && middle[n - 1]! < 0 && value >= 0).length;
  return (rises * rate) / middle.length;
};

describe('alter', () => {
  test('nothing asked for, nothing changed', () => {
    expect(alter(tone(300), rate, {})).toEqual(tone(300));
  });

  test('speed: a tenth faster is a tenth shorter and higher', () => {
    const out = alter(tone(300), rate, { speed: 1.25 });
    expect(out.length).toBe(3200);
    expect(Math.abs(pitchOf(out) - 375)).toBeLessThan(8);
  });

  test('semitones: an octave up at the same length', () => {
    const out = alter(tone(300), rate, { semitones: 12 });
    expect(out.length).toBe(4000);
    expect(Math.abs(pitchOf(out) - 600)).toBeLessThan(15);
  });

  test('shift: later keeps the whole clip, earlier loses its beginning', () => {
    const clip = Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8);
    expect([...alter(clip, 1000, { shiftMs: 3 })]).toEqual([0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8]);
    expect([...alter(clip, 1000, { shiftMs: -3 })]).toEqual([4, 5, 6, 7, 8]);
    expect([...alter(clip, 1000, { shiftMs: 0 })]).toEqual([...clip]);
    expect([...alter(clip, 1000, { shiftMs: -7 })]).toEqual([8]);
  });

  test('shift: nothing is left', () => {
    expect(() => alter(new Float32Array(8).fill(1), 1000, { shiftMs: -8 })).toThrow(
      'alter: the shift cuts off the whole clip, shiftMs=-8, 0.008 s',
    );
  });

  test('gain: twenty decibels are ten times', () => {
    expect(alter(Float32Array.of(0.25, -1), rate, { gainDb: 20 })).toEqual(Float32Array.of(2.5, -10));
  });

  test.each(['white', 'pink', 'brown', 'babble'] as const)('noise: %s at its level, by its seed', (color) => {
    const clip = tone(300);
    const noisy = (seed: number) => alter(clip, rate, { noise: { color, snrDb: 6, seed } });
    const rest = (samples: Float32Array) => samples.map((value, n) => value - clip[n]!);
    expect(10 * Math.log10(power(clip) / power(rest(noisy(1))))).toBeCloseTo(6, 3);
    expect(noisy(1)).toEqual(noisy(1));
    expect(noisy(1)).not.toEqual(noisy(2));
    expect(makeNoise(color, 50, rate, 3)).toHaveLength(50);
  });

  test('noise comes after gain and shift: its level is that of what is heard', () => {
    const noise = { color: 'white', snrDb: 0, seed: 5 } as const;
    const quiet = alter(tone(300), rate, { gainDb: -20, shiftMs: 100, noise });
    const before = quiet.subarray(0, 800);
    expect(power(before)).toBeGreaterThan(0);
    expect(power(quiet)).toBeLessThan(2.5 * 0.01 * power(tone(300)));
  });

  test('what comes in is left as it was', () => {
    const clip = tone(300);
    const noise = { color: 'pink', snrDb: 0, seed: 0 } as const;
    alter(clip, rate, { speed: 0.9, semitones: 1, shiftMs: -5, gainDb: 6, noise });
    expect(clip).toEqual(tone(300));
  });

  test('whatever lies within the limits gives finite sound of the length it should have', () => {
    const within = ([min, max]: readonly [number, number]) => fc.double({ min, max, noNaN: true });
    const changes = fc.record({
      speed: within(alterationLimits.speed),
      semitones: within(alterationLimits.semitones),
      shiftMs: within([-100, 300]),
      gainDb: within(alterationLimits.gainDb),
    });
    const random = new RandomStream(1);
    const clip = Float32Array.from({ length: 2400 }, () => random.normal());
    fc.assert(
      fc.property(changes, (alteration) => {
        const out = alter(clip, rate, alteration);
        expect(out.every(Number.isFinite)).toBe(true);
        const expected = 2400 / alteration.speed + (alteration.shiftMs / 1000) * rate;
        expect(Math.abs(out.length - expected)).toBeLessThan(8);
      }),
      { numRuns: 15 },
    );
  });
});

describe('features of altered sounds', () => {
  const settings = { spectrum: { kind: 'log-mel', nMels: 12 }, size: { fit: 'keep' } } as const;
  const config = featureConfig.parse(settings);

  test('silence is trimmed first: what a shift puts before the clip stays', () => {
    const quiet = Float32Array.of(...new Float32Array(2000), ...tone(300), ...new Float32Array(2000));
    const trimming = featureConfig.parse({ ...settings, trimDb: 40 });
    const frames = (alteration?: Alteration) =>
      extract({ samples: quiet, sampleRate: rate }, trimming, 'clip', alteration).feature.frames;
    expect(frames()).toBeLessThan(40);
    expect(frames({ shiftMs: 160 }) - frames()).toBe(10);
  });

  test('the rate comes before: a shift is as long at any rate', () => {
    const halfRate = featureConfig.parse({ ...settings, sampleRate: 4000 });
    const audio = { samples: tone(300), sampleRate: rate };
    const frames = (shiftMs: number) => extract(audio, halfRate, '', { shiftMs }).feature.frames;
    expect(frames(320) - frames(0)).toBe(10);
  });

  test('a picture cannot be altered', () => {
    const folder = writeFiles(scratchFolder(), {
      'a.png': encodePicture({ data: new Float32Array(4), bins: 2, frames: 2 }, 0, 1),
    });
    const path = `${folder}/a.png`;
    const picture = featureConfig.parse({ spectrum: { kind: 'picture' } });
    expect(() => extractFrom({ kind: 'picture', path }, picture, '', { gainDb: 1 })).toThrow(
      `features: only sound can be altered, and this is a picture, ${path}`,
    );
  });

  test('the cache tells copies apart by what was done to them, and clips as they are keep their place', async () => {
    const cacheFolder = scratchFolder();
    const [item] = openSynth({ speakers: 2, takes: 1, sampleRate: rate, seed: 0 }).items();
    const made: number[] = [];
    const featureOf = async (alteration?: Alteration) => {
      const copy: AlterableItem = { ...item!, ...(alteration && { alteration }) };
      const store = await computeFeatures([copy], config, {
        ...{ cacheFolder, threads: 1 },
        onProgress: ({ phase }) => void (phase === 'extracting' && made.push(1)),
      });
      return store.feature(0);
    };
    const plain = await featureOf();
    const louder = await featureOf({ gainDb: 6 });
    const faster = await featureOf({ speed: 1.1 });
    expect(made).toHaveLength(3);
    expect(await featureOf({ gainDb: 6 })).toEqual(louder);
    expect(await featureOf()).toEqual(plain);
    expect(made).toHaveLength(3);
    expect(faster.frames).toBeLessThan(plain.frames);
    expect(louder).toEqual(extractFrom(item!.source, config, '', { gainDb: 6 }).feature);
  });

  test('two stores in a row: places of the first stay, the second lies behind, names are unique', async () => {
    const items = openSynth({ speakers: 2, takes: 1, sampleRate: rate, seed: 0 }).items();
    const options = { cacheFolder: scratchFolder(), threads: 1 };
    const plain = await computeFeatures(items.slice(0, 3), config, options);
    const copies = items
      .slice(0, 2)
      .map((item) => ({ ...item, id: `${item.id}~1`, alteration: { speed: 2 } }));
    const altered = await computeFeatures(copies, config, options);
    const both = plain.followedBy(altered);
    expect(both.items.map(({ id }) => id)).toEqual([...plain.items, ...altered.items].map(({ id }) => id));
    expect([0, 1, 2].map((place) => both.feature(place))).toEqual(
      [0, 1, 2].map((place) => plain.feature(place)),
    );
    expect(both.feature(4)).toEqual(altered.feature(1));
    expect([...both.select(copies)]).toEqual([3, 4]);
    expect(() => both.followedBy(altered)).toThrow(
      `FeatureStore: both have an item of this name, ${copies[0]!.id}`,
    );
  });

  test('rows behind rows, closed together', () => {
    const closed: string[] = [];
    const rows = (name: string, values: number[]) => ({
      ...memoryRows(Float32Array.from(values)),
      close: () => void closed.push(name),
    });
    const joined = joinRows(rows('a', [1, 2]), 2, rows('b', [3, 4, 5]));
    const read = (from: number, length: number) => {
      const out = new Float32Array(length);
      joined.read(from, out);
      return [...out];
    };
    expect([read(0, 2), read(1, 1), read(2, 2), read(4, 1)]).toEqual([[1, 2], [2], [3, 4], [5]]);
    joined.close();
    expect(closed).toEqual(['a', 'b']);
  });
});
