import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  fillBernoulli,
  fillNormal,
  fillUniform,
  permutation,
  randomIntegers,
} from '../../packages/tensor/src/random/fill.ts';
import { gaussianPair } from '../../packages/tensor/src/random/gaussian.ts';
import { foldIn, randomKey, splitKey } from '../../packages/tensor/src/random/keys.ts';
import { threefry } from '../../packages/tensor/src/random/threefry.ts';

const key = randomKey(20240229);
const COUNT = 100_000;

describe('threefry', () => {
  test.each([
    [0, 0, 0, 0, 0x6b200159, 0x99ba4efe],
    [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0x1cb996fc, 0xbb002be7],
    [0x13198a2e, 0x03707344, 0x243f6a88, 0x85a308d3, 0xc4923a9c, 0x483df7a0],
  ])('known answers of Random123: key (%i, %i), counter (%i, %i)', (high, low, c0, c1, x, y) => {
    const block = new Uint32Array(2);
    threefry(block, { high, low }, c0, c1);
    expect([...block]).toEqual([x, y]);
  });

  test('one flipped bit of key or counter flips about half of the bits', () => {
    const flips: number[] = [];
    for (let bit = 0; bit < 128; bit++) {
      const words = [key.high, key.low, 7, 9];
      const before = blockOf(words);
      words[bit >> 5] = (words[bit >> 5] ^ (1 << (bit & 31))) >>> 0;
      const after = blockOf(words);
      flips.push(ones(before[0] ^ after[0]) + ones(before[1] ^ after[1]));
    }
    expect(Math.min(...flips)).toBeGreaterThan(14);
    expect(Math.abs(mean(flips) - 32)).toBeLessThan(1.5);
  });
});

describe('keys', () => {
  test('all of a 53-bit seed counts', () => {
    expect(randomKey(5)).toEqual({ high: 0, low: 5 });
    expect(randomKey(2 ** 52 + 1)).toEqual({ high: 2 ** 20, low: 1 });
  });

  test('split, folded and parent streams differ pairwise', () => {
    const labels = ['', 'a', 'b', 'ab', 'ba', 'dropout', 'é'];
    const keys = [
      key,
      ...splitKey(key, 50),
      ...[0, 1, 2, 2 ** 32, 2 ** 40].map((n) => foldIn(key, n)),
      ...labels.map((label) => foldIn(key, label)),
      foldIn(foldIn(key, 'a'), 'b'),
      ...splitKey(splitKey(key)[0]),
    ];
    const names = new Set(keys.map(({ high, low }) => `${high}:${low}`));
    expect(names.size).toBe(keys.length);
    const first = new Set(keys.map((each) => fillUniform(new Float32Array(1), each)[0]));
    expect(first.size).toBeGreaterThan(keys.length - 2);
  });

  test('asking for more children leaves the earlier ones as they were', () => {
    expect(splitKey(key, 10).slice(0, 3)).toEqual(splitKey(key, 3));
    expect(splitKey(key)).toHaveLength(2);
    expect(splitKey(key, 0)).toEqual([]);
  });

  test('children are uncorrelated', () => {
    const [a, b] = splitKey(key).map((child) => fillNormal(new Float32Array(COUNT), child));
    const product = a.map((value, at) => value * b[at]);
    expect(Math.abs(mean(product))).toBeLessThan(4 / Math.sqrt(COUNT));
  });

  test('bad seeds, counts and labels are named', () => {
    expect(() => randomKey(-1)).toThrow('randomKey: seed must be an integer from 0 to 2^53 - 1, got -1');
    expect(() => randomKey(0.5)).toThrow('got 0.5');
    expect(() => splitKey(key, Number.NaN)).toThrow('splitKey: count must be');
    expect(() => foldIn(key, 2 ** 53)).toThrow('foldIn: data must be');
  });
});

