import {
  adam,
  adamW,
  chain,
  ema,
  Linear,
  optimizer,
  rmsprop,
  scaleByAdam,
  scaleByRate,
  sgd,
} from '@sonograd/nn';
import { randomKey, type Tensor, tensor } from '@sonograd/tensor';
import { describe, expect, test } from 'vitest';
import { type AverageIndex, type OptimizerIndex, steppedInput } from '../../golden/cases.ts';
import { difference, goldenNames, readGolden } from '../../golden/readGolden.ts';
import { onEveryEngine } from '../../tensor/engines.ts';
import { inputTensor } from '../../tensor/goldenOps.ts';
import { chainLeavesTrajectory, leavesTrajectory } from './goldenOptimizers.ts';

onEveryEngine('optimizers follow PyTorch for 100 steps within 1e-4', () => {
  describe.each(goldenNames('nn/optimizers'))('%s', (name) => {
    const { cases } = readGolden<OptimizerIndex>('nn/optimizers', name);

    test.each(cases.map((golden) => [describeCase(golden), golden] as const))('%s', (_, golden) => {
      expect(leavesTrajectory(name, golden)).toEqual([]);
    });

    const plain = cases.filter(({ groups }) => groups === undefined);
    test.each(plain.map((golden) => [describeCase(golden), golden] as const))('in links: %s', (_, golden) => {
      expect(chainLeavesTrajectory(name, golden)).toEqual([]);
    });
  });
});

describe('averages of weights follow PyTorch', () => {
  const { cases } = readGolden<AverageIndex>('nn/averages', 'ema');

  test.each(cases.map((golden) => [golden.decay, golden] as const))('decay %f', (decay, golden) => {
    const weight = (at: number) =>
      inputTensor(
        steppedInput(golden.shape, golden.weightSeed, golden.weightRange as [number, number], 0, at),
      ) as Tensor;
    const parameter = weight(0);
    const average = ema([parameter], { decay });
    const problems: string[] = [];
    for (let at = 0; at < golden.steps; at++) {
      parameter.assign(weight(at));
      average.update();
      const [expected] = golden.after[String(at + 1)] ?? [];
      if (expected === undefined) continue;
      average.swap();
      const problem = difference(parameter, expected, golden.tolerance);
      average.swap();
      if (problem !== undefined) problems.push(`after step ${at + 1}: ${problem}`);
    }
    expect(problems).toEqual([]);
  });

  test('a swap shows the averages, and another puts every bit back', () => {
    const layer = new Linear(3, 2, { key: randomKey(1) });
    const average = ema(layer, { decay: 0.5 });
    average.update();
    const first = layer.weight.data.slice();
    layer.weight.assign(layer.weight.mul(3));
    average.update();
    const second = layer.weight.data.slice();
    average.swap();
    layer.weight.data.forEach((value, index) => {
      expect(value).toBeCloseTo((first[index]! + second[index]!) / 2);
    });
    average.swap();
    expect(layer.weight.data).toEqual(second);
  });

  test('goes on from its state to the same bits', () => {
    const parameter = tensor([1, 2]);
    const whole = ema([parameter], { decay: 0.9 });
    whole.update();
    parameter.assign(tensor([3, -1]));
    whole.update();
    const other = ema([parameter], { decay: 0.9 });
    other.restore(whole.state());
    for (const average of [whole, other]) average.update();
    expect(other.state()).toEqual(whole.state());
  });

  test('refuses a state without one of the weights, and a decay of 1', () => {
    const average = ema([tensor([1])], { decay: 0.9 });
    expect(() => average.restore({ updates: 1, tensors: new Map() })).toThrow(
      'ema: the state must have every weight, not 0',
    );
    expect(() => ema([tensor([1])], { decay: 1 })).toThrow(
      'ema: decay must be at least 0 and below 1, got 1',
    );
  });
});

