import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { CorpusItem } from '../../../packages/experiments/src/corpora/corpus.ts';
import {
  disjointSplit,
  officialSplit,
  type Split,
  stratifiedSplit,
} from '../../../packages/experiments/src/corpora/split.ts';
import { splitConfig, splitItems } from '../../../packages/experiments/src/corpora/splitConfig.ts';
import { paperItems } from '../corporaSupport.ts';

const speakersOf = (items: readonly CorpusItem[]) => new Set(items.map(({ speaker }) => speaker));

function tally(items: readonly CorpusItem[], of: (item: CorpusItem) => string | number): number[] {
  const counts = new Map<string | number, number>();
  for (const item of items) counts.set(of(item), (counts.get(of(item)) ?? 0) + 1);
  return [...counts.values()];
}

/** Nothing lost, nothing twice, each list in the order of the corpus. */
function expectPartition(items: readonly CorpusItem[], { train, validation, test }: Split): void {
  const all = [...train, ...validation, ...test];
  expect(all).toHaveLength(items.length);
  expect(new Set(all).size).toBe(items.length);
  for (const part of [train, validation, test]) {
    const places = part.map((item) => items.indexOf(item));
    expect(places).toEqual([...places].sort((a, b) => a - b));
  }
}

describe('officialSplit', () => {
  const items = paperItems(6, 10).map((item) => ({
    ...item,
    part: item.take < 2 ? ('test' as const) : ('train' as const),
  }));

  test('the test is the authors’, a share of their training items is for validation', () => {
    const split = officialSplit(items, { validationShare: 0.25, seed: 1 });
    expectPartition(items, split);
    expect(split.test).toEqual(items.filter(({ take }) => take < 2));
    expect(split.validation).toHaveLength(120);
    expect(new Set(tally(split.validation, ({ digit }) => digit))).toEqual(new Set([12]));
    expect(new Set(tally(split.validation, ({ digit, speaker }) => `${digit} ${speaker}`))).toEqual(
      new Set([2]),
    );
  });

  test('where the authors named validation items, those', () => {
    const named = items.map((item) => (item.take === 2 ? { ...item, part: 'validation' as const } : item));
    const split = officialSplit(named, { validationShare: 0.5, seed: 1 });
    expect(split.validation.every(({ take }) => take === 2)).toBe(true);
    expect(split.train).toHaveLength(6 * 10 * 7);
  });

  test('a share of zero leaves none for validation', () => {
    expect(officialSplit(items, { validationShare: 0, seed: 1 }).validation).toEqual([]);
  });

  test('a corpus whose authors named no test', () => {
    expect(() => officialSplit(paperItems(2, 2), { validationShare: 0.1, seed: 0 })).toThrow(
      'officialSplit: this corpus names no test, take the split disjoint or stratified',
    );
  });
});

describe('disjointSplit', () => {
  const items = paperItems(60, 5);

  test('five speakers nobody trains on; the rest 80 to 20, balanced over digits', () => {
    const split = disjointSplit(items, { testSpeakers: 5, validationShare: 0.2, seed: 3 });
    expectPartition(items, split);
    const testers = speakersOf(split.test);
    expect(testers.size).toBe(5);
    for (const { speaker } of [...split.train, ...split.validation]) expect(testers.has(speaker)).toBe(false);
    expect(split.validation).toHaveLength(550);
    expect(new Set(tally(split.validation, ({ digit }) => digit))).toEqual(new Set([55]));
    expect(new Set(tally(split.train, ({ digit }) => digit))).toEqual(new Set([220]));
  });

  test('by the seed: the same again, or others', () => {
    const names = (seed: number) =>
      [...speakersOf(disjointSplit(items, { testSpeakers: 5, validationShare: 0.2, seed }).test)].join();
    expect(names(3)).toBe(names(3));
    expect(new Set([0, 1, 2, 3, 4].map(names)).size).toBeGreaterThan(3);
  });

  test('by name', () => {
    const split = disjointSplit(items, { testSpeakers: ['s7', 's31'], validationShare: 0.2, seed: 0 });
    expect([...speakersOf(split.test)].sort()).toEqual(['s31', 's7']);
    expect(split.test).toHaveLength(100);
  });

  test.each([
    [{ testSpeakers: ['s1', 'bob'] }, 'disjointSplit: no speaker is called bob, there are s0, s1'],
    [{ testSpeakers: 60 }, 'disjointSplit: testSpeakers must be 1 to 59, 60 of 60'],
    [{ testSpeakers: 0 }, 'testSpeakers must be 1 to 59, 0 of 60'],
    [{ validationShare: 1 }, 'split: a share is at least 0 and below 1, 1'],
    [{ validationShare: Number.NaN }, 'split: a share is at least 0 and below 1, NaN'],
  ])('refuses %j', (change, message) => {
    expect(() => disjointSplit(items, { testSpeakers: 5, validationShare: 0.2, seed: 0, ...change })).toThrow(
      message,
    );
  });
});