describe('fillUniform', () => {
  test('mean, variance and Kolmogorov-Smirnov distance on [0, 1)', () => {
    const values = fillUniform(new Float32Array(COUNT), key);
    expect(Math.abs(mean(values) - 0.5)).toBeLessThan(4 * Math.sqrt(1 / 12 / COUNT));
    expect(Math.abs(variance(values) - 1 / 12)).toBeLessThan(0.001);
    expect(distance(values, (x) => x)).toBeLessThan(1.95 / Math.sqrt(COUNT));
    expect(Math.min(...values.subarray(0, 50_000))).toBeGreaterThanOrEqual(0);
  });

  test('neighbours are independent: chi-square of pairs on a 16 x 16 grid', () => {
    const values = fillUniform(new Float32Array(COUNT), key, 0, 16);
    const cells = new Float64Array(256);
    for (let at = 0; at + 1 < COUNT; at += 2) cells[(values[at] | 0) * 16 + (values[at + 1] | 0)]++;
    const expected = COUNT / 2 / 256;
    const chiSquare = cells.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
    expect(chiSquare).toBeGreaterThan(170);
    expect(chiSquare).toBeLessThan(350);
  });

  test('rounding never reaches the upper bound', () => {
    for (const [low, high] of [
      [10, 11],
      [-1e-30, 0],
      [1e30, 1.001e30],
      [-3, -2],
    ]) {
      const values = fillUniform(new Float32Array(COUNT), key, low, high);
      const [start, end] = [Math.fround(low), Math.fround(high)];
      expect(values.every((value) => value >= start && value < end)).toBe(true);
    }
  });

  test('bounds that make no range are refused', () => {
    const out = new Float32Array(4);
    for (const [low, high] of [
      [1, 1],
      [2, 1],
      [Number.NaN, 1],
      [0, Infinity],
      [-3e38, 3e38],
    ]) {
      expect(() => fillUniform(out, key, low, high)).toThrow('fillUniform: needs finite float32 bounds');
    }
    expect(() => fillUniform(out, key, 0, 1, -1)).toThrow('fillUniform: offset must be');
  });
});

describe('fillNormal', () => {
  test('moments and Kolmogorov-Smirnov distance', () => {
    const values = fillNormal(new Float32Array(COUNT), key);
    expect(Math.abs(mean(values))).toBeLessThan(4 / Math.sqrt(COUNT));
    expect(Math.abs(variance(values) - 1)).toBeLessThan(4 * Math.sqrt(2 / COUNT));
    expect(Math.abs(mean(values.map((x) => x ** 3)))).toBeLessThan(4 * Math.sqrt(15 / COUNT));
    expect(Math.abs(mean(values.map((x) => x ** 4)) - 3)).toBeLessThan(4 * Math.sqrt(96 / COUNT));
    expect(distance(values, (x) => (1 + erf(x / Math.SQRT2)) / 2)).toBeLessThan(1.95 / Math.sqrt(COUNT));
  });

  test('agrees with Box-Muller in float64 to 1e-6 of the radius', () => {
    const pair = new Float32Array(2);
    const words = fillEdges();
    for (const radiusWord of words) {
      for (const angleWord of words) {
        gaussianPair(pair, radiusWord, angleWord);
        const radius = Math.sqrt(-2 * Math.log(Math.min(1, (Math.fround(radiusWord) + 0.5) / 2 ** 32)));
        const angle = (2 * Math.PI * angleWord) / 2 ** 32;
        expect(Math.abs(pair[0] - radius * Math.cos(angle))).toBeLessThan(
          1e-6 * radius + 5e-4 * nearOne(radiusWord),
        );
        expect(Math.abs(pair[1] - radius * Math.sin(angle))).toBeLessThan(
          1e-6 * radius + 5e-4 * nearOne(radiusWord),
        );
      }
    }
  });

  test('the extreme words give finite values', () => {
    const pair = new Float32Array(2);
    gaussianPair(pair, 0, 0);
    expect(pair[0]).toBeCloseTo(Math.sqrt(66 * Math.LN2), 5);
    gaussianPair(pair, 0xffffffff, 0xffffffff);
    expect(Math.abs(pair[0]) + Math.abs(pair[1])).toBe(0);
  });

  test('mean and deviation shift and scale', () => {
    const standard = fillNormal(new Float32Array(64), key);
    const moved = fillNormal(new Float32Array(64), key, 3, 0.5);
    expect([...moved]).toEqual([...standard].map((value) => Math.fround(3 + value * 0.5)));
    expect([...fillNormal(new Float32Array(3), key, 2, 0)]).toEqual([2, 2, 2]);
    expect(() => fillNormal(moved, key, 0, -1)).toThrow(
      'fillNormal: needs a finite float32 mean and a deviation',
    );
    expect(() => fillNormal(moved, key, Number.NaN)).toThrow('got NaN, 1');
  });
});

