import { collate } from '@sonograd/nn';
import { fillNormal, foldIn, fromArray, gradCheck, randomKey, type Tensor } from '@sonograd/tensor';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { configure } from '../../../../packages/experiments/src/pipelines/perform.ts';
import type { Pipeline } from '../../../../packages/experiments/src/pipelines/pipeline.ts';
import { Discriminant } from '../../../../packages/experiments/src/pipelines/speaker-siamese/discriminant.ts';
import { lossOf } from '../../../../packages/experiments/src/pipelines/speaker-siamese/draws.ts';
import {
  SpeakerEncoder,
  unitRows,
} from '../../../../packages/experiments/src/pipelines/speaker-siamese/model.ts';
import { speakerSiamese } from '../../../../packages/experiments/src/pipelines/speaker-siamese/run.ts';
import {
  allPairs,
  missRate,
  pairAccuracy,
  verify,
} from '../../../../packages/experiments/src/pipelines/speaker-siamese/verification.ts';

const score = fc.integer({ min: -20, max: 20 }).map((value) => value / 10);

/** Scores with ties, both kinds among them. */
const answers = fc
  .tuple(fc.array(score, { minLength: 1, maxLength: 12 }), fc.array(score, { minLength: 1, maxLength: 12 }))
  .map(([same, others]) => ({
    scores: [...same, ...others],
    same: [...same.map(() => 1), ...others.map(() => 0)],
    kinds: { same, others },
  }));

const share = (values: readonly number[], holds: (value: number) => boolean) =>
  values.filter(holds).length / values.length;

describe('verification against its definition', () => {
  test('the area is how often a pair of one voice scores higher, ties counting half', () => {
    fc.assert(
      fc.property(answers, ({ kinds: { same, others }, ...all }) => {
        const wins = same.flatMap((a) => others.map((b) => (a > b ? 1 : a === b ? 0.5 : 0) as number));
        const mean = wins.reduce((sum, win) => sum + win, 0) / wins.length;
        expect(verify(all).auc).toBeCloseTo(mean, 10);
      }),
    );
  });

  test('no threshold keeps both errors below the equal one', () => {
    fc.assert(
      fc.property(answers, score, ({ kinds: { same, others }, ...all }, threshold) => {
        const missed = share(same, (value) => value < threshold);
        const accepted = share(others, (value) => value >= threshold);
        expect(Math.max(missed, accepted)).toBeGreaterThanOrEqual(verify(all).equalErrorRate - 1e-12);
      }),
    );
  });

  test('pair accuracy is what plain counting gives', () => {
    fc.assert(
      fc.property(answers, score, ({ kinds: { same, others }, ...all }, threshold) => {
        const right = [
          share(same, (value) => value >= threshold),
          share(others, (value) => value < threshold),
        ];
        expect(pairAccuracy(all, threshold)).toBeCloseTo((right[0]! + right[1]!) / 2, 12);
      }),
    );
  });

  test('whoever accepts more misses less', () => {
    fc.assert(
      fc.property(answers, fc.double({ min: 0.001, max: 0.5, noNaN: true }), ({ kinds: _, ...all }, at) => {
        const { curve } = verify(all);
        expect(missRate(curve, 2 * at)).toBeLessThanOrEqual(missRate(curve, at) + 1e-12);
        expect(missRate(curve, 1)).toBeCloseTo(0, 12);
      }),
    );
  });

  test('errors do not change when scores are stretched, and swap sides when they are turned', () => {
    fc.assert(
      fc.property(answers, ({ kinds: _, scores, same }) => {
        const plain = verify({ scores, same });
        const stretched = verify({ scores: scores.map((value) => 3 * value - 1), same });
        expect(stretched.equalErrorRate).toBeCloseTo(plain.equalErrorRate, 12);
        const turned = verify({ scores: scores.map((value) => -value), same: same.map((kind) => 1 - kind) });
        expect(turned.auc).toBeCloseTo(plain.auc, 12);
      }),
    );
  });

  test('all pairs are the loops of a matrix of cosines', () => {
    const rows = [0, 1, 2, 3, 4].map((row) => fillNormal(new Float32Array(6), foldIn(randomKey(2), row)));
    const { scores, first, second } = allPairs(rows, [...'ababc']);
    const dot = (a: Float32Array, b: Float32Array) => a.reduce((sum, value, i) => sum + value * b[i]!, 0);
    scores.forEach((value, pair) => {
      const [a, b] = [rows[first[pair]!]!, rows[second[pair]!]!];
      expect(value).toBeCloseTo(dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b)), 5);
    });
    expect(scores).toHaveLength(10);
  });
});

