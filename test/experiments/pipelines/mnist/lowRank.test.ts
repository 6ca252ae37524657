import { readdirSync } from 'node:fs';
import { compressLowRank, summary } from '@sonograd/nn';
import { noGrad, randn, randomKey, svd, type Tensor } from '@sonograd/tensor';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  defaults as denseDefaults,
  schema as denseSchema,
} from '../../../../packages/experiments/src/pipelines/mnist-dense/config.ts';
import { DenseNet, denseOf } from '../../../../packages/experiments/src/pipelines/mnist-dense/model.ts';
import {
  defaults,
  ranksOf,
  schema,
} from '../../../../packages/experiments/src/pipelines/mnist-lowrank/config.ts';
import { LowRankFamily } from '../../../../packages/experiments/src/pipelines/mnist-lowrank/model.ts';
import { topSingular } from '../../../../packages/experiments/src/pipelines/mnist-lowrank/topSingular.ts';
import { parseConfig } from '../../../../packages/experiments/src/settings/settings.ts';
import { cache, folder, readJson, sonograd, train } from '../../cli/support.ts';
import { distance } from '../denoise-stft/support.ts';

const matrix = (rows: number, columns: number, seed = 1): Tensor =>
  randn([rows, columns], { key: randomKey(seed) }) as Tensor;

describe('topSingular', () => {
  test.each([
    [40, 30, 5],
    [30, 40, 5],
    [12, 12, 12],
    [50, 3, 2],
  ])('%i x %i: the first %i are those of the whole decomposition', (rows, columns, rank) => {
    const x = matrix(rows, columns);
    const top = topSingular(x, rank);
    const whole = svd(x as never) as { s: Tensor };
    expect([top.u.shape, top.s.shape, top.v.shape]).toEqual([[rows, rank], [rank], [columns, rank]]);
    expect(distance(top.s.data, whole.s.data.slice(0, rank))).toBeLessThan(2e-3 * whole.s.data[0]!);
  });

  test('both sides are orthonormal', () => {
    const { u, v } = topSingular(matrix(40, 25), 6);
    for (const side of [u, v]) {
      const gram = noGrad(() =>
        side
          .transpose(0, 1)
          .matmul(side as never)
          .data.slice(),
      );
      const identity = Float32Array.from({ length: 36 }, (_, n) => (n % 7 === 0 ? 1 : 0));
      expect(distance(gram, identity)).toBeLessThan(1e-5);
    }
  });

  test('a matrix of low rank comes back whole', () => {
    const x = noGrad(() => matrix(30, 4, 2).matmul(matrix(4, 20, 3) as never) as Tensor);
    const { u, s, v } = topSingular(x, 4);
    const again = noGrad(() => u.mul(s).matmul(v.transpose(0, 1) as never) as Tensor);
    expect(distance(again.data, x.data)).toBeLessThan(1e-4);
  });

  test('the same bits whenever it is asked', () => {
    expect(topSingular(matrix(20, 20), 3).u.toArray()).toEqual(topSingular(matrix(20, 20), 3).u.toArray());
  });
});

describe('nets', () => {
  const config = parseConfig(schema, { ...defaults, rank: 20, curve: [] });
  const family = new LowRankFamily(config, 784);

  test('784-1024×5-10 has 5.01 million parameters', () => {
    const about = summary(family.dense, [1, 784]);
    expect(config.model).toEqual(parseConfig(denseSchema, { ...denseDefaults }).model);
    expect(about.parameters).toBe(784 * 1024 + 1024 + 4 * (1024 * 1024 + 1024) + 10 * 1024 + 10);
    expect(about.multiplyAdds).toBe(784 * 1024 + 4 * 1024 * 1024 + 10 * 1024);
  });

  test('of rank 20 it has 215 thousand, and a twenty-fourth of the products', () => {
    const about = summary(family.chosen, [1, 784]);
    expect(about.parameters).toBe(215_370);
    expect(about.multiplyAdds).toBe(20 * (784 + 1024) + 4 * 20 * 2048 + 10_240);
    expect(about.parameters / summary(family.dense, [1, 784]).parameters).toBeLessThan(0.043);
  });

  test('dropout drops in training alone', () => {
    const net = new DenseNet({ inputs: 6, hidden: 50, layers: 2, dropout: 0.5, key: randomKey(0) });
    const x = matrix(1, 6);
    const ask = () => noGrad(() => net.forward(x).data.slice());
    expect(distance(ask(), ask())).toBeGreaterThan(0);
    net.eval();
    expect(distance(ask(), ask())).toBe(0);
  });
});

