import {
  dropout,
  foldIn,
  grad,
  ones,
  randn,
  randomKey,
  setEngine,
  splitKey,
  type Tensor,
} from '@sonograd/tensor';
import { afterAll, describe, expect, test } from 'vitest';
import { fillBernoulli } from '../../packages/tensor/src/random/fill.ts';
import { onEveryEngine } from './engines.ts';
import { checkBothForms, checkThreads, valuesAndGradients } from './fusedChecks.ts';

const key = foldIn(randomKey(3), 'dropout');

onEveryEngine('dropout', () => {
  test.each([0, 1, 7, 8, 9, 65, 1000])('%i elements: the mask is the stream of the key', (length) => {
    const x = randn([length], { key: randomKey(1) }).add(3) as Tensor;
    const mask = fillBernoulli(new Uint8Array(length), key, 0.75);
    const out = dropout(x, 0.25, key);
    const scale = Math.fround(1 / 0.75);
    expect([...out.data]).toEqual(
      [...x.data].map((value, at) => (mask[at] === 1 ? Math.fround(value * scale) : 0)),
    );
  });

  test('keeps its share and its sum', () => {
    const out = dropout(ones([100_000]), 0.3, key);
    const kept = [...out.data].filter((value) => value !== 0).length / 100_000;
    expect(Math.abs(kept - 0.7)).toBeLessThan(0.006);
    expect(Math.abs(out.mean().item() - 1)).toBeLessThan(0.01);
  });

  test('the gradient goes where the values went', () => {
    const x = randn([37]).add(3) as Tensor;
    const slope = grad((given: Tensor) => dropout(given, 0.5, key).sum() as Tensor)(x);
    const out = dropout(x, 0.5, key);
    expect([...slope.data]).toEqual([...out.data].map((value) => (value === 0 ? 0 : 2)));
    checkBothForms((given) => dropout(given, 0.5, key), [x]);
  });

  test('nothing dropped, everything dropped', () => {
    const x = randn([9]) as Tensor;
    expect([...dropout(x, 0, key).data]).toEqual([...x.data]);
    x.data[4] = Infinity;
    expect([...dropout(x, 1, key).data].map(Math.abs)).toEqual(new Array(9).fill(0));
  });

  test('other keys drop other elements', () => {
    const [first, second] = splitKey(key);
    const zerosAt = (own = key) => [...dropout(ones([200]), 0.5, own).data].join('');
    expect(zerosAt()).toBe(zerosAt());
    expect(new Set([zerosAt(), zerosAt(first), zerosAt(second)]).size).toBe(3);
  });

  test('the probability must be one', () => {
    for (const probability of [-0.1, 1.1, Number.NaN]) {
      expect(() => dropout(ones([2]), probability, key)).toThrow(
        `dropout: probability must be from 0 to 1, got ${probability}`,
      );
    }
  });
});

describe('kernels', () => {
  afterAll(() => setEngine('simd'));

  test.each([5, 100_003])('%i elements: the same bits on any number of threads', async (length) => {
    const x = randn([length], { key: randomKey(2) }) as Tensor;
    await checkThreads(() => valuesAndGradients((given) => dropout(given, 0.2, key), [x]));
  });
});
