import {
  accuracy,
  adam,
  compressLowRank,
  crossEntropy,
  fromInt8,
  Linear,
  LowRankLinear,
  loadStateDict,
  type Module,
  pruneByMagnitude,
  ReLU,
  Sequential,
  stateDict,
  summary,
  TransformerEncoder,
  toInt8,
} from '@sonograd/nn';
import { fromArray, noGrad, randn, randomKey, scope, type Tensor } from '@sonograd/tensor';
import { beforeEach, describe, expect, test } from 'vitest';

/** Three clouds in sixteen dimensions. */
const rows = 120;
const labels = fromArray(
  Int32Array.from({ length: rows }, (_, row) => row % 3),
  [rows],
);
const centres = randn([3, 16], { key: randomKey(1) });
const clouds = centres
  .indexSelect(0, labels)
  .mul(1.2)
  .add(randn([rows, 16], { key: randomKey(2) }).mul(0.6)) as Tensor;

type Net = Module & { forward(x: Tensor): Tensor };

function make(): Net {
  const key = randomKey(3);
  return new Sequential(
    new Linear(16, 48, { key }),
    new ReLU(),
    new Linear(48, 48, { key }),
    new ReLU(),
    new Linear(48, 3, { key }),
  ) as unknown as Net;
}

function train(model: Net, steps: number, after: () => void = () => undefined): void {
  const optimizer = adam(model, { rate: 5e-3 });
  for (let step = 0; step < steps; step++) {
    scope(() => {
      optimizer.zeroGrad();
      crossEntropy(model.forward(clouds), labels).backward();
      optimizer.step();
    });
    after();
  }
}

const score = (model: Net) => noGrad(() => accuracy(model.forward(clouds), labels));

describe('a trained classifier', () => {
  let model: Net;
  beforeEach(() => {
    model = make();
    train(model, 60);
  });

  test('is right before', () => {
    expect(score(model)).toBeGreaterThan(0.97);
  });

  test('keeps its answers at a quarter of the rank, and its multiply-adds fall as the report says', () => {
    const before = summary(model, [1, 16]).multiplyAdds;
    const report = compressLowRank(model, { rank: 8 });
    const after = summary(model, [1, 16]).multiplyAdds;
    const saved = report.layers.reduce((sum, layer) => sum + layer.weightsBefore - layer.weightsAfter, 0);
    expect(before - after).toBe(saved);
    expect(report.parametersBefore - report.parametersAfter).toBe(saved);
    expect(score(model)).toBeGreaterThan(0.95);
    expect(report.toString()).toMatch(/parameters: \d+ -> \d+, \d+\.\d+ times fewer/);
  });

  test('lower energy, lower rank, larger error; a few more steps win back what was lost', () => {
    const [much, little] = [0.95, 0.5].map((energy) => {
      const own = make();
      loadStateDict(own, stateDict(model));
      const report = compressLowRank(own, { energy });
      return { own, middle: report.layers[1] };
    });
    expect(little?.middle?.rank).toBeLessThan(much?.middle?.rank as number);
    expect(little?.middle?.error).toBeGreaterThan(much?.middle?.error as number);
    expect((little?.middle?.error as number) ** 2).toBeLessThanOrEqual(0.5 + 1e-6);
    const { own } = little as { own: Net };
    const before = noGrad(() => crossEntropy(own.forward(clouds), labels).item());
    train(own, 20);
    expect(noGrad(() => crossEntropy(own.forward(clouds), labels).item())).toBeLessThan(before);
    expect(score(own)).toBeGreaterThan(0.97);
  });

  test('half of its weights are zero, stay zero in training, and are not missed', () => {
    const pruning = pruneByMagnitude(model, { share: 0.5 });
    train(model, 20, pruning.apply);
    const zeros = model
      .namedParameters()
      .filter(([, { rank }]) => rank === 2)
      .map(([, { data }]) => data.filter((value) => value === 0).length);
    expect(zeros).toEqual(pruning.tensors.map((tensor) => tensor.zeros));
    expect(score(model)).toBeGreaterThan(0.97);
  });

  test('one byte for each weight changes no answer', () => {
    const before = noGrad(() => [...model.forward(clouds).argmax(-1).data]);
    loadStateDict(model, fromInt8(toInt8(stateDict(model))));
    const after = noGrad(() => [...model.forward(clouds).argmax(-1).data]);
    expect(after.filter((value, at) => value !== before[at]).length).toBeLessThanOrEqual(1);
  });
});

describe('layers deep inside a model', () => {
  test('are found in fields and lists, under the names of the state', () => {
    const model = new TransformerEncoder({
      layer: { dModel: 16, nhead: 2, dimFeedforward: 64, dropout: 0, batchFirst: true },
      numLayers: 2,
      key: randomKey(4),
    });
    const x = randn([2, 5, 16], { key: randomKey(5) }) as Tensor;
    const before = (model.forward(x) as Tensor).data.slice();
    const report = compressLowRank(model, { rank: 12, layers: (name) => name.includes('linear') });
    expect(report.layers.map(({ name }) => name)).toEqual([
      'layers.0.linear1',
      'layers.0.linear2',
      'layers.1.linear1',
      'layers.1.linear2',
    ]);
    expect(model.layers[0]?.linear1).toBeInstanceOf(LowRankLinear);
    expect([...stateDict(model).keys()]).toContain('layers.1.linear2.down');
    const after = (model.forward(x) as Tensor).data;
    const error = Math.max(...Array.from(after, (value, at) => Math.abs(value - (before[at] as number))));
    expect(error).toBeGreaterThan(0);
    expect(error).toBeLessThan(1.5);
  });

  test('full rank by request: nothing changes, for nothing would be saved', () => {
    const model = make();
    const before = stateDict(model);
    const report = compressLowRank(model, { rank: 1000 });
    expect(report.layers.every(({ replaced }) => !replaced)).toBe(true);
    expect(stateDict(model)).toEqual(before);
  });
});
