import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { featureConfig } from '../../../../packages/experiments/src/features/config.ts';
import type { Moments } from '../../../../packages/experiments/src/features/moments.ts';
import type { Tools } from '../../../../packages/experiments/src/pipelines/pipeline.ts';
import {
  companionCount,
  companionFeatures,
  companionsConfig,
} from '../../../../packages/experiments/src/pipelines/shared/companions.ts';
import {
  type Clip,
  clipOf,
  clipsAt,
  firstClips,
  forAllClips,
  type Lesson,
  lessonOf,
  strideOf,
} from '../../../../packages/experiments/src/pipelines/shared/recogniseClips.ts';
import { varyConfig } from '../../../../packages/experiments/src/pipelines/shared/recogniseVary.ts';
import { scratchFolder } from '../../corporaSupport.ts';

const tools: Tools = {
  threads: 1,
  cacheFolder: join(scratchFolder(), 'cache'),
  signal: new AbortController().signal,
  progress: { note: () => undefined, bar: () => () => undefined, training: () => ({}) },
};
const features = featureConfig.parse({
  ...{ spectrum: { kind: 'log-mel', nMels: 6 }, size: { fit: 'pad', frames: 10 } },
  normalise: { kind: 'none' },
});
const config = companionsConfig.parse({ speakers: 2 });
const still = varyConfig.parse({ tract: 0, tempo: 0, channel: 0, floor: 0 });

const companions = await companionFeatures(config, features, undefined, tools);
const corpus = await companionFeatures({ ...config, seed: 0 }, features, undefined, tools);

describe('companions', () => {
  test('everybody says every digit, in features like those of the corpus', () => {
    expect(companions.length).toBe(20);
    expect(companions.shape).toEqual({ bins: 6, frames: 10 });
    expect(companions.items.map(({ digit }) => digit).sort()).toEqual(corpus.items.map(({ digit }) => digit));
  });

  test('another seed, other people; those of the corpus synth are strangers', () => {
    const seeds = (store: typeof companions) =>
      store.items.map(({ source }) => (source.kind === 'voice' ? source.speakerSeed : -1));
    const strangers = new Set(seeds(corpus));
    expect(seeds(companions).some((seed) => strangers.has(seed))).toBe(false);
  });

  test('moments of the corpus are theirs as well', async () => {
    const moments: Moments = { per: 'all', offset: [1], scale: [2] };
    const moved = await companionFeatures(config, features, moments, tools);
    const [plain, other] = [companions.feature(3).data, moved.feature(3).data];
    plain.forEach((value, at) => {
      expect(other[at]).toBeCloseTo((value - 1) / 2, 5);
    });
  });

  test('a share of a half is as many again, none is none', () => {
    expect(companionCount(90, 0.5)).toBe(90);
    expect(companionCount(90, 0)).toBe(0);
    expect(companionCount(90, 0.75)).toBe(270);
  });

  test.each([
    [{ speakers: 1 }, /speakers/],
    [{ share: 1 }, /share/],
    [{ takes: 0 }, /takes/],
  ])('%j is refused', (settings, message) => {
    expect(() => companionsConfig.parse(settings)).toThrow(message);
  });

  test.each([2, 10, 20, 600, 3000, 1999])('a stride over %i visits everybody once', (total) => {
    const visited = new Set(Array.from({ length: total }, (_, index) => (index * strideOf(total)) % total));
    expect(visited.size).toBe(total);
  });
});

const lesson = (part: Partial<Lesson> = {}) =>
  lessonOf({
    ...{ store: corpus, train: [4, 9, 11], companions, share: 0.5, vary: still },
    ...{ specAugment: null, seed: 1, ...part },
  });

const valuesOf = ({ x }: Clip) => Array.from(x, (value) => Number(value.toFixed(3)));

describe('a lesson', () => {
  test('holds every clip of the corpus, and the share of companions', () => {
    expect(lesson().length).toBe(6);
    expect(lesson({ companions: undefined }).length).toBe(3);
    const first = lesson().get(0, 0);
    expect(first.y).toBe(corpus.items[4]!.digit);
    expect(valuesOf(first)).toEqual(valuesOf(clipOf(corpus.feature(4), 0)));
  });

  test('all companions come before one comes again', () => {
    const wide = lesson({ train: [0, 1, 2, 3, 4] });
    const heard = [0, 1, 2, 3].flatMap((epoch) =>
      [5, 6, 7, 8, 9].map((index) => valuesOf(wide.get(index, epoch)).join()),
    );
    expect(new Set(heard).size).toBe(20);
  });

  test('companions who share an epoch say different digits', () => {
    const wide = lesson({ train: Array.from({ length: 10 }, (_, n) => n) });
    const digits = Array.from({ length: 10 }, (_, index) => wide.get(10 + index, 0).y);
    expect(new Set(digits).size).toBeGreaterThan(5);
  });

  test('clips differ from epoch to epoch, and are the same whenever the same epoch asks', () => {
    const varied = lesson({ vary: varyConfig.parse({}) });
    expect(valuesOf(varied.get(1, 5))).toEqual(valuesOf(varied.get(1, 5)));
    expect(valuesOf(varied.get(1, 5))).not.toEqual(valuesOf(varied.get(1, 6)));
    expect(valuesOf(varied.get(1, 5))).not.toEqual(
      valuesOf(lesson({ vary: varyConfig.parse({}), seed: 2 }).get(1, 5)),
    );
  });

  test('masks hide parts of a clip behind its mean', () => {
    const specAugment = { frequencyMasks: 2, frequencyShare: 0.5, timeMasks: 0, timeShare: 0 };
    const masked = [0, 1, 2, 3, 4].map((epoch) => valuesOf(lesson({ specAugment }).get(0, epoch)));
    const plain = valuesOf(lesson().get(0, 0));
    expect(masked.some((values) => values.some((value, at) => value !== plain[at]))).toBe(true);
  });
});

describe('clips', () => {
  test('know how far they go', async () => {
    const clips = clipsAt(corpus, [2, 5]);
    const { validFrames } = corpus.feature(5);
    expect((await clips.get(1)).frames).toBe(validFrames);
    expect(clipOf({ ...corpus.feature(5), start: 2, validFrames: 3 }, 1).frames).toBe(5);
    expect(clipOf({ ...corpus.feature(5), start: 0, validFrames: 0 }, 1).frames).toBe(1);
  });

  test('come as one batch to look at', () => {
    const { x, y, frames } = firstClips(clipsAt(corpus, [2, 5, 7]), 2);
    expect([x.shape, y.shape, frames.shape]).toEqual([[2, 60], [2], [2]]);
    expect(Array.from(y.data)).toEqual([2, 5].map((place) => corpus.items[place]!.digit));
  });

  test('are all looked at, in their order', async () => {
    const places = Array.from({ length: 20 }, (_, n) => 19 - n);
    const digits = await forAllClips(clipsAt(corpus, places), ({ y }) => y.data.slice());
    expect(digits).toEqual(places.map((place) => corpus.items[place]!.digit));
  });
});
