import { describe, expect, test } from 'vitest';
import {
  allPairs,
  chosenClips,
  missRate,
  pairAccuracy,
  verify,
} from '../../../../packages/experiments/src/pipelines/speaker-siamese/verification.ts';

const row = (...values: number[]) => Float32Array.from(values);

describe('all pairs', () => {
  const { scores, same, first, second } = allPairs(
    [row(1, 0), row(5, 0), row(0, 2), row(-3, 0), row(0, 0)],
    ['a', 'a', 'b', 'b', 'c'],
  );

  test('each clip with each other, once', () => {
    expect(Array.from(first, (a, pair) => `${a}${second[pair]}`).join(' ')).toBe(
      '01 02 03 04 12 13 14 23 24 34',
    );
  });

  test('the cosine, whatever the lengths; one of no length is like nobody', () => {
    expect(Array.from(scores)).toEqual(
      [1, 0, -1, 0, 0, -1, 0, 0, 0, 0].map((value) => expect.closeTo(value, 6)),
    );
  });

  test('who says the same', () => {
    expect(Array.from(same)).toEqual([1, 0, 0, 0, 0, 0, 0, 1, 0, 0]);
  });
});

describe('figures by hand', () => {
  const perfect = { scores: [0.9, 0.8, 0.2, 0.1], same: [1, 1, 0, 0] };
  // One of three is wrong on either side, at any threshold between 0.4 and 0.6.
  const third = { scores: [0.9, 0.8, 0.4, 0.6, 0.2, 0.1], same: [1, 1, 1, 0, 0, 0] };

  test.each([
    ['all right', perfect, 0, 1],
    ['all wrong', { ...perfect, same: [0, 0, 1, 1] }, 1, 0],
    ['a third', third, 1 / 3, 8 / 9],
  ])('%s: equal error and area', (_, answers, rate, area) => {
    const { equalErrorRate, auc } = verify(answers);
    expect(equalErrorRate).toBeCloseTo(rate, 12);
    expect(auc).toBeCloseTo(area, 12);
  });

  test('at the threshold of equal error both kinds are judged alike', () => {
    const { threshold } = verify(third);
    expect(pairAccuracy(third, threshold)).toBeCloseTo(2 / 3, 12);
  });

  test('both kinds of pairs count the same, however many there are', () => {
    const many = { scores: [0.9, ...Array(99).fill(0.1)], same: [1, ...Array(99).fill(0)] };
    expect(pairAccuracy(many, 0.5)).toBe(1);
    expect(pairAccuracy(many, 0.95)).toBe(0.5);
    expect(pairAccuracy(many, -1)).toBe(0.5);
  });

  test('some pairs alone; of one kind alone', () => {
    expect(pairAccuracy(third, 0.5, (pair) => pair !== 2)).toBeCloseTo((1 + 2 / 3) / 2, 12);
    expect(pairAccuracy(third, 0.5, (pair) => pair < 3)).toBeCloseTo(2 / 3, 12);
    expect(pairAccuracy(third, 0.5, () => false)).toBe(0);
  });

  test('what strictness costs', () => {
    const { curve } = verify(third);
    // A sixth lies half way between none and one of three accepted wrongly, on the way up at 2/3.
    expect(missRate(curve, 1 / 6)).toBeCloseTo(1 / 3, 12);
    expect(missRate(curve, 0.9)).toBe(0);
    expect(missRate(verify(perfect).curve, 0.001)).toBeCloseTo(0, 12);
  });
});

describe('clips to compare', () => {
  test('all of them while they are few', () => {
    expect(Array.from(chosenClips([4, 7, 9]))).toEqual([4, 7, 9]);
  });

  test('else evenly chosen, none twice', () => {
    const places = Array.from({ length: 103 }, (_, index) => 2 * index);
    const chosen = chosenClips(places, 10);
    expect(Array.from(chosen)).toEqual([0, 20, 40, 60, 82, 102, 122, 144, 164, 184]);
    expect(new Set(chosenClips(places)).size).toBe(103);
  });
});
