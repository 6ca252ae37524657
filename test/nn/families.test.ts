import { adam, loadStateDict, type Module, stateDict } from '@sonograd/nn';
import { memory, scope, setEngine, type Tensor } from '@sonograd/tensor';
import { afterAll, describe, expect, test } from 'vitest';
import { onEveryEngine } from '../tensor/engines.ts';
import { families } from './families.ts';

const names = Object.keys(families);

function trainer(model: Module, loss: () => Tensor): () => number {
  const optimizer = adam(model, { rate: 1e-2 });
  return () => {
    optimizer.zeroGrad();
    const value = scope(() => {
      const found = loss();
      found.backward();
      return found.item();
    });
    optimizer.step();
    return value;
  };
}

function steps(count: number, step: () => number): number[] {
  return Array.from({ length: count }, step);
}

onEveryEngine('one batch is learnt by heart', () => {
  test.each(names)('%s', (name) => {
    const { model, loss } = (families[name] as (typeof families)[string])();
    const losses = steps(150, trainer(model, loss));
    expect(losses.at(-1)).toBeLessThan(0.12 * (losses[0] as number));
  });
});

describe('the same bits', () => {
  afterAll(() => setEngine('simd'));

  const run = (name: string) => {
    const { model, loss } = (families[name] as (typeof families)[string])();
    steps(5, trainer(model, loss));
    return stateDict(model);
  };

  test.each(names)('%s: for any number of threads', (name) => {
    const [one, two, four] = [1, 2, 4].map((threads) => {
      setEngine('threads', { threads });
      return run(name);
    });
    expect(two).toEqual(one);
    expect(four).toEqual(one);
  });

  test.each(names)('%s: after it was put away and taken out again', (name) => {
    setEngine('simd');
    const make = () => (families[name] as (typeof families)[string])();
    const whole = make();
    steps(3, whole.loss as unknown as () => number);
    const saved = { state: stateDict(whole.model), generators: whole.model.generatorState() };
    const expected = steps(3, () => scope(() => whole.loss().item()));
    const again = make();
    loadStateDict(again.model, saved.state);
    again.model.restoreGeneratorState(JSON.parse(JSON.stringify(saved.generators)));
    expect(steps(3, () => scope(() => again.loss().item()))).toEqual(expected);
  });
});

describe('memory', () => {
  test.each(names)('%s: a step holds nothing that the one before it did not', (name) => {
    setEngine('simd');
    const { model, loss } = (families[name] as (typeof families)[string])();
    const step = trainer(model, loss);
    steps(3, step);
    const before = memory();
    steps(20, step);
    const after = memory();
    expect(after.liveBytes).toBe(before.liveBytes);
  });
});
