import { gradCheck, randn, rnn, type Tensor } from '@sonograd/tensor';
import { describe, expect, test } from 'vitest';
import { onEveryEngine } from './engines.ts';
import { call, checkLayer, inputsOf, type LayerUnderTest } from './recurrentChecks.ts';
import { numbers } from './recurrentGolden.ts';

const layer: LayerUnderTest = {
  name: 'RNN',
  gates: 1,
  states: 1,
  run(x, weights, [hidden], options) {
    const made = rnn(x, weights, { ...options, hidden });
    return [made.output, made.hidden];
  },
};

checkLayer(layer);

onEveryEngine('RNN', () => {
  const rectified: LayerUnderTest = {
    ...layer,
    run(x, weights, [hidden], options) {
      const made = rnn(x, weights, { ...options, hidden, nonlinearity: 'relu' });
      return [made.output, made.hidden];
    },
  };

  test('relu cuts off below zero, and its gradient with it', () => {
    const inputs = inputsOf(rectified, { batch: 2, steps: 3, features: 3, units: 4 }, 11);
    const [output] = call(rectified, inputs);
    expect(Math.min(...output!.data)).toBe(0);
    expect(Math.max(...output!.data)).toBeGreaterThan(0);
    gradCheck((...given) => call(rectified, given)[0]!.square().sum() as Tensor, inputs);
  });

  test('one step is tanh(W x + U h)', () => {
    const x = numbers([1, 1, 2], 1);
    const weights = { weightIh: numbers([1, 2], 2), weightHh: numbers([1, 1], 3) };
    const hidden = numbers([1, 1], 4);
    const [w, u] = [weights.weightIh.data, weights.weightHh.data];
    const sum = w[0]! * x.data[0]! + w[1]! * x.data[1]! + u[0]! * hidden.data[0]!;
    expect(rnn(x, weights, { hidden }).hidden.data[0]).toBeCloseTo(Math.tanh(sum), 5);
  });
});

describe('RNN', () => {
  test('types: sizes follow from x and the recurrent weights', () => {
    const weights = { weightIh: randn([5, 3]), weightHh: randn([5, 5]) };
    const typed: Tensor<[2, 7, 5]> = rnn(randn([2, 7, 3]), weights).output;
    expect(typed.shape).toEqual([2, 7, 5]);
  });
});
