import {
  adamStep,
  batchNorm,
  clipNorm,
  conv2d,
  crossEntropy,
  embedding,
  gru,
  layerNorm,
  linear,
  lstm,
  maxPool2d,
  memory,
  noGrad,
  type Shape,
  scaledDotProductAttention,
  scope,
  setEngine,
  type Tensor,
  zeros,
} from '@sonograd/tensor';
import { poolReady } from '@sonograd/wasm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { onEveryEngine } from '../engines.ts';
import { draw, drawLeaf, elements, integers } from './plain.ts';

/** A small network: its weights, and its loss on data of its own. */
interface Task {
  readonly weights: () => Tensor[];
  readonly loss: (weights: readonly Tensor[]) => Tensor;
}

const leaves = (shapes: readonly Shape[]) => () =>
  shapes.map((shape, index) => {
    const leaf = drawLeaf(shape, index + 1);
    for (let at = 0; at < leaf.size; at++) leaf.data[at]! *= 0.5;
    return leaf;
  });

const classes = (count: number, of: number) => integers(Array.from({ length: count }, (_, at) => at % of));

const tasks: Record<string, Task> = {
  'two dense layers': {
    weights: leaves([[16, 5], [16], [3, 16], [3]]),
    loss: ([a, b, c, d]) => {
      const hidden = linear(draw([12, 5], 50), a!, b!).tanh() as Tensor;
      return crossEntropy(linear(hidden, c!, d!), classes(12, 3)) as Tensor;
    },
  },
  'a convolution, normalised and pooled': {
    weights: leaves([[6, 2, 3, 3], [6], [6], [3, 54]]),
    loss: ([filters, weight, bias, last]) => {
      const image = conv2d(draw([9, 2, 6, 6], 51), filters!, undefined, { padding: 1 }) as Tensor;
      const out = batchNorm(image, { training: true, weight: weight!, bias: bias!, activation: 'relu' });
      const flat = maxPool2d(out, 2).reshape([9, 54]) as Tensor;
      return crossEntropy(linear(flat, last!), classes(9, 3)) as Tensor;
    },
  },
  'an LSTM over tokens': {
    weights: leaves([[7, 5], [32, 5], [32, 8], [32], [3, 8]]),
    loss: ([table, weightIh, weightHh, biasIh, last]) => {
      const tokens = integers(
        Array.from({ length: 54 }, (_, at) => (at * 5) % 7),
        [9, 6],
      );
      const x = embedding(table as Tensor as Tensor<readonly [number, number]>, tokens) as Tensor;
      const { hidden } = lstm(x, { weightIh: weightIh!, weightHh: weightHh!, biasIh: biasIh! });
      return crossEntropy(linear(hidden as Tensor, last!), classes(9, 3)) as Tensor;
    },
  },
  'a GRU over signals': {
    weights: leaves([
      [24, 3],
      [24, 8],
      [3, 8],
    ]),
    loss: ([weightIh, weightHh, last]) => {
      const { hidden } = gru(draw([9, 7, 3], 52), { weightIh: weightIh!, weightHh: weightHh! });
      return crossEntropy(linear(hidden as Tensor, last!), classes(9, 3)) as Tensor;
    },
  },
  'attention, with a shortcut around it': {
    weights: leaves([[8, 8], [8, 8], [8, 8], [8], [8], [3, 8]]),
    loss: ([q, k, v, weight, bias, last]) => {
      const x = draw([9, 5, 8], 53);
      const mixed = scaledDotProductAttention(linear(x, q!), linear(x, k!), linear(x, v!)) as Tensor;
      const out = layerNorm(x.add(mixed) as Tensor, [8], weight!, bias!).mean(1) as Tensor;
      return crossEntropy(linear(out, last!), classes(9, 3)) as Tensor;
    },
  },
};

interface Training {
  readonly losses: number[];
  readonly weights: Float32Array[];
}

/** So many steps of Adam, each in a scope of its own. */
function train({ weights, loss }: Task, steps: number): Training {
  const parameters = weights();
  const [means, squares] = [0, 1].map(() => parameters.map(({ shape }) => zeros(shape) as Tensor));
  const losses: number[] = [];
  for (let step = 1; step <= steps; step++) {
    scope(() => {
      const result = loss(parameters);
      result.backward();
      losses.push(result.item());
    });
    const gradients = parameters.map(({ grad }) => grad as Tensor);
    clipNorm(gradients, 5);
    adamStep({ parameters, gradients, means: means!, squares: squares! }, { rate: 0.03, step });
    for (const parameter of parameters) {
      parameter.grad!.dispose();
      parameter.grad = null;
    }
  }
  const learnt = parameters.map(({ data }) => Float32Array.from(data));
  for (const made of [...parameters, ...means!, ...squares!]) made.dispose();
  return { losses, weights: learnt };
}

const named = Object.entries(tasks);

onEveryEngine('a network in training', () => {
  test.each(named)('%s: learns what it is shown', (_, task) => {
    const { losses } = train(task, 80);
    expect(losses.at(-1)).toBeLessThan(0.5 * losses[0]!);
  });

  test.each(named)('%s: every weight has a gradient, and none is zero throughout', (_, task) => {
    const weights = task.weights();
    task.loss(weights).backward();
    for (const { grad } of weights) expect(elements(grad!).some((value) => value !== 0)).toBe(true);
  });

  test.each(named)('%s: gradients are what the loss does along a random direction', (_, task) => {
    const weights = task.weights();
    task.loss(weights).backward();
    const directions = weights.map(({ shape }, index) => draw(shape, 70 + index));
    const slope = weights.reduce(
      (sum, { grad }, index) => sum + grad!.mul(directions[index]!).sum().item(),
      0,
    );
    const lossAt = (by: number) =>
      noGrad(() =>
        task.loss(weights.map((one, index) => one.add(directions[index]!.mul(by)) as Tensor)).item(),
      );
    const difference = (lossAt(2e-3) - lossAt(-2e-3)) / 4e-3;
    expect(Math.abs(slope - difference)).toBeLessThan(0.05 * Math.max(0.1, Math.abs(slope)));
  });
});

describe('training on different engines', () => {
  beforeAll(() => setEngine('simd'));
  afterAll(() => setEngine('simd'));

  test.each(named)('%s: on threads ends in the bits of simd', async (_, task) => {
    setEngine('simd');
    const alone = train(task, 10);
    setEngine('threads', { threads: 3 });
    await poolReady();
    expect(train(task, 10)).toEqual(alone);
  });

  test.each(named)('%s: on the reference begins with the same losses', (_, task) => {
    setEngine('simd');
    const fast = train(task, 4).losses;
    setEngine('reference');
    train(task, 4).losses.forEach((loss, step) => {
      expect(loss).toBeCloseTo(fast[step]!, 3);
    });
  });

  test.each(named)('%s: leaves no memory behind', (_, task) => {
    setEngine('simd');
    train(task, 2);
    const before = memory().liveBlocks;
    train(task, 5);
    expect(memory().liveBlocks).toBe(before);
  });
});