describe('stratifiedSplit', () => {
  test('the same shares of every digit and speaker', () => {
    const items = paperItems(5, 50);
    const split = stratifiedSplit(items, { testShare: 0.1, validationShare: 0.1, seed: 0 });
    expectPartition(items, split);
    for (const part of [split.test, split.validation]) {
      expect(part).toHaveLength(250);
      expect(new Set(tally(part, ({ digit, speaker }) => `${digit} ${speaker}`))).toEqual(new Set([5]));
    }
    const takes = new Set(split.test.map(({ take }) => take));
    expect(takes.size).toBeGreaterThan(25);
  });

  test('whatever the sizes, no digit and no speaker of a digit is off by more than one', () => {
    const sizes = fc.record({
      speakers: fc.integer({ min: 1, max: 7 }),
      takes: fc.integer({ min: 1, max: 9 }),
      share: fc.double({ min: 0.05, max: 0.6, noNaN: true }),
      seed: fc.nat(1000),
    });
    fc.assert(
      fc.property(sizes, ({ speakers, takes, share, seed }) => {
        const items = paperItems(speakers, takes);
        const split = stratifiedSplit(items, { testShare: share, validationShare: 0.2, seed });
        expectPartition(items, split);
        expect(Math.abs(split.test.length - share * items.length)).toBeLessThan(1);
        for (let digit = 0; digit < 10; digit++) {
          const own = split.test.filter((item) => item.digit === digit);
          expect(Math.abs(own.length - share * speakers * takes)).toBeLessThanOrEqual(1 + 1e-9);
          for (let s = 0; s < speakers; s++) {
            const count = own.filter(({ speaker }) => speaker === `s${s}`).length;
            expect(Math.abs(count - share * takes)).toBeLessThanOrEqual(1 + 1e-9);
          }
        }
      }),
      { numRuns: 40 },
    );
  });

  test('one take each: every speaker has a turn', () => {
    const split = stratifiedSplit(paperItems(5, 1), { testShare: 0.2, validationShare: 0, seed: 0 });
    expect(split.test).toHaveLength(10);
    expect(new Set(tally(split.test, ({ digit }) => digit))).toEqual(new Set([1]));
    expect(speakersOf(split.test).size).toBeGreaterThan(2);
  });

  test('refuses shares that leave nothing', () => {
    expect(() =>
      stratifiedSplit(paperItems(2, 2), { testShare: 0.5, validationShare: 0.5, seed: 0 }),
    ).toThrow('stratifiedSplit: the shares leave nothing for training, testShare=0.5, validationShare=0.5');
  });
});

describe('splitItems', () => {
  const items = paperItems(8, 4).map((item) => ({
    ...item,
    part: item.take === 0 ? ('test' as const) : undefined,
  }));

  test.each(['official', 'disjoint', 'stratified'])('%s, with its defaults', (kind) => {
    const split = splitItems(items, splitConfig.parse({ kind }));
    expect(split.test.length).toBeGreaterThan(0);
    expect(split).toEqual(splitItems(items, splitConfig.parse({ kind })));
  });

  test('a config names its fields', () => {
    expect(splitConfig.safeParse({ kind: 'stratified', testSpeakers: 5 }).success).toBe(false);
    expect(splitConfig.safeParse({ kind: 'disjoint', testSpeakers: [] }).success).toBe(false);
    expect(splitConfig.safeParse({ kind: 'random' }).success).toBe(false);
  });
});
