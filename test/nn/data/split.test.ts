import { balancedSampler, DataLoader, listDataset, split, splitIndices } from '@sonograd/nn';
import { randomKey } from '@sonograd/tensor';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

const shares = { train: 0.7, held: 0.2, test: 0.1 };
const labelled = fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 3, maxLength: 120 });
const ascending = (a: number, b: number) => a - b;

describe('split', () => {
  test('gives every item to one part, and each part its share within 1', () => {
    fc.assert(
      fc.property(fc.integer({ min: 3, max: 300 }), fc.nat(), (length, seed) => {
        const parts = splitIndices(length, shares, { key: randomKey(seed) });
        const all = Object.values(parts).flatMap((part) => [...part]);
        expect(all.sort(ascending)).toEqual(Array.from({ length }, (_, index) => index));
        for (const [name, share] of Object.entries(shares)) {
          const size = parts[name as keyof typeof shares].length;
          expect(Math.abs(size - share * length)).toBeLessThanOrEqual(length < 10 ? 2 : 1);
        }
      }),
      { numRuns: 60 },
    );
  });

  test('never divides a group, and leaves no part empty that there is a group for', () => {
    fc.assert(
      fc.property(labelled, fc.nat(), (groups, seed) => {
        const parts = splitIndices(groups.length, shares, { key: randomKey(seed), groups });
        const owners = Object.values(parts).map((part) => new Set([...part].map((index) => groups[index])));
        const distinct = new Set(groups).size;
        expect(owners.reduce((sum, owner) => sum + owner.size, 0)).toBe(distinct);
        expect(owners.filter((owner) => owner.size > 0).length).toBe(Math.min(3, distinct));
      }),
      { numRuns: 80 },
    );
  });

  test('divides many groups of one size by their shares', () => {
    const groups = Array.from({ length: 400 }, (_, index) => `speaker ${index % 40}`);
    const parts = splitIndices(400, shares, { key: randomKey(1), groups });
    expect([parts.train.length, parts.held.length, parts.test.length]).toEqual([280, 80, 40]);
  });

  test('gives every part its share of every class within 2', () => {
    fc.assert(
      fc.property(labelled, fc.nat(), (strata, seed) => {
        const parts = splitIndices(strata.length, shares, { key: randomKey(seed), strata });
        for (const label of new Set(strata)) {
          const count = strata.filter((other) => other === label).length;
          for (const [name, share] of Object.entries(shares)) {
            const held = [...parts[name as keyof typeof shares]].filter((index) => strata[index] === label);
            expect(Math.abs(held.length - share * count)).toBeLessThanOrEqual(2);
          }
        }
      }),
      { numRuns: 80 },
    );
  });

  test('groups and classes together: whole groups, and classes near their shares', () => {
    const groups = Array.from({ length: 600 }, (_, index) => index % 60);
    const strata = groups.map((group) => (group % 3 === 0 ? 'rare' : 'common'));
    const { held } = splitIndices(600, { train: 0.8, held: 0.2 }, { key: randomKey(5), groups, strata });
    expect(held.length).toBe(120);
    expect([...held].filter((index) => strata[index] === 'rare').length).toBe(40);
  });

  test('depends on the key alone, and gives datasets', async () => {
    const data = listDataset(Array.from({ length: 20 }, (_, id) => ({ id })));
    const first = split(data, { train: 3, held: 1 }, { key: randomKey(1) });
    const again = split(data, { train: 3, held: 1 }, { key: randomKey(1) });
    const other = split(data, { train: 3, held: 1 }, { key: randomKey(2) });
    const idsOf = async (part: typeof first.train) =>
      (await Promise.all(Array.from({ length: part.length }, (_, index) => part.get(index)))).map(
        ({ id }) => id,
      );
    expect([first.train.length, first.held.length]).toEqual([15, 5]);
    expect(await idsOf(again.held)).toEqual(await idsOf(first.held));
    expect(await idsOf(other.held)).not.toEqual(await idsOf(first.held));
  });

  test('a part without a share stays empty; bad shares and labels are refused', () => {
    expect(splitIndices(5, { all: 1, none: 0 }, { key: randomKey(0) }).none.length).toBe(0);
    expect(() => splitIndices(5, { a: -1, b: 2 }, { key: randomKey(0) })).toThrow(
      'split: shares must be at least 0 and not all 0, got -1, 2',
    );
    expect(() => splitIndices(5, { a: 0 }, { key: randomKey(0) })).toThrow('not all 0, got 0');
    expect(() => splitIndices(5, { a: 1 }, { key: randomKey(0), groups: ['x'] })).toThrow(
      'split: groups must name all 5 items, got 1',
    );
  });
});

describe('a balanced sampler', () => {
  test('draws every class as often as every other, and all of its items in turn', () => {
    fc.assert(
      fc.property(labelled, fc.nat(), fc.integer({ min: 0, max: 3 }), (labels, seed, epoch) => {
        const sampler = balancedSampler(labels, { key: randomKey(seed), length: 150 });
        const order = [...sampler.order(epoch)];
        expect(order).toHaveLength(150);
        const classes = [...new Set(labels)];
        for (const label of classes) {
          const drawn = order.filter((index) => labels[index] === label);
          expect(Math.abs(drawn.length - 150 / classes.length)).toBeLessThan(1);
          const members = labels.filter((other) => other === label).length;
          const times = drawn.reduce((map, index) => map.set(index, (map.get(index) ?? 0) + 1), new Map());
          const counts = [...times.values()];
          expect(Math.max(...counts) - (times.size < members ? 0 : Math.min(...counts))).toBeLessThanOrEqual(
            1,
          );
        }
      }),
      { numRuns: 50 },
    );
  });

  test('gives the same draw for the same epoch, another for the next', () => {
    const labels = ['a', 'a', 'a', 'a', 'b', 'b'];
    const sampler = balancedSampler(labels, { key: randomKey(1) });
    expect(sampler.order(3)).toEqual(balancedSampler(labels, { key: randomKey(1) }).order(3));
    expect(sampler.order(3)).not.toEqual(sampler.order(4));
    expect(() => balancedSampler([], { key: randomKey(1) })).toThrow('balancedSampler: there must be labels');
  });

  test('serves a loader', async () => {
    const items = [0, 0, 0, 0, 0, 0, 0, 1].map((label) => ({ label }));
    const sampler = balancedSampler(
      items.map(({ label }) => label),
      { key: randomKey(1) },
    );
    const seen: number[] = [];
    for await (const { label } of new DataLoader(items, { batchSize: 4, sampler })) seen.push(...label.data);
    expect(seen.sort(ascending)).toEqual([0, 0, 0, 0, 1, 1, 1, 1]);
    expect(() => new DataLoader(items, { shuffle: true, sampler })).toThrow(
      'DataLoader: the sampler gives the order; leave shuffle out',
    );
  });
});