describe('linear discriminant analysis', () => {
  test('every direction solves between w = λ within w, and λ falls', () => {
    const size = 4;
    const rows = Array.from({ length: 60 }, (_, n) =>
      fillNormal(new Float32Array(size), foldIn(randomKey(7), n)).map(
        (value, i) => value * (i + 1) + (n % 3) * (i - 1),
      ),
    );
    const classes = rows.map((_, n) => String(n % 3));
    const ridge = 1e-3;
    const lda = new Discriminant(size, 2);
    lda.measure(rows, classes, { ridge });
    const mean = (some: readonly Float32Array[], i: number) =>
      some.reduce((sum, row) => sum + row[i]!, 0) / some.length;
    const groups = ['0', '1', '2'].map((name) => rows.filter((_, n) => classes[n] === name));
    const matrix = (entry: (i: number, j: number) => number) =>
      Array.from({ length: size }, (_, i) => Array.from({ length: size }, (_, j) => entry(i, j)));
    const scatter = matrix(
      (i, j) =>
        groups.reduce(
          (sum, own) =>
            sum + own.reduce((s, row) => s + (row[i]! - mean(own, i)) * (row[j]! - mean(own, j)), 0),
          0,
        ) / 57,
    );
    const trace = scatter.reduce((sum, row, i) => sum + row[i]!, 0);
    const within = matrix((i, j) => scatter[i]![j]! + (i === j ? (ridge * trace) / size : 0));
    const between = matrix((i, j) =>
      groups.reduce(
        (sum, own) =>
          sum + (own.length / 60) * (mean(own, i) - mean(rows, i)) * (mean(own, j) - mean(rows, j)),
        0,
      ),
    );
    const times = (m: number[][], w: number[]) =>
      m.map((row) => row.reduce((sum, value, i) => sum + value * w[i]!, 0));
    const lambdas = [0, 1].map((k) => {
      const w = Array.from({ length: size }, (_, i) => lda.directions.data[2 * i + k]!);
      const [left, right] = [times(between, w), times(within, w)];
      const lambda =
        left.reduce((sum, value, i) => sum + value * w[i]!, 0) /
        right.reduce((sum, value, i) => sum + value * w[i]!, 0);
      left.forEach((value, i) => {
        expect(value).toBeCloseTo(lambda * right[i]!, 3);
      });
      expect(right.reduce((sum, value, i) => sum + value * w[i]!, 0)).toBeCloseTo(1, 3);
      return lambda;
    });
    expect(lambdas[0]!).toBeGreaterThan(lambdas[1]!);
    expect(lambdas[1]!).toBeGreaterThan(0);
  });
});

describe('gradients', () => {
  const noise = (shape: number[], name: number): Tensor => {
    const size = shape.reduce((product, length) => product * length, 1);
    return fromArray(fillNormal(new Float32Array(size), foldIn(randomKey(11), name)), shape) as Tensor;
  };

  test.each([
    { kind: 'contrastive', margin: 2 },
    { kind: 'triplet', margin: 1.5 },
  ] as const)('of the loss $kind, through unit vectors', (loss) => {
    gradCheck(
      (a, b, c) =>
        lossOf(
          loss,
          [a, b, c].map((x) => unitRows(x as Tensor)),
        ),
      [noise([3, 4], 0), noise([3, 4], 1), noise([3, 4], 2)],
    );
  });

  test.each(['mean', 'last'] as const)('of the encoder, pooling %s', (pooling) => {
    const key = randomKey(4);
    const model = new SpeakerEncoder({ bins: 3, units: 2, embedding: 2, directions: 1, pooling, key });
    const direction = noise([2, 2], 5);
    gradCheck(
      (x) =>
        model
          .forward(x as Tensor, [4, 2])
          .mul(direction)
          .sum(),
      [noise([2, 3, 4], 3)],
    );
  });
});

describe('the config', () => {
  const pipeline = speakerSiamese as unknown as Pipeline;

  test('defaults: 513 bins, two directions of 256, pairs', () => {
    expect(configure(pipeline, [])).toMatchObject({
      features: { spectrum: { kind: 'magnitude', nFft: 1024, compress: 'db' }, size: { frames: 64 } },
      model: { units: 256, embedding: 256, pooling: 'mean' },
      loss: { kind: 'contrastive', margin: 1 },
      split: { kind: 'official' },
    });
  });

  test('the network of the defaults has the parameters of its parts', () => {
    const model = new SpeakerEncoder({
      bins: 513,
      units: 256,
      embedding: 256,
      pooling: 'mean',
      directions: 4,
      key: randomKey(0),
    });
    const gru = 2 * 3 * (256 * 513 + 256 * 256 + 2 * 256);
    expect(model.parameters().reduce((sum, { size }) => sum + size, 0)).toBe(gru + 512 * 256 + 256);
  });

  test.each([
    [{ loss: { kind: 'triplet', margin: 3 } }, /loss\.margin/],
    [{ loss: { kind: 'hinge' } }, /loss/],
    [{ model: { pooling: 'max' } }, /model\.pooling/],
    [{ baseline: { ridge: 0 } }, /baseline\.ridge/],
    [{ training: { drawsPerEpoch: 0 } }, /training\.drawsPerEpoch/],
  ])('%j is refused', (settings, message) => {
    expect(() => configure(pipeline, [settings])).toThrow(message);
  });
});

test('a batch of draws has its clips in a row, and their lengths', () => {
  const draw = (value: number) => ({
    clips: Float32Array.of(value, value),
    frames: Int32Array.of(1, 2, value),
  });
  const { clips, frames } = collate([draw(3), draw(4)]);
  expect([clips.shape, Array.from(clips.data)]).toEqual([
    [2, 2],
    [3, 3, 4, 4],
  ]);
  expect([frames.shape, frames.dtype]).toEqual([[2, 3], 'int32']);
});
