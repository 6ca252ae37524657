import {
  LearnedPositions,
  MultiHeadAttention,
  SinusoidalPositions,
  TransformerEncoder,
  TransformerEncoderLayer,
} from '@sonograd/nn';
import { fromArray, gradCheck, ones, randn, randomKey, type Tensor } from '@sonograd/tensor';
import { expect, test } from 'vitest';
import { onEveryEngine } from '../tensor/engines.ts';

const key = randomKey(6);
const x = () => randn([2, 5, 8], { key: randomKey(1) }) as Tensor;
const bools = (shape: number[], values: number[]) =>
  fromArray(Uint8Array.from(values), shape) as Tensor<readonly number[], 'bool'>;

onEveryEngine('attention', () => {
  test('weights sum to one, and are zero where a query must not look', () => {
    const layer = new MultiHeadAttention(8, 2, { batchFirst: true, key });
    const keyPaddingMask = bools([2, 5], [0, 0, 0, 1, 1, 0, 0, 0, 0, 0]);
    const { weights } = layer.forward(x(), x(), x(), { causal: true, keyPaddingMask });
    const data = (weights as Tensor).data;
    for (let row = 0; row < 10; row++) {
      const own = [...data.subarray(5 * row, 5 * row + 5)];
      expect(own.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 5);
      own.forEach((value, at) => {
        if (at > row % 5 || (row < 5 && at >= 3)) expect(value).toBe(0);
      });
    }
  });

  test('nobody asks for weights: the output is the same', () => {
    const layer = new MultiHeadAttention(8, 4, { batchFirst: true, key });
    const [with_, without] = [true, false].map((needWeights) =>
      layer.forward(x(), x(), x(), { needWeights }),
    );
    expect(without?.weights).toBeUndefined();
    expect(without?.output.data).toEqual(with_?.output.data);
  });

  test('a causal encoder does not look ahead, steps first or batch first', () => {
    for (const batchFirst of [true, false]) {
      const encoder = new TransformerEncoder({
        layer: { dModel: 8, nhead: 2, dimFeedforward: 16, dropout: 0, batchFirst },
        numLayers: 2,
        key: randomKey(2),
      });
      const run = (input: Tensor) => {
        const turned = batchFirst ? input : (input.transpose(0, 1) as Tensor);
        const output = encoder.forward(turned, { causal: true }) as Tensor;
        return batchFirst ? output : (output.transpose(0, 1) as Tensor);
      };
      const [first, second] = [x(), x()];
      for (let at = 3 * 8; at < 40; at++) second.data[at] = 9;
      const [before, after] = [run(first).data, run(second).data];
      expect([...after.subarray(0, 24)]).toEqual([...before.subarray(0, 24)]);
      expect([...after.subarray(24, 40)]).not.toEqual([...before.subarray(24, 40)]);
    }
  });

  test('gradients of queries, keys and values, masks and all', () => {
    const layer = new MultiHeadAttention(4, 2, { batchFirst: true, key });
    const [query, keys, values] = [1, 2, 3].map((seed) =>
      randn([1, 3, 4], { key: randomKey(seed) }),
    ) as Tensor[];
    const attentionMask = bools([3, 3], [0, 1, 0, 0, 0, 1, 1, 0, 0]);
    gradCheck(
      (q, k, v) => layer.forward(q as Tensor, k as Tensor, v as Tensor, { attentionMask }).output as Tensor,
      [query, keys, values] as Tensor[],
    );
  });

  test.each([true, false])('gradients of an encoder layer, norm first: %s', (normFirst) => {
    const layer = new TransformerEncoderLayer(4, 2, {
      dimFeedforward: 6,
      dropout: 0,
      batchFirst: true,
      activation: 'gelu',
      normFirst,
      key: randomKey(4),
    });
    gradCheck((own) => layer.forward(own) as Tensor, [randn([2, 3, 4], { key }) as Tensor], {
      relativeTolerance: 3e-2,
    });
  });

  test('dropout is drawn anew for each call, is kept in the state of the generators, and rests in evaluation', () => {
    const make = () =>
      new TransformerEncoderLayer(8, 2, {
        dimFeedforward: 16,
        dropout: 0.3,
        batchFirst: true,
        key: randomKey(3),
      });
    const [layer, other] = [make(), make()];
    const [first, second] = [layer.forward(x()), layer.forward(x())] as [Tensor, Tensor];
    expect([...first.data]).not.toEqual([...second.data]);
    const state = layer.generatorState();
    expect(Object.keys(state)).toEqual(['dropout_generator', 'self_attn.dropout_generator']);
    other.restoreGeneratorState(state);
    expect((other.forward(x()) as Tensor).data).toEqual((layer.forward(x()) as Tensor).data);
    layer.eval();
    expect((layer.forward(x()) as Tensor).data).toEqual((layer.forward(x()) as Tensor).data);
  });
});

test('positions: a longer sequence after a shorter one, and fewer than were learnt', () => {
  const sinusoids = new SinusoidalPositions(3);
  expect((sinusoids.forward(ones([1, 2, 3])) as Tensor).data[2]).toBe(1);
  const longer = sinusoids.forward(ones([1, 4, 3])) as Tensor;
  expect(longer.data[9]).toBeCloseTo(1 + Math.sin(3), 6);
  expect(() => new LearnedPositions(3, 4).forward(ones([1, 4, 4]))).toThrow(
    'LearnedPositions: there are 3 positions, got [1, 4, 4]',
  );
});

test('bad input names the layer and the values', () => {
  expect(() => new MultiHeadAttention(8, 3)).toThrow(
    'MultiHeadAttention: heads must divide the width, embedDim=8 numHeads=3',
  );
  const query = ones([2, 5]) as Tensor;
  expect(() => new MultiHeadAttention(8, 2).forward(query, query, query)).toThrow(
    'MultiHeadAttention: inputs must be [steps, batch, 8], got [2, 5]',
  );
  expect(() => new TransformerEncoderLayer(8, 2, { activation: 'tanh' as 'relu' })).toThrow(
    'TransformerEncoderLayer: activation must be relu or gelu, got tanh',
  );
  expect(() => new SinusoidalPositions(4).forward(ones([2, 5, 3]))).toThrow(
    'SinusoidalPositions: x must be [..., steps, 4], got [2, 5, 3]',
  );
});
