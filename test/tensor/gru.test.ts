import { gru, randn, type Tensor } from '@sonograd/tensor';
import { describe, expect, test } from 'vitest';
import { onEveryEngine } from './engines.ts';
import { checkLayer, type LayerUnderTest } from './recurrentChecks.ts';
import { numbers } from './recurrentGolden.ts';

const layer: LayerUnderTest = {
  name: 'GRU',
  gates: 3,
  states: 1,
  run(x, weights, [hidden], options) {
    const made = gru(x, weights, { ...options, hidden });
    return [made.output, made.hidden];
  },
};

checkLayer(layer);

onEveryEngine('GRU', () => {
  test('the reset gate acts on the recurrent product with its bias, as in PyTorch', () => {
    const zero = numbers([3, 1], 1).mul(0) as Tensor;
    const biasHh = numbers([3], 5);
    const hidden = numbers([1, 1], 9);
    const x = numbers([1, 1, 1], 3);
    const made = gru(x, { weightIh: zero, weightHh: zero, biasHh }, { hidden });
    const [reset, update] = [...biasHh.data].slice(0, 2).map((value) => 1 / (1 + Math.exp(-value)));
    const candidate = Math.tanh(reset! * biasHh.data[2]!);
    const expected = (1 - update!) * candidate + update! * hidden.data[0]!;
    expect(made.hidden.data[0]).toBeCloseTo(expected, 5);
  });
});

describe('GRU', () => {
  test('types: sizes follow from x and the recurrent weights', () => {
    const weights = { weightIh: randn([15, 3]), weightHh: randn([15, 5]) };
    const { output, hidden } = gru(randn([2, 7, 3]), weights, { reverse: true });
    const typed: [Tensor<[2, 7, 5]>, Tensor<[2, 5]>] = [output, hidden];
    expect(typed.map(({ shape }) => shape)).toEqual([
      [2, 7, 5],
      [2, 5],
    ]);
  });
});