describe('fillBernoulli', () => {
  test.each([0.1, 0.5, 0.9])('hits with probability %d', (probability) => {
    const hits = mean(fillBernoulli(new Uint8Array(COUNT), key, probability));
    const deviation = Math.sqrt((probability * (1 - probability)) / COUNT);
    expect(Math.abs(hits - probability)).toBeLessThan(4 * deviation);
  });

  test('0 never, 1 always; same draws as the uniform stream', () => {
    expect(mean(fillBernoulli(new Uint8Array(COUNT), key, 0))).toBe(0);
    expect(mean(fillBernoulli(new Float32Array(COUNT), key, 1))).toBe(1);
    const uniform = fillUniform(new Float32Array(1000), key);
    const mask = fillBernoulli(new Int32Array(1000), key, 0.25);
    expect([...mask]).toEqual([...uniform].map((value) => (value < 0.25 ? 1 : 0)));
  });

  test('a probability outside [0, 1] is refused', () => {
    for (const probability of [-0.1, 1.1, Number.NaN]) {
      expect(() => fillBernoulli(new Uint8Array(1), key, probability)).toThrow(
        `fillBernoulli: probability must lie in [0, 1], got ${probability}`,
      );
    }
  });
});

describe('randomIntegers', () => {
  test('every value of a small range about equally often', () => {
    const counts = new Float64Array(7);
    for (const value of randomIntegers(new Int32Array(COUNT), key, -3, 4)) counts[value + 3]++;
    const expected = COUNT / 7;
    const chiSquare = counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
    expect(chiSquare).toBeLessThan(22.5);
  });

  test('the whole int32 range', () => {
    const values = randomIntegers(new Int32Array(COUNT), key, -(2 ** 31), 2 ** 31);
    const scaled = Float64Array.from(values, (value) => value / 2 ** 32 + 0.5);
    expect(distance(scaled, (x) => x)).toBeLessThan(1.95 / Math.sqrt(COUNT));
  });

  test('bad bounds are refused', () => {
    for (const [low, high] of [
      [1, 1],
      [0.5, 3],
      [0, 2 ** 31 + 1],
    ]) {
      expect(() => randomIntegers(new Int32Array(1), key, low, high)).toThrow(
        `randomIntegers: needs int32 bounds with low < high, got ${low}, ${high}`,
      );
    }
  });
});

describe('permutation', () => {
  test('holds every index once', () => {
    for (const count of [0, 1, 2, 3, 1000]) {
      const sorted = [...permutation(count, key)].sort((a, b) => a - b);
      expect(sorted).toEqual(Array.from({ length: count }, (_, index) => index));
    }
    expect(() => permutation(-1, key)).toThrow('permutation: count must be');
  });

  test('all orders of three come about equally often', () => {
    const seen = new Map<string, number>();
    for (const child of splitKey(key, 6000)) {
      const order = permutation(3, child).join('');
      seen.set(order, (seen.get(order) ?? 0) + 1);
    }
    expect(seen.size).toBe(6);
    for (const count of seen.values()) expect(Math.abs(count - 1000)).toBeLessThan(120);
  });
});

