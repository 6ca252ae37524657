import * as nn from '@sonograd/nn';
import {
  byFan,
  gainOf,
  initialise,
  kaimingNormal,
  kaimingUniform,
  Linear,
  orthogonal,
  Sequential,
  xavierNormal,
  xavierUniform,
} from '@sonograd/nn';
import { randomKey, type Tensor } from '@sonograd/tensor';
import { describe, expect, test } from 'vitest';
import { readGolden } from '../golden/readGolden.ts';
import { onEveryEngine } from '../tensor/engines.ts';

interface Draws {
  cases: { shape: number[]; options: object; bound?: number; deviation?: number }[];
}

interface Defaults {
  cases: { layer: string; arguments: number[]; bounds: Record<string, number> }[];
}

type Initialiser = (shape: readonly number[], key: ReturnType<typeof randomKey>, options: object) => Tensor;

const key = randomKey(7);
const largest = ({ data }: Tensor) => data.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
const deviation = ({ data }: Tensor) =>
  Math.sqrt(data.reduce((sum, value) => sum + value * value, 0) / data.length);

describe('initialisers draw from the distributions of PyTorch', () => {
  test.each([
    ['xavierUniform', xavierUniform],
    ['kaimingUniform', kaimingUniform],
  ] as [string, Initialiser][])('%s: the bound is reached to 3 % and never passed', (name, draw) => {
    for (const { shape, options, bound = 0 } of readGolden<Draws>('nn/initialisers', name).cases) {
      const most = largest(draw(shape, key, options));
      expect(most).toBeLessThanOrEqual(bound * (1 + 1e-6));
      expect(most).toBeGreaterThan(0.97 * bound);
    }
  });

  test.each([
    ['xavierNormal', xavierNormal],
    ['kaimingNormal', kaimingNormal],
  ] as [string, Initialiser][])('%s: the deviation to 10 %', (name, draw) => {
    for (const golden of readGolden<Draws>('nn/initialisers', name).cases) {
      const drawn = deviation(draw(golden.shape, key, golden.options));
      expect(Math.abs(drawn / (golden.deviation ?? 0) - 1)).toBeLessThan(0.1);
    }
  });

  test.each(readGolden<Defaults>('nn/initialisers', 'defaults').cases)(
    '$layer starts with the bounds of PyTorch',
    ({ layer, arguments: given, bounds }) => {
      const Constructor = (nn as unknown as Record<string, new (...given: unknown[]) => nn.Module>)[layer];
      if (Constructor === undefined) throw new Error(`@sonograd/nn does not export ${layer}`);
      const most = new Map<string, number>();
      for (let seed = 0; seed < 60; seed++) {
        for (const [name, parameter] of new Constructor(...given, { key: randomKey(seed) }).namedParameters())
          most.set(name, Math.max(most.get(name) ?? 0, largest(parameter)));
      }
      expect([...most.keys()]).toEqual(Object.keys(bounds));
      for (const [name, bound] of Object.entries(bounds)) {
        expect(most.get(name), name).toBeLessThanOrEqual(bound * 1.005);
        expect(most.get(name), name).toBeGreaterThanOrEqual(bound * 0.98);
      }
    },
  );
});

onEveryEngine('orthogonal', () => {
  test.each([[[16, 16]], [[24, 10]], [[10, 24]], [[8, 3, 3, 3]], [[1, 5]]])(
    '%j: the short side is orthonormal',
    (shape) => {
      const drawn = orthogonal(shape, key, { gain: 2 });
      const [rows = 0] = shape;
      const flat = drawn.reshape([rows, drawn.size / rows]) as Tensor;
      const short = (rows <= drawn.size / rows ? flat : flat.transpose(0, 1)) as Tensor;
      const products = short.matmul(short.transpose(0, 1)) as Tensor;
      const size = products.shape[0] as number;
      products.data.forEach((value, at) => {
        expect(value).toBeCloseTo(at % (size + 1) === 0 ? 4 : 0, 4);
      });
    },
  );
});

describe('initialise', () => {
  test('weights are drawn by name, biases are zero, and the same key gives the same bits', () => {
    const make = () => new Sequential(new Linear(8, 6), new nn.BatchNorm1d(6), new Linear(6, 4));
    const [first, second] = [make(), make()];
    for (const model of [first, second]) initialise(model, orthogonal, key);
    expect(nn.stateDict(first)).toEqual(nn.stateDict(second));
    const parameters = new Map(first.namedParameters());
    expect(parameters.get('0.bias')?.data.every((value) => value === 0)).toBe(true);
    expect(parameters.get('1.weight')?.data.every((value) => value === 1)).toBe(true);
    expect(deviation(parameters.get('0.weight') as Tensor)).toBeGreaterThan(0.1);
  });

  test('a layer more does not change the draws of the others', () => {
    const short = new Sequential(new Linear(8, 6));
    const long = new Sequential(new Linear(8, 6), new Linear(6, 4));
    for (const model of [short, long]) initialise(model, byFan, key);
    expect(long.namedParameters()[0]?.[1].data).toEqual(short.namedParameters()[0]?.[1].data);
  });
});

describe('layers made from one key', () => {
  test('each has a stream of its own, and the whole model is the same every time', () => {
    const make = () => {
      const shared = randomKey(3);
      return new Sequential(new Linear(8, 8, { key: shared }), new Linear(8, 8, { key: shared }));
    };
    const [[, first], , [, second]] = make().namedParameters() as [
      [string, Tensor],
      unknown,
      [string, Tensor],
    ];
    expect(first.data).not.toEqual(second.data);
    expect(nn.stateDict(make())).toEqual(nn.stateDict(make()));
  });
});

describe('bad input', () => {
  test('is refused with the values', () => {
    expect(() => xavierUniform([3], key)).toThrow(
      'xavierUniform: a weight must have at least two axes, got [3]',
    );
    expect(() => kaimingNormal([3, 3], key, { mode: 'sideways' as 'fanIn' })).toThrow(
      'kaimingNormal: mode must be fanIn or fanOut, got sideways',
    );
    expect(gainOf('leakyRelu', 1)).toBe(1);
  });
});
