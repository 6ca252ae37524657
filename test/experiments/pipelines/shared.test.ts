import { join } from 'node:path';
import { type Dataset, listDataset } from '@sonograd/nn';
import { fromArray } from '@sonograd/tensor';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { featureConfig } from '../../../packages/experiments/src/features/config.ts';
import { averageFrame } from '../../../packages/experiments/src/pipelines/embed-average/model.ts';
import { reportClassification } from '../../../packages/experiments/src/pipelines/shared/classification.ts';
import { pictureOf } from '../../../packages/experiments/src/pipelines/shared/examples.ts';
import {
  firstRows,
  forAllRows,
  type Labelled,
} from '../../../packages/experiments/src/pipelines/shared/labelled.ts';
import { latentPoints, rowsOf } from '../../../packages/experiments/src/pipelines/shared/latent.ts';
import {
  meanSquare,
  meanSquareOfMean,
} from '../../../packages/experiments/src/pipelines/shared/meanSquare.ts';
import { featureOfFile } from '../../../packages/experiments/src/pipelines/shared/predict.ts';
import { Standardise } from '../../../packages/experiments/src/pipelines/shared/standardise.ts';
import { paperItems, scratchFolder, toneWav, writeFiles } from '../corporaSupport.ts';

const rowsFrom = (rows: readonly (readonly number[])[]): Dataset<Labelled> =>
  listDataset(rows.map((row, index) => ({ x: Float32Array.from(row), y: index % 10 })));

describe('Standardise', () => {
  test('rows it was measured on get mean 0 and deviation 1', async () => {
    const rows = rowsFrom([
      [1, 100],
      [2, 300],
      [6, 200],
    ]);
    const layer = new Standardise(2);
    await layer.measure(rows);
    const { data } = layer.forward(firstRows(rows).x);
    for (const column of [0, 1]) {
      const values = [0, 1, 2].map((row) => data[2 * row + column]!);
      expect(values.reduce((sum, value) => sum + value, 0)).toBeCloseTo(0, 5);
      expect(values.reduce((sum, value) => sum + value ** 2, 0) / 3).toBeCloseTo(1, 5);
    }
  });

  test('a constant is moved to zero and not blown up', async () => {
    const rows = rowsFrom([[5], [5], [5]]);
    const layer = new Standardise(1);
    await layer.measure(rows);
    expect([...layer.forward(firstRows(rows).x).data]).toEqual([0, 0, 0]);
  });

  test('travels with the weights, and is not learnt', () => {
    const layer = new Standardise(3);
    expect(layer.namedTensors().map(([name]) => name)).toEqual(['mean', 'deviation']);
    expect(layer.parameters()).toEqual([]);
  });
});

describe('averageFrame', () => {
  test('the mean over the frames that hold sound, padding left out', () => {
    const data = Float32Array.of(9, 1, 2, 9, 9, 10, 20, 9);
    expect([...averageFrame({ data, bins: 2, frames: 4, start: 1, validFrames: 2 })]).toEqual([1.5, 15]);
    expect([...averageFrame({ data, bins: 2, frames: 4, start: 0, validFrames: 0 })]).toEqual([0, 0]);
  });

  test('does not hear in which order the frames come', () => {
    const frames = fc.array(fc.float({ min: -1, max: 1, noNaN: true }), { minLength: 2, maxLength: 20 });
    fc.assert(
      fc.property(frames, (values) => {
        const of = (row: readonly number[]) =>
          averageFrame({
            ...{ data: Float32Array.from(row), bins: 1, frames: row.length },
            ...{ start: 0, validFrames: row.length },
          })[0]!;
        expect(of(values.toReversed())).toBeCloseTo(of(values), 5);
      }),
    );
  });
});

describe('mean squares', () => {
  test('of each row', () => {
    const a = fromArray(Float32Array.of(1, 2, 3, 4), [2, 2]);
    const b = fromArray(Float32Array.of(1, 0, 0, 0), [2, 2]);
    expect([...meanSquare(a, b)]).toEqual([2, 12.5]);
  });

  test('of rows from their mean, by the definition', async () => {
    const rows = [
      [1, 2, 3],
      [4, 0, -1],
      [2, 2, 2],
      [0, 1, 5],
    ];
    const mean = [0, 1, 2].map((column) => rows.reduce((sum, row) => sum + row[column]!, 0) / rows.length);
    const squares = rows.flatMap((row) => row.map((value, column) => (value - mean[column]!) ** 2));
    const expected = squares.reduce((sum, square) => sum + square, 0) / squares.length;
    expect(await meanSquareOfMean(rowsFrom(rows))).toBeCloseTo(expected, 10);
  });
});

