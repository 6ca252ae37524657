import { type Dataset, listDataset } from '@sonograd/nn';
import { fromArray } from '@sonograd/tensor';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { CorpusItem } from '../../../packages/experiments/src/corpora/corpus.ts';
import { reportClassification } from '../../../packages/experiments/src/pipelines/shared/classification.ts';
import type { Labelled } from '../../../packages/experiments/src/pipelines/shared/labelled.ts';
import {
  latentPoints,
  roundForFile,
  rowsOf,
} from '../../../packages/experiments/src/pipelines/shared/latent.ts';
import {
  meanSquare,
  meanSquareOfMean,
} from '../../../packages/experiments/src/pipelines/shared/meanSquare.ts';
import { Standardise } from '../../../packages/experiments/src/pipelines/shared/standardise.ts';
import { reportData } from '../../../packages/experiments/src/runs/reportData.ts';
import { paperItems } from '../corporaSupport.ts';

/** Clips of three speakers, each with the digit it is and the digit it was taken for. */
const digit = fc.nat(9);
const clips = fc.array(fc.record({ digit, guess: digit, speaker: fc.constantFrom('c', 'a', 'b') }), {
  minLength: 1,
  maxLength: 60,
});
const itemsOf = (all: readonly { digit: number; speaker: string }[]): CorpusItem[] =>
  all.map(({ digit, speaker }, take) => ({ ...paperItems(1, 1)[0]!, id: `i${take}`, digit, speaker, take }));

const table = fc
  .record({ rows: fc.integer({ min: 1, max: 6 }), size: fc.integer({ min: 1, max: 4 }) })
  .chain(({ rows, size }) => {
    const row = fc.array(fc.integer({ min: -20, max: 20 }), { minLength: size, maxLength: size });
    return fc.array(row, { minLength: rows, maxLength: rows });
  });
const rowsFrom = (rows: readonly (readonly number[])[]): Dataset<Labelled> =>
  listDataset(rows.map((row) => ({ x: Float32Array.from(row), y: 0 })));
const matrix = (rows: readonly (readonly number[])[]) =>
  fromArray(Float32Array.from(rows.flat()), [rows.length, rows[0]!.length]);
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

describe('reportClassification', () => {
  test('counts what a loop over the clips counts', () => {
    fc.assert(
      fc.property(clips, (all) => {
        const guesses = all.map(({ guess }) => guess);
        const { metrics, report } = reportClassification(itemsOf(all), guesses);
        const right = all.filter(({ digit, guess }) => digit === guess).length;
        expect(metrics.testClips).toBe(all.length);
        expect(metrics.testAccuracy).toBeCloseTo(right / all.length, 12);
        const counts = Array.from({ length: 10 }, (_, truth) =>
          Array.from(
            { length: 10 },
            (_, taken) => all.filter(({ digit, guess }) => digit === truth && guess === taken).length,
          ),
        );
        expect(report.confusion?.counts).toEqual(counts);
        expect(report.confusion?.classes).toEqual([...'0123456789']);
      }),
      { numRuns: 50 },
    );
  });

  test('speakers are in order of their names, and their clips add up', () => {
    fc.assert(
      fc.property(clips, (all) => {
        const guesses = all.map(({ guess }) => guess);
        const speakers = reportClassification(itemsOf(all), guesses).report.perSpeaker ?? [];
        expect(speakers.map(({ name }) => name)).toEqual(
          [...new Set(all.map((clip) => clip.speaker))].sort(),
        );
        for (const { name, count, accuracy } of speakers) {
          const own = all.filter(({ speaker }) => speaker === name);
          expect(count).toBe(own.length);
          expect(accuracy).toBeCloseTo(mean(own.map(({ digit, guess }) => Number(digit === guess))), 12);
        }
      }),
      { numRuns: 50 },
    );
  });

  test('is what a report may hold, also after a file', () => {
    const corpus = {
      name: 'x',
      licence: 'MIT',
      home: 'here',
      train: 0,
      validation: 0,
      test: 20,
      speakers: 1,
    };
    const items = paperItems(1, 2);
    const { report } = reportClassification(
      items,
      items.map(() => 3),
    );
    const whole = reportData.parse({ title: 'A run', corpus, ...JSON.parse(JSON.stringify(report)) });
    expect(whole.confusion).toEqual(report.confusion);
    expect(whole.perSpeaker).toEqual([{ name: 's0', count: 20, accuracy: 0.1 }]);
  });
});

describe('rows and their means', () => {
  test('Standardise is (x - mean) / deviation, column by column', async () => {
    const check = fc.asyncProperty(table, async (rows) => {
      const layer = new Standardise(rows[0]!.length);
      await layer.measure(rowsFrom(rows));
      const { data } = layer.forward(matrix(rows));
      const size = rows[0]!.length;
      for (let column = 0; column < size; column++) {
        const values = rows.map((row) => row[column]!);
        const centre = mean(values);
        const deviation = Math.sqrt(mean(values.map((value) => (value - centre) ** 2))) || 1;
        values.forEach((value, row) => {
          expect(data[row * size + column]).toBeCloseTo((value - centre) / deviation, 4);
        });
      }
    });
    await fc.assert(check, { numRuns: 40 });
  });

  test('meanSquareOfMean is the error of whoever always answers the mean', async () => {
    const check = fc.asyncProperty(table, async (rows) => {
      const centre = rows[0]!.map((_, column) => mean(rows.map((row) => row[column]!)));
      const answers = matrix(rows.map(() => centre));
      const errors = meanSquare(answers, matrix(rows));
      expect(errors).toHaveLength(rows.length);
      expect(await meanSquareOfMean(rowsFrom(rows))).toBeCloseTo(mean(Array.from(errors)), 2);
    });
    await fc.assert(check, { numRuns: 40 });
  });

  test('rowsOf gives back the rows that a matrix was made of', () => {
    fc.assert(
      fc.property(table, (rows) => {
        expect(rowsOf(matrix(rows)).map((row) => Array.from(row))).toEqual(rows);
      }),
      { numRuns: 40 },
    );
  });
});

describe('points of the map', () => {
  test.each([0, 1, 499, 500, 501, 999, 1700])('of %i items: in order, none twice, 500 at most', (count) => {
    const items = paperItems(10, 17).slice(0, count);
    const points = latentPoints(
      items,
      items.map((_, place) => [place, place / 3]),
    );
    expect(points).toHaveLength(Math.min(count, 500));
    const places = points.map(({ code }) => code[0]!);
    for (let n = 1; n < places.length; n++) {
      const step = places[n]! - places[n - 1]!;
      expect(step).toBeGreaterThanOrEqual(1);
      expect(step).toBeLessThanOrEqual(Math.ceil(count / 500));
    }
    for (const { id, digit, speaker, code } of points) {
      expect({ id, digit, speaker }).toMatchObject({
        id: items[code[0]!]!.id,
        digit: items[code[0]!]!.digit,
      });
    }
  });

  test.each([
    [0, 0],
    [1 / 3, 0.3333],
    [-12345.6, -12350],
    [2e-9, 2e-9],
    [0.99999, 1],
  ])('%f is written as %f', (value, written) => {
    expect(roundForFile(value)).toBe(written);
    expect(roundForFile(roundForFile(value))).toBe(written);
  });
});
