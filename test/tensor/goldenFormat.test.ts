import { existsSync, readFileSync, statSync } from 'node:fs';

import { describe, expect, test } from 'vitest';

import { type ModelIndex, type OpIndex, placeInputs, showCall } from '../golden/cases.ts';
import { generate, type Input } from '../golden/formulas.ts';
import {
  difference,
  type Expected,
  goldenNames,
  goldenPath,
  largestError,
  readGolden,
} from '../golden/readGolden.ts';

const float = (shape: number[], formula: Input['formula']): Input => ({ shape, dtype: 'float32', formula });

describe('formulas', () => {
  test('uniform: the same numbers as golden_format.py', () => {
    const made = generate(float([4], { kind: 'uniform', seed: 1, low: -2, high: 2 }));
    expect([...made]).toEqual([
      -0.6100289821624756, 1.2868316173553467, 1.171868085861206, 1.5683798789978027,
    ]);
  });

  test('uniform stays in its range, and away from the points to avoid', () => {
    const made = generate(
      float([1000], { kind: 'uniform', seed: 7, low: -1, high: 1, avoid: [0, 0.5], margin: 0.1 }),
    );
    for (const x of made) {
      expect(Math.abs(x)).toBeLessThanOrEqual(1);
      expect(Math.min(Math.abs(x), Math.abs(x - 0.5))).toBeGreaterThan(0.0999);
    }
    expect(new Set(made).size).toBeGreaterThan(750);
  });

  test('diagonal: added to every matrix of a batch', () => {
    const plain = generate(float([2, 2, 3], { kind: 'uniform', seed: 3, low: 0, high: 1 }));
    const made = generate(float([2, 2, 3], { kind: 'uniform', seed: 3, low: 0, high: 1, diagonal: [10, 5] }));
    const added = Array.from(made, (x, k) => Math.round(x - (plain[k] as number)));
    expect(added).toEqual([10, 0, 0, 0, 15, 0, 10, 0, 0, 0, 15, 0]);
  });

  test('distinct: evenly spaced, shuffled', () => {
    const made = generate(float([127], { kind: 'distinct', seed: 5, low: 0, high: 127 }));
    const sorted = [...made].sort((a, b) => a - b);
    expect(sorted).toEqual(Array.from({ length: 127 }, (_, k) => k + 0.5));
    expect([...made]).not.toEqual(sorted);
  });

  test('integers and bools cover their range', () => {
    const whole = generate({
      shape: [200],
      dtype: 'int32',
      formula: { kind: 'integers', seed: 2, low: -1, high: 3 },
    });
    expect(new Set(whole)).toEqual(new Set([-1, 0, 1, 2]));
    const mask = generate({ shape: [200], dtype: 'bool', formula: { kind: 'bools', seed: 2, share: 0.25 } });
    const share = Array.from(mask).filter((bit) => bit === 1).length / 200;
    expect(share).toBeGreaterThan(0.15);
    expect(share).toBeLessThan(0.35);
  });

  test('values: NaN and the infinities are spelled', () => {
    const made = generate(float([4], { kind: 'values', values: [1.5, 'NaN', 'Infinity', '-Infinity'] }));
    expect([...made]).toEqual([1.5, NaN, Infinity, -Infinity]);
  });
});

describe('difference', () => {
  const whole: Expected = {
    shape: [3],
    dtype: 'float32',
    values: Float32Array.of(1, 100, 0),
    floor: 0.5,
    every: 1,
  };
  const received = (...data: number[]) => ({ shape: [data.length], dtype: 'float32', data });

  test('lets pass what is within the tolerance', () => {
    expect(difference(received(1.00001, 100.0009, 0.000004), whole, 1e-5 * 1.2)).toBeUndefined();
  });

  test.each([
    ['a relative error', received(1, 100.01, 0), '100.01, not 100, at 1'],
    ['an error below the floor', received(1, 100, 0.0001), '0.0001, not 0, at 2'],
    ['NaN', received(NaN, 100, 0), 'NaN, not 1, at 0'],
    ['Infinity', received(1, Infinity, 0), 'Infinity, not 100, at 1'],
    ['a shape', { ...received(1, 100, 0), shape: [3, 1] }, 'shape [3, 1], not [3]'],
    ['a dtype', { ...received(1, 100, 0), dtype: 'int32' }, 'dtype int32, not float32'],
  ])('names %s', (_, wrong, problem) => {
    expect(difference(wrong, whole, 1e-5)).toBe(problem);
  });

  test('expected NaN and infinities must be met exactly', () => {
    const unusual = { ...whole, values: Float32Array.of(NaN, Infinity, -Infinity) };
    expect(difference(received(NaN, Infinity, -Infinity), unusual, 1e-5)).toBeUndefined();
    expect(difference(received(NaN, Infinity, Infinity), unusual, 1e-5)).toBe(
      'Infinity, not -Infinity, at 2',
    );
    expect(difference(received(NaN, 3e38, -Infinity), unusual, 1e-5)).toBe('3e+38, not Infinity, at 1');
    expect(difference(received(0, Infinity, -Infinity), unusual, 1e-5)).toBe('0, not NaN, at 0');
  });

  test('between the samples, the sums find an error', () => {
    const sampled: Expected = {
      ...whole,
      shape: [5],
      values: Float32Array.of(1, 3, 5),
      every: 2,
      sum: 3,
      absoluteSum: 15,
    };
    expect(difference(received(1, -2, 3, -4, 5), sampled, 1e-5)).toBeUndefined();
    expect(difference(received(1, -2, 3, 4, 5), sampled, 1e-5)).toBe('sum 11, not 3');
    expect(difference(received(1, 2, 3, -8, 5), sampled, 1e-5)).toBe('sum of magnitudes 19, not 15');
    expect(difference(received(1, -2, 3.1, -4, 5), sampled, 1e-5)).toBe('3.1, not 3, at 2');
  });

  test('largestError: a fraction of the magnitude or of the floor', () => {
    expect(largestError(received(1, 101, 0.01), whole)).toBeCloseTo(0.02, 6);
  });
});

