import {
  Dropout,
  Linear,
  layerKey,
  MultiHeadAttention,
  Sequential,
  SpecAugment,
  seedLayers,
  stateDict,
} from '@sonograd/nn';
import { foldIn, ones, randomKey, splitKey, type Tensor } from '@sonograd/tensor';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Generator } from '../../packages/nn/src/module/generator.ts';

describe('layerKey', () => {
  test('the same key object gives the keys of branches 0, 1, 2', () => {
    const key = randomKey(3);
    expect([layerKey(key), layerKey(key), layerKey(key)]).toEqual(
      [0, 1, 2].map((branch) => foldIn(key, branch)),
    );
  });

  test('another object of the same seed starts anew', () => {
    const first = layerKey(randomKey(3));
    expect(layerKey(randomKey(3))).toEqual(first);
  });

  test('no two of a thousand layers share a stream', () => {
    const key = randomKey(0);
    const seen = new Set(Array.from({ length: 1000 }, () => JSON.stringify(layerKey(key))));
    expect(seen.size).toBe(1000);
  });

  test('without a key, seedLayers starts the series anew', () => {
    seedLayers(5);
    const first = [layerKey(), layerKey()];
    seedLayers(5);
    expect([layerKey(), layerKey()]).toEqual(first);
    expect(layerKey()).not.toEqual(first[0]);
  });

  test('weight and bias of one layer are not the same numbers', () => {
    const { weight, bias } = new Linear(4, 4, { key: randomKey(1) });
    expect([...(bias as Tensor).data]).not.toEqual([...weight.data].slice(0, 4));
  });
});

describe('a generator', () => {
  test('gives a key of its own for each call, the same after it was restored', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 31 }), fc.integer({ min: 0, max: 50 }), (seed, calls) => {
        const generator = new Generator(randomKey(seed));
        const drawn = Array.from({ length: calls }, () => JSON.stringify(generator.next()));
        expect(new Set(drawn).size).toBe(calls);
        const { state } = generator;
        const next = [generator.next(), generator.next()];
        const other = new Generator(randomKey(seed + 1));
        other.restore(JSON.parse(JSON.stringify(state)));
        expect([other.next(), other.next()]).toEqual(next);
      }),
      { seed: 4, numRuns: 50 },
    );
  });

  test('the state counts calls', () => {
    const generator = new Generator({ high: 1, low: 2 });
    generator.next();
    expect(generator.state).toEqual({ high: 1, low: 2, calls: 1 });
  });
});

describe('streams of one model', () => {
  test('dropout layers of one key drop different places', () => {
    const key = randomKey(8);
    const [first, second] = [new Dropout(0.5, { key }), new Dropout(0.5, { key })];
    const x = ones([4, 16]);
    expect([...(first.forward(x) as Tensor).data]).not.toEqual([...(second.forward(x) as Tensor).data]);
  });

  test('a layer more at the end leaves those before it as they are', () => {
    const make = (more: boolean) => {
      const key = randomKey(8);
      const layers = [new Linear<number, number>(4, 4, { key }), new Linear<number, number>(4, 4, { key })];
      return stateDict(
        new Sequential(...layers, ...(more ? [new Linear<number, number>(4, 4, { key })] : [])),
      );
    };
    const [short, long] = [make(false), make(true)];
    for (const [name, entry] of short) expect(long.get(name)).toEqual(entry);
  });

  test('generators are named like parameters, and each is restored to its own state', () => {
    const [a, b] = splitKey(randomKey(2)) as [ReturnType<typeof randomKey>, ReturnType<typeof randomKey>];
    const model = new Sequential(new Dropout(0.1, { key: a }), new Sequential(new SpecAugment({ key: b })));
    expect(Object.keys(model.generatorState())).toEqual(['0.dropout_generator', '1.0.generator']);
    model.forward(ones([2, 4, 4]));
    const { state } = { state: model.generatorState() };
    expect(Object.values(state).map(({ calls }) => calls)).toEqual([1, 1]);
    model.forward(ones([2, 4, 4]));
    model.restoreGeneratorState(state);
    expect(model.generatorState()).toEqual(state);
  });

  test('attention drops weights by a stream of its own', () => {
    const layer = new MultiHeadAttention(8, 2, { dropout: 0.5, batchFirst: true, key: randomKey(2) });
    const x = ones([1, 6, 8]) as Tensor;
    const [first, second] = [layer.forward(x, x, x).output, layer.forward(x, x, x).output];
    expect([...first.data]).not.toEqual([...second.data]);
    expect(layer.generatorState().dropout_generator?.calls).toBe(2);
    layer.eval();
    expect([...layer.forward(x, x, x).output.data]).toEqual([...layer.forward(x, x, x).output.data]);
    expect(layer.generatorState().dropout_generator?.calls).toBe(2);
  });
});