describe('reportClassification', () => {
  const items = paperItems(2, 1);

  test('all right', () => {
    const predicted = items.map(({ digit }) => digit);
    const { metrics, report } = reportClassification(items, predicted);
    expect(metrics).toEqual({
      testAccuracy: 1,
      testMacroF1: 1,
      testPrecision: 1,
      testRecall: 1,
      testClips: 20,
    });
    expect(report.perSpeaker).toEqual([
      { name: 's0', count: 10, accuracy: 1 },
      { name: 's1', count: 10, accuracy: 1 },
    ]);
  });

  test('one speaker always taken for nine', () => {
    const predicted = items.map(({ digit, speaker }) => (speaker === 's1' ? 9 : digit));
    const { metrics, report } = reportClassification(items, predicted);
    expect(metrics.testAccuracy).toBe(11 / 20);
    expect(report.perSpeaker.map(({ accuracy }) => accuracy)).toEqual([1, 0.1]);
    expect(report.perClass[9]).toMatchObject({ name: '9', recall: 1, precision: 2 / 11, support: 2 });
    expect(report.confusion?.counts[3]).toEqual([0, 0, 0, 1, 0, 0, 0, 0, 0, 1]);
  });
});

describe('rows', () => {
  test('are looked at in their order, however many batches that takes', async () => {
    const rows = rowsFrom(Array.from({ length: 600 }, (_, index) => [index]));
    const doubled = await forAllRows(rows, (x) => x.mul(2).data);
    expect(doubled).toEqual(Array.from({ length: 600 }, (_, index) => 2 * index));
  });

  test('the first of them as one batch, no more than there are', () => {
    const rows = rowsFrom([[1], [2], [3]]);
    expect(firstRows(rows, 2).x.shape).toEqual([2, 1]);
    expect(firstRows(rows).y.toArray()).toEqual([0, 1, 2]);
  });

  test('of a matrix are copies', () => {
    const matrix = fromArray(Float32Array.of(1, 2, 3, 4, 5, 6), [2, 3]);
    const rows = rowsOf(matrix);
    matrix.data[0] = 9;
    expect(rows.map((row) => [...row])).toEqual([
      [1, 2, 3],
      [4, 5, 6],
    ]);
  });
});

describe('what goes into reports', () => {
  test('at most 500 points, evenly from all items', () => {
    const items = paperItems(10, 10);
    const points = latentPoints(
      items,
      items.map((_, index) => [index]),
    );
    expect(points).toHaveLength(500);
    expect(points[0]).toMatchObject({ digit: 0, speaker: 's0', code: [0] });
    expect(new Set(points.map(({ digit }) => digit)).size).toBe(10);
    const few = items.slice(0, 3);
    expect(latentPoints(few, [[1], [2], [3]]).map(({ code }) => code)).toEqual([[1], [2], [3]]);
  });

  test('pictures are rounded to four digits', () => {
    expect(pictureOf({ data: Float32Array.of(1 / 3, 0), bins: 1, frames: 2 })).toEqual({
      ...{ bins: 1, frames: 2, data: [0.3333, 0] },
    });
  });
});

test('featureOfFile prepares a file as the config says, moments included', () => {
  const path = writeFiles(scratchFolder(), { 'tone.wav': toneWav(440) });
  const config = featureConfig.parse({
    spectrum: { kind: 'log-mel', nMels: 8 },
    size: { fit: 'pad', frames: 10 },
    normalise: { kind: 'min-max', over: 'corpus' },
  });
  const plain = featureOfFile(join(path, 'tone.wav'), config, undefined);
  const moved = featureOfFile(join(path, 'tone.wav'), config, { per: 'all', offset: [-80], scale: [40] });
  expect(plain).toMatchObject({ bins: 8, frames: 10 });
  moved.data.forEach((value, index) => {
    expect(value).toBeCloseTo((plain.data[index]! + 80) / 40, 4);
  });
});