describe('LowRankFamily', () => {
  const config = parseConfig(schema, { model: { hidden: 24, layers: 2 }, rank: 6, curve: [24, 2, 6] });
  const family = new LowRankFamily(config, 30).eval();
  family.compress();
  const x = matrix(5, 30, 9);
  const answer = (net: DenseNet) => noGrad(() => net.forward(x).data.slice());

  test('ranks: each once, rising, the wanted one last', () => {
    expect(ranksOf({ rank: 20, curve: [40, 2, 20, 2] })).toEqual([2, 40, 20]);
    expect(family.ranks).toEqual([2, 24, 6]);
    expect(family.chosen).toBe(family.nets[2]);
  });

  test('at full rank nothing is lost', () => {
    expect(distance(answer(family.before(24)), answer(family.dense))).toBeLessThan(1e-5);
  });

  test('the smaller the rank, the more is lost', () => {
    const lost = [24, 12, 6, 2].map((rank) => {
      const out = answer(family.before(rank));
      return Math.hypot(...out.map((value, index) => value - answer(family.dense)[index]!));
    });
    expect(lost).toEqual([...lost].sort((a, b) => a - b));
  });

  test('nets begin as the singular vectors left them', () => {
    family.ranks.forEach((rank, index) => {
      expect(distance(answer(family.nets[index]!), answer(family.before(rank)))).toBe(0);
    });
  });

  test('what compressLowRank of nn makes of the same net', () => {
    const other = denseOf(config, 30).eval();
    compressLowRank(other, { rank: 6, layers: (name) => name.startsWith('layers') });
    expect(distance(answer(other), answer(family.before(6)))).toBeLessThan(2e-2);
  });

  test('a rank beyond the layers is refused', () => {
    expect(() => parseConfig(schema, { model: { hidden: 16 }, rank: 20, curve: [] })).toThrow(
      /rank: a rank exceeds the units of a layer, 20 > 16/,
    );
  });
});

describe('runs', () => {
  let dense: string;
  let low: Record<string, number>;
  let lowRun: string;
  beforeAll(async () => {
    dense = (await train('mnist-dense', folder('dense'), '--quick')).run;
    const told = await train('mnist-lowrank', folder('low'), '--quick');
    lowRun = told.run;
    low = readJson(lowRun, 'metrics.json') as Record<string, number>;
  });

  test('mnist-dense learns to read in a second', () => {
    const metrics = readJson(dense, 'metrics.json') as Record<string, number>;
    expect(metrics.testAccuracy).toBeGreaterThan(0.7);
    expect(metrics.testClips).toBe(80);
  });

  test('mnist-lowrank: a seventh of the numbers; learning again wins back what the cut lost', () => {
    expect(low.parameters! / low.parametersDense!).toBeLessThan(1 / 6);
    expect(low.testAccuracy).toBeGreaterThan(0.5);
    expect(low.testAccuracy).toBeGreaterThanOrEqual(low.testAccuracyBefore! - 0.05);
    expect(low.testAccuracyDense).toBe(
      (readJson(dense, 'metrics.json') as Record<string, number>).testAccuracy,
    );
    const { tables } = readJson(lowRun, 'report.json') as { tables: { rows: unknown[][] }[] };
    expect(tables[0]!.rows.map(([rank]) => rank)).toEqual([2, 8, 'whole']);
  });

  test('the same from the run of the dense net, without training it again', async () => {
    const told = await train('mnist-lowrank', folder('from'), '--quick', '--set', `from=${dense}`);
    expect(readJson(told.run, 'metrics.json')).toEqual(low);
    expect(readdirSync(told.run)).not.toContain('dense');
  });

  test.each([
    [['--seed', '3'], /^from: seed must be as in that run, 3 and 0 in /],
    [
      ['--set', 'model.hidden=32'],
      /^from: model must be as in that run, \{"hidden":32,.*\} and \{"hidden":64/,
    ],
    [['--set', 'validationShare=0.2'], /^from: validationShare must be as in that run, 0\.2 and 0\.1/],
  ])('from a run with other pictures or another net, %j, is refused', async (args, message) => {
    const told = await train(
      'mnist-lowrank',
      folder('refused'),
      '--quick',
      '--set',
      `from=${dense}`,
      ...args,
    );
    expect(told.code).toBe(2);
    expect(told.notes.at(-1)).toMatch(message);
  });

  test('from a run of another kind is refused', async () => {
    const told = await train('mnist-lowrank', folder('refused'), '--quick', '--set', `from=${lowRun}`);
    expect(told.notes.at(-1)).toMatch(/^from: this must be a run of mnist-dense, mnist-lowrank in /);
  });

  test('sounds are no pictures', async () => {
    const told = await sonograd(
      'train',
      'mnist-dense',
      '--set',
      'corpus.name=fsdd',
      '--runs',
      folder('no'),
      ...cache,
    );
    expect(told.code).toBe(2);
    expect(told.notes.at(-1)).toMatch(/^config: corpus\.name/);
  });
});