describe('calls', () => {
  const call = [[{ input: 0 }, { input: 1 }], null, -1, { mask: { input: 2 }, mode: 'reflect' }];

  test('inputs are put in their places, undefined for null', () => {
    expect(placeInputs(call, ['a', 'b', 'c'])).toEqual([
      ['a', 'b'],
      undefined,
      -1,
      { mask: 'c', mode: 'reflect' },
    ]);
  });

  test('in words', () => {
    const formula: Input['formula'] = { kind: 'values', values: [] };
    const inputs: Input[] = [
      { shape: [3], dtype: 'float32', formula },
      { shape: [], dtype: 'int32', formula },
      { shape: [2, 1], dtype: 'bool', formula },
    ];
    expect(showCall(call, inputs)).toBe(
      '[[3], int32 []], undefined, -1, { mask: bool [2, 1], mode: "reflect" }',
    );
  });
});

const folders = [
  'ops',
  'ops/network',
  ...[
    'layers',
    'audio',
    'losses',
    'optimizers',
    'schedules',
    'averages',
    'training',
    'initialisers',
    'models',
  ].map((folder) => `nn/${folder}`),
];

describe('the files', () => {
  test.each(folders)('%s: indices and binary files agree to the last byte', (folder) => {
    expect(goldenNames(folder).length).toBeGreaterThan(0);
    for (const name of goldenNames(folder)) {
      const stored = tensorsOf(readGolden<unknown>(folder, name));
      const elements = stored.reduce((total, { values }) => total + values.length, 0);
      const binary = goldenPath(folder, `${name}.bin`);
      expect(existsSync(binary) ? statSync(binary).size : 0, name).toBe(4 * elements);
    }
  });

  test.each(goldenNames('nn/models'))('weights of %s: the names and sizes of its state', (name) => {
    const bytes = readFileSync(goldenPath('nn/models', `${name}.safetensors`));
    const headerLength = Number(bytes.readBigUInt64LE(0));
    const { __metadata__, ...header } = JSON.parse(bytes.toString('utf8', 8, 8 + headerLength)) as Record<
      string,
      { shape: number[]; data_offsets: [number, number] }
    >;
    expect(__metadata__).toEqual({ format: 'pt' });
    const [first] = readGolden<ModelIndex>('nn/models', name).cases;
    const state = { ...first?.parameterGradients, ...first?.buffersAfter };
    expect(Object.keys(header).sort()).toEqual(Object.keys(state).sort());
    for (const [key, { shape }] of Object.entries(header)) expect(shape).toEqual(state[key]?.shape);
    const ends = Object.values(header).map((entry) => entry.data_offsets[1]);
    expect(Math.max(...ends)).toBe(bytes.length - 8 - headerLength);
  });

  test('every differentiable input has a gradient that is not all zeros, but for steps', () => {
    const flat = new Set(['sign', 'floor', 'round']);
    for (const name of goldenNames('ops').filter((op) => !flat.has(op))) {
      const { cases } = readGolden<OpIndex>('ops', name);
      const gradients = cases
        .flatMap((golden) => golden.gradients ?? [])
        .filter(({ values }) => values.length > 2);
      const dead = gradients.filter(({ values }) => values.every((x) => x === 0));
      expect(dead.length, name).toBeLessThanOrEqual(gradients.length / 2);
    }
  });
});

/** All expected tensors of an index, wherever they stand. */
function tensorsOf(part: unknown): Expected[] {
  if (typeof part !== 'object' || part === null) return [];
  if ('values' in part && 'floor' in part) return [part as Expected];
  return Object.values(part).flatMap(tensorsOf);
}
