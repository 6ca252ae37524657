import {
  AvgPool2d,
  BatchNorm1d,
  Conv1d,
  Conv2d,
  crossEntropy,
  GELU,
  GRU,
  GroupNorm,
  type Layer,
  LayerNorm,
  Linear,
  LSTM,
  MultiHeadAttention,
  mse,
  negativeSiSdr,
  RNN,
  Sequential,
  Softplus,
  Tanh,
} from '@sonograd/nn';
import { fromArray, grad, gradCheck, gradientsOf, randn, randomKey, type Tensor } from '@sonograd/tensor';
import { expect, test } from 'vitest';
import { onEveryEngine } from '../tensor/engines.ts';

const key = randomKey(51);
const x = (seed: number, ...shape: number[]) => randn(shape, { key: randomKey(seed) }) as Tensor;
const loose = { relativeTolerance: 4e-2, absoluteTolerance: 1e-2 };

/** Smooth functions of one tensor to one number; their gradients must have the right gradients in turn. */
const functions: readonly (readonly [name: string, f: (x: Tensor) => Tensor, input: Tensor])[] = [
  ['Linear and Tanh', scored(new Sequential(new Linear(4, 3, { key }), new Tanh())), x(1, 2, 4)],
  [
    'Conv1d and Softplus',
    scored(new Sequential(new Conv1d(2, 2, 3, { key }), new Softplus())),
    x(2, 1, 2, 5),
  ],
  ['Conv2d and GELU', scored(new Sequential(new Conv2d(1, 2, 2, { key }), new GELU())), x(3, 1, 1, 3, 3)],
  ['AvgPool2d', scored(new AvgPool2d(2)), x(4, 1, 1, 4, 4)],
  ['BatchNorm1d', scored(new BatchNorm1d(2)), x(5, 5, 2)],
  ['LayerNorm', scored(new LayerNorm(4)), x(6, 2, 4)],
  ['GroupNorm', scored(new GroupNorm(1, 2)), x(7, 2, 2, 2)],
  [
    'RNN',
    (input) => energy(new RNN(2, 3, { batchFirst: true, key: randomKey(1) }).forward(input).output),
    x(8, 1, 3, 2),
  ],
  [
    'LSTM',
    (input) => energy(new LSTM(2, 2, { batchFirst: true, key: randomKey(1) }).forward(input).output),
    x(9, 1, 3, 2),
  ],
  [
    'GRU',
    (input) => energy(new GRU(2, 2, { batchFirst: true, key: randomKey(1) }).forward(input).output),
    x(10, 1, 3, 2),
  ],
  ['MultiHeadAttention', attention(), x(11, 1, 3, 4)],
  ['crossEntropy', (input) => crossEntropy(input, fromArray(Int32Array.of(1, 0), [2])), x(12, 2, 3)],
  ['negativeSiSdr', (input) => negativeSiSdr(input, x(13, 1, 6)).mul(0.1) as Tensor, x(14, 1, 6)],
];

function energy(y: Tensor): Tensor {
  return y.square().sum().mul(0.5) as Tensor;
}

function scored(layer: unknown): (input: Tensor) => Tensor {
  return (input) => energy((layer as Layer).forward(input) as Tensor);
}

function attention(): (input: Tensor) => Tensor {
  const layer = new MultiHeadAttention(4, 2, { batchFirst: true, key });
  return (input) => energy(layer.forward(input, input, input, { needWeights: false }).output);
}

onEveryEngine('gradients of gradients', () => {
  test.each(functions)('%s', (_name, f, input) => {
    gradCheck((own) => grad(f)(own) as Tensor, [input], loose);
  });

  test('a penalty on the slope of a critic trains its weights', () => {
    const critic = new Sequential(new Linear(3, 8, { key }), new Tanh(), new Linear(8, 1, { key }));
    const input = x(20, 6, 3);
    input.requiresGrad = true;
    const penalty = () => {
      const score = (critic.forward(input) as Tensor).sum();
      const [slope] = gradientsOf(score as Tensor, [input], undefined, { createGraph: true }) as [Tensor];
      return mse(slope.square().sum(-1), fromArray(new Float32Array(6).fill(1), [6]) as Tensor);
    };
    const first = penalty();
    first.backward();
    for (const parameter of critic.parameters()) {
      const { data, grad: gradient } = parameter;
      if (gradient === null) continue;
      data.forEach((value, at) => {
        data[at] = value - 0.05 * (gradient.data[at] as number);
      });
    }
    expect(penalty().item()).toBeLessThan(first.item());
  });
});
