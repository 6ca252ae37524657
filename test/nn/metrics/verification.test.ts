import { auc, equalErrorRate, rocCurve } from '@sonograd/nn';
import { randn, randomKey } from '@sonograd/tensor';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

/** Scores on few levels, so that ties come, of at least one pair of each kind. */
const pairs = fc
  .tuple(
    fc.array(fc.integer({ min: 0, max: 6 }), { minLength: 1, maxLength: 25 }),
    fc.array(fc.integer({ min: 0, max: 6 }), { minLength: 1, maxLength: 25 }),
  )
  .map(([same, others]) => ({
    scores: [...same, ...others],
    same: [...same.map(() => true), ...others.map(() => false)],
  }));

describe('the receiver operating characteristic', () => {
  test('of a textbook example', () => {
    const curve = rocCurve([0.1, 0.4, 0.35, 0.8], [0, 0, 1, 1]);
    expect([...curve.falsePositiveRate]).toEqual([0, 0, 0.5, 0.5, 1]);
    expect([...curve.truePositiveRate]).toEqual([0, 0.5, 0.5, 1, 1]);
    expect([...curve.thresholds]).toEqual([Infinity, 0.8, 0.4, 0.35, 0.1]);
    expect(auc(curve)).toBe(0.75);
  });

  test('says at every threshold what share of each kind reaches it', () => {
    fc.assert(
      fc.property(pairs, ({ scores, same }) => {
        const { falsePositiveRate, truePositiveRate, thresholds } = rocCurve(scores, same);
        const share = (kind: boolean, threshold: number) => {
          const own = scores.filter((_, index) => same[index] === kind);
          return own.filter((score) => score >= threshold).length / own.length;
        };
        thresholds.forEach((threshold, at) => {
          expect(falsePositiveRate[at]).toBe(share(false, threshold));
          expect(truePositiveRate[at]).toBe(share(true, threshold));
        });
        expect(thresholds.length).toBe(new Set(scores).size + 1);
      }),
      { numRuns: 60 },
    );
  });

  test('the area is how often the same score higher than others, ties counting half', () => {
    fc.assert(
      fc.property(pairs, ({ scores, same }) => {
        let [wins, games] = [0, 0];
        scores.forEach((score, a) => {
          scores.forEach((other, b) => {
            if (!same[a] || same[b]) return;
            games += 1;
            wins += score > other ? 1 : score === other ? 0.5 : 0;
          });
        });
        expect(auc(rocCurve(scores, same))).toBeCloseTo(wins / games, 10);
      }),
      { numRuns: 60 },
    );
  });
});

describe('the equal error rate', () => {
  test('is 0 where all scores are right, 1 where all are wrong, a half where they say nothing', () => {
    expect(equalErrorRate(rocCurve([1, 2, 3, 4], [0, 0, 1, 1])).rate).toBe(0);
    expect(equalErrorRate(rocCurve([3, 4, 1, 2], [0, 0, 1, 1])).rate).toBe(1);
    expect(equalErrorRate(rocCurve([1, 1, 1, 1], [0, 0, 1, 1])).rate).toBe(0.5);
  });

  test('is a third where one of three is wrong on either side', () => {
    const { rate, threshold } = equalErrorRate(rocCurve([1, 2, 5, 4, 6, 7], [0, 0, 0, 1, 1, 1]));
    expect(rate).toBeCloseTo(1 / 3, 12);
    expect(threshold).toBe(5);
  });

  test('lies between the two kinds of error at every threshold', () => {
    fc.assert(
      fc.property(pairs, ({ scores, same }) => {
        const curve = rocCurve(scores, same);
        const { rate } = equalErrorRate(curve);
        curve.thresholds.forEach((_, at) => {
          const [accepted, refused] = [curve.falsePositiveRate[at]!, 1 - curve.truePositiveRate[at]!];
          expect(Math.max(accepted, refused)).toBeGreaterThanOrEqual(rate - 1e-12);
          expect(Math.min(accepted, refused)).toBeLessThanOrEqual(rate + 1e-12);
        });
      }),
      { numRuns: 60 },
    );
  });

  test('of two normal clouds one deviation either side of 0 is Φ(-1) = 0.1587, at a threshold of 0', () => {
    const noise = randn([20_000], { key: randomKey(3) }).data;
    const same = noise.map((_, index) => index % 2);
    const scores = noise.map((value, index) => value + (index % 2 === 1 ? 1 : -1));
    const { rate, threshold } = equalErrorRate(rocCurve(scores, same));
    expect(Math.abs(rate - 0.1587)).toBeLessThan(0.01);
    expect(Math.abs(threshold)).toBeLessThan(0.05);
    // Φ(√2): the difference of two scores has a deviation of √2 and a mean of 2.
    expect(Math.abs(auc(rocCurve(scores, same)) - 0.9214)).toBeLessThan(0.01);
  });

  test('needs numbers, answers and both kinds', () => {
    expect(() => rocCurve([1, 2], [1])).toThrow(
      'rocCurve: there must be an answer for each score, got 1 for 2',
    );
    expect(() => rocCurve([1, NaN], [1, 0])).toThrow('rocCurve: scores must be numbers, got NaN at 1');
    expect(() => rocCurve([1, 2], [1, 1])).toThrow('got 2 of the same and 0 of others');
  });
});
