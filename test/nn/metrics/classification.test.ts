import {
  accuracy,
  ConfusionMatrix,
  predictions,
  RunningAverage,
  SmoothAverage,
  topKAccuracy,
} from '@sonograd/nn';
import { fromArray, tensor } from '@sonograd/tensor';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

const labels = (...values: number[]) => fromArray(Int32Array.from(values), [values.length]);

describe('accuracy', () => {
  const scores = tensor([
    [0.1, 0.7, 0.2],
    [0.5, 0.3, 0.4],
    [0.2, 0.3, 0.5],
    [0.4, 0.4, 0.1],
  ]);

  test('counts rows whose highest score is that of their label', () => {
    expect(accuracy(scores, labels(1, 0, 2, 0))).toBe(1);
    expect(accuracy(scores, labels(1, 2, 2, 2))).toBe(0.5);
    expect([...predictions(scores)]).toEqual([1, 0, 2, 0]);
  });

  test('of equal scores the first counts', () => {
    expect(accuracy(scores, labels(0, 1, 0, 1))).toBe(0);
  });

  test('top-k counts labels among the k highest', () => {
    expect(topKAccuracy(scores, labels(2, 2, 1, 1), 2)).toBe(1);
    expect(topKAccuracy(scores, labels(0, 1, 0, 2), 2)).toBe(0);
    expect(topKAccuracy(scores, labels(0, 1, 0, 2), 3)).toBe(1);
  });

  test('top-k agrees with sorting every row', () => {
    const row = fc.array(fc.integer({ min: -3, max: 3 }), { minLength: 4, maxLength: 4 });
    const input = fc.array(fc.tuple(row, fc.integer({ min: 0, max: 3 })), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(input, fc.integer({ min: 1, max: 4 }), (rows, k) => {
        const hits = rows.filter(([own, label]) => {
          const order = [0, 1, 2, 3].sort((a, b) => own[b]! - own[a]! || a - b);
          return order.slice(0, k).includes(label);
        });
        const matrix = fromArray(Float32Array.from(rows.flatMap(([own]) => own)), [rows.length, 4]);
        expect(topKAccuracy(matrix, labels(...rows.map(([, label]) => label)), k)).toBe(
          hits.length / rows.length,
        );
      }),
      { numRuns: 60 },
    );
  });

  test('a score that is no number is never right', () => {
    expect(accuracy(tensor([[Number.NaN, 0]]), labels(0))).toBe(0);
  });

  test('what does not fit is refused', () => {
    expect(() => accuracy(scores, labels(0, 1))).toThrow(
      'topKAccuracy: scores must be [rows, classes] and labels [rows], got [4, 3] and [2]',
    );
    expect(() => accuracy(scores, labels(0, 1, 2, 3))).toThrow(
      'topKAccuracy: labels must be from 0 to 2, got 3 at 3',
    );
    expect(() => topKAccuracy(scores, labels(0, 0, 0, 0), 4)).toThrow(
      'topKAccuracy: k must be from 1 to 3, got 4',
    );
  });
});

describe('a confusion matrix', () => {
  // Three classes, one of which is never predicted and one never there.
  const matrix = new ConfusionMatrix(4).add([0, 0, 1, 1, 1, 3], [0, 1, 1, 1, 2, 0]);

  test('counts true classes in rows and predicted ones in columns', () => {
    expect(matrix.toArray()).toEqual([
      [1, 0, 0, 1],
      [1, 2, 0, 0],
      [0, 1, 0, 0],
      [0, 0, 0, 0],
    ]);
    expect(matrix.count(1, 0)).toBe(1);
    expect([matrix.total, matrix.accuracy]).toEqual([6, 0.5]);
  });

  test('gives precision, recall and F1 of each class, and 0 where there is nothing to divide by', () => {
    expect(matrix.scoresOf(1)).toEqual({ precision: 2 / 3, recall: 2 / 3, f1: 4 / 6, support: 3 });
    expect(matrix.scoresOf(2)).toEqual({ precision: 0, recall: 0, f1: 0, support: 1 });
    expect(matrix.scoresOf(3)).toEqual({ precision: 0, recall: 0, f1: 0, support: 0 });
  });

  test('takes means over classes, plain or by their support', () => {
    const scores = matrix.perClass();
    expect(matrix.macro().precision).toBeCloseTo(scores.reduce((sum, own) => sum + own.precision, 0) / 4);
    const weighted = scores.reduce((sum, own) => sum + own.f1 * own.support, 0) / 6;
    expect(matrix.weighted().f1).toBeCloseTo(weighted);
    // Weighted recall is accuracy, by its definition.
    expect(matrix.weighted().recall).toBeCloseTo(matrix.accuracy);
    expect(matrix.macro().support).toBe(6);
  });

  test('agrees with counting one by one', () => {
    const pair = fc.tuple(fc.integer({ min: 0, max: 2 }), fc.integer({ min: 0, max: 2 }));
    fc.assert(
      fc.property(fc.array(pair, { minLength: 1, maxLength: 40 }), (pairs) => {
        const own = new ConfusionMatrix(3);
        for (const [predicted, label] of pairs) own.add([predicted], [label]);
        for (const k of [0, 1, 2]) {
          const hits = pairs.filter(([predicted, label]) => predicted === k && label === k).length;
          const called = pairs.filter(([predicted]) => predicted === k).length;
          const there = pairs.filter(([, label]) => label === k).length;
          const { precision, recall, f1, support } = own.scoresOf(k);
          expect(support).toBe(there);
          expect(precision).toBe(called === 0 ? 0 : hits / called);
          expect(recall).toBe(there === 0 ? 0 : hits / there);
          expect(f1).toBeCloseTo(hits === 0 ? 0 : (2 * precision * recall) / (precision + recall), 12);
        }
      }),
      { numRuns: 60 },
    );
  });

  test('of one batch or several is the same', () => {
    const parts = new ConfusionMatrix(4).add([0, 0, 1], [0, 1, 1]).add([1, 1, 3], [1, 2, 0]);
    expect(parts.toArray()).toEqual(matrix.toArray());
  });

  test('refuses what it cannot count', () => {
    expect(() => new ConfusionMatrix(0)).toThrow('ConfusionMatrix: classes must be a whole number');
    expect(() => matrix.add([0], [0, 1])).toThrow('there must be a label for each prediction, got 2 for 1');
    expect(() => matrix.add([4], [0])).toThrow('ConfusionMatrix: labels must be from 0 to 3, got 4 at 0');
    expect(() => matrix.add([0], [-1])).toThrow('got -1 at 0');
  });
});

describe('averages', () => {
  test('a running one weighs each number', () => {
    const average = new RunningAverage();
    expect(average.value).toBeNaN();
    expect(average.add(1, 3).add(5).value).toBe(2);
    average.reset();
    expect(average.add(7).value).toBe(7);
    expect(() => average.add(1, -1)).toThrow('RunningAverage: weight must be at least 0, got -1');
  });

  test('a smooth one starts at the first number and follows', () => {
    const average = new SmoothAverage(0.5);
    expect(average.value).toBeNaN();
    expect(average.add(4).value).toBe(4);
    expect(average.add(2).value).toBe(3);
    expect(() => new SmoothAverage(1)).toThrow('SmoothAverage: decay must be at least 0 and below 1, got 1');
  });
});
