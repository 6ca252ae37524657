import {
  BatchNorm2d,
  Conv2d,
  Dropout,
  Flatten,
  Linear,
  LSTM,
  MaxPool2d,
  Module,
  MultiHeadAttention,
  parameterStatistics,
  ReLU,
  Sequential,
  sparkline,
  statisticsOf,
  summary,
  watchLayers,
} from '@sonograd/nn';
import { ones, randn, randomKey, type Tensor, tensor } from '@sonograd/tensor';
import { describe, expect, test } from 'vitest';

const key = randomKey(2);

describe('summary', () => {
  const model = new Sequential(
    new Conv2d(1, 4, 3, { padding: 1, key }),
    new BatchNorm2d(4),
    new ReLU(),
    new MaxPool2d(2),
    new Flatten(),
    new Dropout(0.5, { key }),
    new Linear(64, 10, { key }),
  );

  test('lists layers, output shapes, parameters and multiply-adds', () => {
    const found = summary(model, [2, 1, 8, 8]);
    expect(
      found.rows.map(({ name, output, parameters, multiplyAdds }) => [
        name,
        output,
        parameters,
        multiplyAdds,
      ]),
    ).toEqual([
      ['', [2, 10], 0, 0],
      ['0', [2, 4, 8, 8], 40, 2 * 4 * 64 * 9],
      ['1', [2, 4, 8, 8], 8, 0],
      ['2', [2, 4, 8, 8], 0, 0],
      ['3', [2, 4, 4, 4], 0, 0],
      ['4', [2, 64], 0, 0],
      ['5', [2, 64], 0, 0],
      ['6', [2, 10], 650, 2 * 640],
    ]);
    expect([found.parameters, found.multiplyAdds]).toEqual([698, 4608 + 1280]);
  });

  test('leaves modes, statistics and generators as they were', () => {
    const before = [model.generatorState(), [...(model.namedBuffers()[0]?.[1].data ?? [])]];
    summary(model, [2, 1, 8, 8]);
    expect([model.generatorState(), [...(model.namedBuffers()[0]?.[1].data ?? [])]]).toEqual(before);
    expect(model.namedModules().every(([, module]) => module.training)).toBe(true);
    expect(model.observed).toBe(false);
  });

  test('takes models of several inputs as a function', () => {
    const attention = new MultiHeadAttention(8, 2, { batchFirst: true });
    const found = summary(attention, (own) => {
      const x = ones([3, 5, 8]) as Tensor;
      return own.forward(x, x, x);
    });
    expect(found.rows.map(({ multiplyAdds }) => multiplyAdds)).toEqual([3 * 5 * 8 * (24 + 10), 3 * 5 * 64]);
    const lstm = new LSTM(3, 4, { bidirectional: true });
    expect(summary(lstm, [7, 2, 3]).multiplyAdds).toBe(7 * 2 * 2 * 16 * (3 + 4));
  });

  test('an error inside the model ends the observation', () => {
    expect(() => summary(model, [2, 3])).toThrow('conv2d');
    expect(model.observed).toBe(false);
    expect(model.training).toBe(true);
  });

  test('prints a column of numbers to the right', () => {
    const lines = summary(new Sequential(new Linear(3, 2)), [1, 3])
      .toString()
      .split('\n');
    expect(lines).toEqual([
      'layer               output  parameters  multiply-adds',
      'Sequential()        [1, 2]           0              0',
      '  0 Linear(3 -> 2)  [1, 2]           8              6',
      'all                                  8              6',
    ]);
  });
});

describe('statistics', () => {
  test('mean, deviation, zeros and what is not finite', () => {
    const found = statisticsOf(Float32Array.of(1, 3, 0, NaN, 0, Infinity), 2, 4);
    expect(found).toMatchObject({ count: 4, mean: 1, least: 0, largest: 3, zeroShare: 0.5, notFinite: 2 });
    expect(found.deviation).toBeCloseTo(Math.sqrt(1.5), 6);
    expect(found.histogram).toEqual({ edges: [0, 0.75, 1.5, 2.25, 3], counts: [2, 1, 0, 1] });
  });

  test('a place is dead when it is zero in every row', () => {
    expect(statisticsOf(Float32Array.of(0, 1, 0, 0, 0, 2), 2, 2).deadShare).toBeCloseTo(1 / 3, 6);
    expect(statisticsOf(new Float32Array(0), 0, 2)).toMatchObject({ count: 0, deadShare: 0 });
  });

  test('values all alike get one bar', () => {
    expect(statisticsOf(Float32Array.of(2, 2), 1, 3).histogram).toEqual({
      edges: [1.5, 1.8333333333333333, 2.1666666666666665, 2.5],
      counts: [0, 2, 0],
    });
    expect(sparkline({ edges: [], counts: [0, 1, 8, 4] })).toBe(' ▁█▄');
  });
});

describe('watchLayers', () => {
  test('shows outputs and gradients of every layer once, and a dead ReLU', () => {
    const first = new Linear(4, 3, { key });
    (first.bias as Tensor).data.set([-100, 0, 0]);
    const model = new Sequential(first, new ReLU(), new Linear(3, 1, { key }));
    const watch = watchLayers(model, { bins: 8 });
    (model.forward(randn([16, 4], { key })) as Tensor).square().mean().backward();
    expect(watch.layers.map(({ name, layer }) => `${name} ${layer}`)).toEqual([
      '0 Linear',
      '1 ReLU',
      '2 Linear',
    ]);
    expect(watch.layers[1]?.output.deadShare).toBeCloseTo(1 / 3, 6);
    expect(watch.layers[0]?.gradient?.zeroShare).toBeGreaterThanOrEqual(1 / 3);
    expect(watch.toString()).toMatch(/1 ReLU .*0\.333/);
    watch.stop();
    model.forward(tensor([[1, 2, 3, 4]]));
    expect(watch.layers[0]?.output.count).toBe(48);
  });

  test('parameters before and after backward', () => {
    const model = new Sequential(new Linear(4, 3, { key }));
    expect(parameterStatistics(model).map(({ name, gradient }) => [name, gradient])).toEqual([
      ['0.weight', undefined],
      ['0.bias', undefined],
    ]);
    (model.forward(ones([2, 4])) as Tensor).sum().backward();
    expect(parameterStatistics(model)[0]?.gradient).toMatchObject({ count: 12, mean: 2, deviation: 0 });
  });

  test('modules with several outputs show the first', () => {
    class Tagger extends Module {
      readonly lstm = new LSTM(2, 3, { batchFirst: true, key });

      forward(x: Tensor): Tensor {
        return this.lstm.forward(x).output;
      }
    }
    const model = new Tagger();
    const watch = watchLayers(model);
    model.forward(ones([2, 4, 2]) as Tensor);
    expect(watch.layers.map(({ name, output }) => [name, output.count])).toEqual([['lstm', 24]]);
    watch.stop();
  });
});