test('any stretch can be made on its own', () => {
  const whole = {
    uniform: fillUniform(new Float32Array(300), key, -2, 5),
    normal: fillNormal(new Float32Array(300), key, 1, 2),
    bernoulli: fillBernoulli(new Uint8Array(300), key, 0.3),
    integers: randomIntegers(new Int32Array(300), key, 0, 1000),
  };
  fc.assert(
    fc.property(fc.nat(150), fc.nat(150), (offset, length) => {
      const end = offset + length;
      const float = () => new Float32Array(length);
      expect(fillUniform(float(), key, -2, 5, offset)).toEqual(whole.uniform.slice(offset, end));
      expect(fillNormal(float(), key, 1, 2, offset)).toEqual(whole.normal.slice(offset, end));
      const mask = fillBernoulli(new Uint8Array(length), key, 0.3, offset);
      expect(mask).toEqual(whole.bernoulli.slice(offset, end));
      const integers = randomIntegers(new Int32Array(length), key, 0, 1000, offset);
      expect(integers).toEqual(whole.integers.slice(offset, end));
    }),
  );
});

test('offsets beyond 32 bits reach blocks of their own', () => {
  const near = fillUniform(new Float32Array(8), key);
  const far = fillUniform(new Float32Array(8), key, 0, 1, 2 ** 33);
  expect([...far]).not.toEqual([...near]);
  expect(fillUniform(new Float32Array(4), key, 0, 1, 2 ** 33 + 3)).toEqual(
    fillUniform(new Float32Array(8), key, 0, 1, 2 ** 33).slice(3, 7),
  );
});

test('the bits are pinned: a seed gives the same numbers in every release', () => {
  expect(checksum(fillUniform(new Float32Array(4096), randomKey(0)))).toBe(4233362523);
  expect(checksum(fillNormal(new Float32Array(4096), randomKey(0)))).toBe(466808591);
  expect(checksum(randomIntegers(new Int32Array(4096), randomKey(0), 0, 1000))).toBe(473136192);
  expect([...permutation(8, randomKey(0))]).toEqual([1, 0, 3, 4, 7, 2, 6, 5]);
});

function blockOf([high, low, counterHigh, counterLow]: number[]): number[] {
  const block = new Uint32Array(2);
  threefry(block, { high, low }, counterHigh, counterLow);
  return [...block];
}

function ones(word: number): number {
  let count = 0;
  for (let rest = word >>> 0; rest !== 0; rest >>>= 1) count += rest & 1;
  return count;
}

function fillEdges(): number[] {
  const inner = new Uint32Array(randomIntegers(new Int32Array(100), key, -(2 ** 31), 2 ** 31));
  return [0, 1, 2, 2 ** 29, 2 ** 29 - 1, 2 ** 30, 2 ** 31, 3 * 2 ** 30 + 5, ...inner];
}

/** Close to 1 a word in float32 keeps few digits of its logarithm. */
function nearOne(word: number): number {
  return word > 0xf0000000 ? 1 : 0;
}

function mean(values: ArrayLike<number>): number {
  let sum = 0;
  for (let at = 0; at < values.length; at++) sum += values[at];
  return sum / values.length;
}

function variance(values: Float32Array): number {
  const center = mean(values);
  return mean(Float64Array.from(values, (value) => (value - center) ** 2));
}

/** Largest gap between the values' own distribution and the one they should have. */
function distance(values: Float32Array | Float64Array, cumulative: (x: number) => number): number {
  const sorted = Float64Array.from(values).sort();
  let largest = 0;
  for (let at = 0; at < sorted.length; at++) {
    const probability = cumulative(sorted[at]);
    largest = Math.max(largest, probability - at / sorted.length, (at + 1) / sorted.length - probability);
  }
  return largest;
}

function erf(x: number): number {
  let [term, sum] = [x, x];
  for (let n = 1; Math.abs(term) > 1e-17; n++) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}

function checksum(values: Float32Array | Int32Array): number {
  let hash = 0x811c9dc5;
  for (const byte of new Uint8Array(values.buffer)) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}
