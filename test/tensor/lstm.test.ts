import { lstm, memory, noGrad, randn, type Tensor } from '@sonograd/tensor';
import { describe, expect, test } from 'vitest';
import { onEveryEngine } from './engines.ts';
import { checkLayer, inputsOf, type LayerUnderTest } from './recurrentChecks.ts';

const layer: LayerUnderTest = {
  name: 'LSTM',
  gates: 4,
  states: 2,
  run(x, weights, [hidden, cell], options) {
    const made = lstm(x, weights, { ...options, hidden, cell });
    return [made.output, made.hidden, made.cell];
  },
};

checkLayer(layer);

onEveryEngine('LSTM', () => {
  test('one step by hand', () => {
    const one = (...values: number[]) => values.map((value) => [value]);
    const sonograd = (values: number[][]) => randn([values.length, 1]).mul(0).add(values[0]![0]!) as Tensor;
    const x = sonograd(one(0.5)).reshape([1, 1, 1]) as Tensor;
    const weights = { weightIh: sonograd([[1], [1], [1], [1]]), weightHh: sonograd([[0], [0], [0], [0]]) };
    const { output, cell } = lstm(x, weights, { cell: sonograd(one(2)) });
    const gate = 1 / (1 + Math.exp(-0.5));
    const memoryAfter = gate * 2 + gate * Math.tanh(0.5);
    expect(cell.data[0]).toBeCloseTo(memoryAfter, 5);
    expect(output.data[0]).toBeCloseTo(gate * Math.tanh(memoryAfter), 5);
  });
});

describe('LSTM', () => {
  test('backward frees what forward saved, and without a graph nothing is saved', () => {
    const sizes = { batch: 4, steps: 16, features: 8, units: 32 };
    const inputs = inputsOf(layer, sizes);
    const [x, weightIh, weightHh] = inputs as [Tensor, Tensor, Tensor];
    const before = memory().liveBytes;
    const shown = 4 * (4 * 16 * 32 + 2 * 4 * 32);
    const { output } = noGrad(() => lstm(x, { weightIh, weightHh }));
    expect(memory().liveBytes - before).toBeLessThan(2 * shown);
    output.dispose();
    const recorded = lstm(x, { weightIh, weightHh });
    const during = memory().liveBytes;
    const loss = recorded.output.sum();
    loss.backward();
    const savedBytes = 4 * (4 * 16 * 4 * 32 + 2 * 4 * 16 * 32);
    const gradientBytes = 4 * (x.size + weightIh.size + weightHh.size);
    expect(memory().liveBytes).toBeLessThan(during - savedBytes + 2 * gradientBytes + 4096);
  });

  test('types: sizes follow from x and the recurrent weights', () => {
    const weights = { weightIh: randn([20, 3]), weightHh: randn([20, 5]) };
    const { output, hidden, cell } = lstm(randn([2, 7, 3]), weights);
    const typed: [Tensor<[2, 7, 5]>, Tensor<[2, 5]>, Tensor<[2, 5]>] = [output, hidden, cell];
    expect(typed.map(({ shape }) => shape)).toEqual([
      [2, 7, 5],
      [2, 5],
      [2, 5],
    ]);
  });
});