describe('an optimizer', () => {
  const leaf = (...values: number[]) => tensor(values, { requiresGrad: true }) as Tensor;

  test('leaves parameters without a gradient where they are, and counts their steps apart', () => {
    const [moving, resting] = [leaf(1, 2), leaf(3)];
    const both = adam([moving, resting], { rate: 0.1 });
    const alone = leaf(3);
    const own = adam([alone], { rate: 0.1 });
    for (let at = 0; at < 3; at++) {
      moving.grad = tensor([1, 1]) as Tensor;
      both.step();
    }
    expect([...resting.data]).toEqual([3]);
    resting.grad = tensor([0.5]) as Tensor;
    alone.grad = tensor([0.5]) as Tensor;
    both.step();
    own.step();
    expect([...resting.data]).toEqual([...alone.data]);
  });

  test('notices when backward would use a weight that has changed since', () => {
    const weight = leaf(2);
    const loss = weight.mul(weight).sum();
    weight.grad = tensor([1]) as Tensor;
    sgd([weight], { rate: 0.5 }).step();
    expect(() => loss.backward()).toThrow(/changed/);
  });

  test('takes its rate from a schedule, step by step', () => {
    const weight = leaf(0);
    const made = sgd([weight], { rate: { rateAt: (at) => 10 ** -at } });
    for (const expected of [-1, -1.1, -1.11]) {
      weight.grad = tensor([1]) as Tensor;
      made.step();
      expect(weight.item()).toBeCloseTo(expected, 5);
    }
    expect(made.rate).toBeCloseTo(1e-3);
    expect(made.steps).toBe(3);
  });

  test('groups are told by names or by tensors, and the first that fits counts', () => {
    const layer = new Linear(2, 1, { key: randomKey(0) });
    const before = [layer.weight.data.slice(), layer.bias!.data.slice()];
    const made = sgd(layer, {
      rate: 1,
      groups: [
        { parameters: (name) => name.endsWith('bias'), rate: 0 },
        { parameters: [layer.bias!, layer.weight], rate: 0.5 },
      ],
    });
    layer.weight.grad = tensor([[1, 1]]) as Tensor;
    layer.bias!.grad = tensor([1]) as Tensor;
    made.step();
    expect(layer.weight.data).toEqual(before[0]!.map((value) => Math.fround(value - 0.5)));
    expect(layer.bias!.data).toEqual(before[1]);
  });

  test('zeroGrad gives the gradients back', () => {
    const weight = leaf(1);
    const made = sgd([weight], { rate: 1 });
    weight.mul(2).sum().backward();
    const { grad } = weight;
    made.zeroGrad();
    expect(weight.grad).toBeNull();
    expect(grad?.ended).toBe(true);
  });

  const makers = {
    adam: (weights: Tensor[]) => adam(weights, { rate: 0.1, amsgrad: true }),
    adamW: (weights: Tensor[]) => adamW(weights, { rate: { rateAt: (at) => 0.1 / (1 + at) } }),
    rmsprop: (weights: Tensor[]) => rmsprop(weights, { rate: 0.1, centered: true, momentum: 0.9 }),
    sgd: (weights: Tensor[]) => sgd(weights, { rate: 0.1, momentum: 0.9, nesterov: true, dampening: 0 }),
    chain: (weights: Tensor[]) => optimizer(weights, chain(scaleByAdam(), scaleByRate(0.1))),
  };

  test.each(Object.entries(makers))('%s goes on from its state to the same bits', (_, make) => {
    const gradient = (at: number) => tensor([Math.sin(at), Math.cos(3 * at)]) as Tensor;
    const run = (made: ReturnType<typeof make>, weight: Tensor, from: number, to: number) => {
      for (let at = from; at < to; at++) {
        weight.grad = gradient(at);
        made.step();
      }
    };
    const whole = leaf(1, -1);
    const uninterrupted = make([whole]);
    run(uninterrupted, whole, 0, 9);
    const first = leaf(1, -1);
    const early = make([first]);
    run(early, first, 0, 4);
    const second = leaf(...first.data);
    const late = make([second]);
    late.restore(early.state());
    run(late, second, 4, 9);
    expect(second.data).toEqual(whole.data);
    expect(late.state()).toEqual(uninterrupted.state());
  });

  test('a state that does not fit is refused and changes nothing', () => {
    const made = adam([leaf(1)], { rate: 0.1 });
    const before = made.state();
    expect(() => made.restore(adam([leaf(1, 2)], { rate: 0.1 }).state())).toThrow(
      'Optimizer.restore: the state must be of the same parameters and transforms: 0.mean',
    );
    expect(() => made.restore(adam([leaf(1)], { rate: 0.1, amsgrad: true }).state())).toThrow(
      '2 tensors, got 3',
    );
    expect(made.state()).toEqual(before);
  });

  test('bad options are refused by name', () => {
    const weights = [leaf(1)];
    expect(() => adam(weights, { rate: -1 })).toThrow('scaleByRate: rate must be at least 0, got -1');
    expect(() => adam(weights, { rate: 1, betas: [0.9, 1] })).toThrow(
      'scaleByAdam: betas must be at least 0 and below 1, got 1',
    );
    expect(() => adam(weights, { rate: 1, weightDecay: -2 })).toThrow(
      'decayWeights: share must be at least 0, got -2',
    );
    expect(() => rmsprop(weights, { rate: 1, alpha: 2 })).toThrow(
      'scaleByRms: alpha must be at least 0 and below 1, got 2',
    );
    expect(() => sgd(weights, { rate: 1, groups: [{ parameters: [] }] })).toThrow(
      'optimizer: a group must have parameters',
    );
    expect(() => chain(scaleByAdam(), scaleByAdam())).toThrow(
      'chain: two transforms keep the same state, mean',
    );
  });
});

function describeCase({
  options,
  groups,
  clip,
}: {
  options: unknown;
  groups?: unknown;
  clip?: unknown;
}): string {
  return JSON.stringify({ options, groups, clip });
}
