import { describe, expect, test } from 'vitest';
import { bluesteinPlan } from '../../packages/dsp/src/fft/bluestein.ts';
import { butterflies, lastButterflies } from '../../packages/dsp/src/fft/butterflies.ts';
import { cached } from '../../packages/dsp/src/fft/cached.ts';
import { chirp, wrappedChirp } from '../../packages/dsp/src/fft/chirp.ts';
import { complexPlan } from '../../packages/dsp/src/fft/complexPlan.ts';
import { doublesOf, fillDoubles } from '../../packages/dsp/src/fft/doubles.ts';
import {
  nextSmoothSize,
  splitIntoRadices,
  stageRoots,
  unitRoot,
} from '../../packages/dsp/src/fft/radices.ts';
import { realPlan } from '../../packages/dsp/src/fft/realPlan.ts';
import { recursiveTransform } from '../../packages/dsp/src/fft/recursiveTransform.ts';
import { RandomStream } from '../../packages/dsp/src/random.ts';
import { besselI0 } from '../../packages/dsp/src/window/bessel.ts';
import { largestGap, relativeToPeak } from './coreSupport.ts';

function noise(length: number, seed = 3): Float64Array {
  const random = new RandomStream(seed);
  return Float64Array.from({ length }, () => random.uniform(-1, 1));
}

/** The transform of interleaved numbers by its definition. */
function slow(values: Float64Array): Float64Array {
  const size = values.length / 2;
  const out = new Float64Array(2 * size);
  for (let k = 0; k < size; k++) {
    for (let n = 0; n < size; n++) {
      const angle = (-2 * Math.PI * ((k * n) % size)) / size;
      out[2 * k] += values[2 * n] * Math.cos(angle) - values[2 * n + 1] * Math.sin(angle);
      out[2 * k + 1] += values[2 * n] * Math.sin(angle) + values[2 * n + 1] * Math.cos(angle);
    }
  }
  return out;
}

describe('butterflies', () => {
  test.each([2, 3, 4, 5, 8])(
    'radix %i is the transform of that size, with roots of one and without',
    (radix) => {
      const input = noise(2 * radix);
      for (const table of [butterflies, lastButterflies]) {
        const data = [...input, ...new Array<number>(2 * radix).fill(0)];
        table[radix](data, 0, 2 * radix, 1, 1, [...stageRoots(radix, 1)]);
        expect(largestGap(Float64Array.from(data.slice(2 * radix)), slow(input))).toBeLessThan(1e-14);
        expect(data.slice(0, 2 * radix)).toEqual([...input]);
      }
    },
  );

  test.each([2, 3, 4, 5, 8])(
    'a last stage of radix %i with a stride transforms each of its columns',
    (radix) => {
      const stride = 3;
      const input = noise(2 * radix * stride);
      const data = [...input, ...new Array<number>(2 * radix * stride).fill(0)];
      lastButterflies[radix](data, 0, 2 * radix * stride, 1, stride, [...stageRoots(radix, 1)]);
      for (let q = 0; q < stride; q++) {
        const column = (from: Float64Array) =>
          Float64Array.from({ length: 2 * radix }, (_, i) => from[2 * (q + stride * (i >> 1)) + (i % 2)]);
        const output = Float64Array.from(data.slice(2 * radix * stride));
        expect(largestGap(column(output), slow(column(input)))).toBeLessThan(1e-14);
      }
    },
  );

  test('the roots of a stage are powers of one root', () => {
    const roots = stageRoots(4, 3);
    expect(roots).toHaveLength(2 * 3 * 3);
    for (let p = 0; p < 3; p++) {
      for (let k = 1; k < 4; k++) {
        const [re, im] = unitRoot(p * k, 12);
        expect([...roots.subarray(2 * (3 * p + k - 1), 2 * (3 * p + k))]).toEqual([re, im]);
      }
    }
  });
});

describe('plans', () => {
  test.each([
    1, 2, 3, 4, 5, 6, 8, 9, 10, 12, 15, 16, 24, 25, 27, 32, 36, 40, 45, 48, 60, 64, 75, 80, 81, 96, 100, 120,
    125, 128, 160, 200, 240, 256,
  ])('a smooth size: %i', (size) => {
    const plan = complexPlan(size);
    const input = noise(2 * size, size);
    fillDoubles(plan.data, input, 0, input.length);
    const at = plan.transform();
    expect(relativeToPeak(plan.data.slice(at, at + 2 * size), slow(input))).toBeLessThan(3e-15);
  });

  test.each([1, 2, 3, 7, 8, 11, 13, 14, 17, 19, 23, 29, 31, 37, 49, 77, 97, 101])(
    'Bluestein at any size: %i',
    (size) => {
      const plan = bluesteinPlan(size, complexPlan);
      const input = noise(2 * size, size);
      fillDoubles(plan.data, input, 0, input.length);
      const at = plan.transform();
      expect(relativeToPeak(plan.data.slice(at, at + 2 * size), slow(input))).toBeLessThan(3e-15);
    },
  );

  test.each([1, 2, 3, 4, 6, 7, 10, 12, 30, 32, 49])('recursion says the same: %i', (size) => {
    const input = noise(2 * size, size);
    expect(relativeToPeak(recursiveTransform(input), slow(input))).toBeLessThan(3e-15);
  });

  test('a plan is built once, and used again gives the same bits', () => {
    expect(complexPlan(48)).toBe(complexPlan(48));
    const plan = complexPlan(48);
    const results = [0, 1].map(() => {
      fillDoubles(plan.data, noise(96), 0, 96);
      const at = plan.transform();
      return plan.data.slice(at, at + 96);
    });
    expect(results[0]).toEqual(results[1]);
  });

  test('smooth sizes follow one another', () => {
    const sizes = Array.from({ length: 40 }, (_, i) => i + 1).filter(
      (size) => splitIntoRadices(size) !== undefined,
    );
    expect(sizes).toEqual([1, 2, 3, 4, 5, 6, 8, 9, 10, 12, 15, 16, 18, 20, 24, 25, 27, 30, 32, 36, 40]);
    for (const size of sizes) expect(splitIntoRadices(size)!.slice(0, -1)).not.toContain(2);
    expect([7, 11, 13, 33, 121, 257].map(nextSmoothSize)).toEqual([8, 12, 15, 36, 125, 270]);
  });
});

describe('doubles', () => {
  test('hold what they are made of, from nothing to more than an eighth', () => {
    for (const length of [0, 1, 7, 8, 9, 16, 21]) {
      const values = noise(length);
      const doubles = doublesOf(values);
      expect(doubles).toEqual([...values]);
      expect(doublesOf(new Float64Array(length))).toEqual(new Array(length).fill(0));
    }
  });

  test.each([0, 1, 7, 8, 9, 20])('fillDoubles writes %i numbers from a place on, and no more', (length) => {
    const values = noise(30);
    const doubles = doublesOf(new Float64Array(24).fill(9));
    fillDoubles(doubles, values, 5, length);
    expect(doubles.slice(0, length)).toEqual([...values.subarray(5, 5 + length)]);
    expect(doubles.slice(length)).toEqual(new Array(24 - length).fill(9));
  });
});

describe('real plans', () => {
  test.each([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 14, 15, 22, 30, 31, 32, 50])(
    '%i samples: forward, elsewhere, and back',
    (size) => {
      const plan = realPlan(size);
      const input = noise(size, size);
      const expected = slow(
        Float64Array.from({ length: 2 * size }, (_, i) => (i % 2 ? 0 : input[i / 2])),
      ).subarray(0, 2 * plan.bins);
      fillDoubles(plan.time, input, 0, size);
      plan.forward();
      expect(relativeToPeak(plan.spectrum, expected)).toBeLessThan(3e-15);
      const spread = { re: new Float64Array(3 * plan.bins + 2), im: new Float32Array(3 * plan.bins + 2) };
      fillDoubles(plan.time, input, 0, size);
      plan.forwardInto(spread.re, spread.im, 1, 3);
      for (let k = 0; k < plan.bins; k++) {
        expect(spread.re[1 + 3 * k]).toBe(plan.spectrum[2 * k]);
        expect(spread.im[1 + 3 * k]).toBe(Math.fround(plan.spectrum[2 * k + 1]));
      }
      expect(spread.re[0]).toBe(0);
      plan.inverse();
      expect(largestGap(plan.time.slice(0, size), input)).toBeLessThan(3e-15);
    },
  );
});

describe('chirps', () => {
  test('are unit roots of squares', () => {
    const values = chirp(7);
    for (let k = 0; k < 7; k++) {
      const angle = (-Math.PI * k * k) / 7;
      expect(values[2 * k]).toBeCloseTo(Math.cos(angle), 14);
      expect(values[2 * k + 1]).toBeCloseTo(Math.sin(angle), 14);
    }
  });

  test('wrapped, they are conjugated and even around the circle', () => {
    const values = chirp(5);
    const wrapped = wrappedChirp(values, 12);
    for (let k = 1; k < 5; k++) {
      expect([wrapped[2 * k], wrapped[2 * k + 1]]).toEqual([values[2 * k], -values[2 * k + 1]]);
      expect([wrapped[24 - 2 * k], wrapped[25 - 2 * k]]).toEqual([values[2 * k], -values[2 * k + 1]]);
    }
    expect([...wrapped.subarray(10, 16)]).toEqual([0, 0, 0, 0, 0, 0]);
  });

  test('of long transforms stay exact, where k squared no longer would', () => {
    const size = 2 ** 20;
    const values = chirp(size);
    // (size - 1)^2 = 1 modulo 2 size, for an even size.
    expect(values[2 * (size - 1)]).toBeCloseTo(Math.cos(Math.PI / size), 15);
    expect(values[2 * (size - 1) + 1]).toBeCloseTo(-Math.sin(Math.PI / size), 15);
  });
});

test('cached builds once for each key, and forgets rather than grow', () => {
  let built = 0;
  const square = cached((key: number) => {
    built++;
    return { value: key * key };
  });
  expect(square(3)).toBe(square(3));
  expect(built).toBe(1);
  for (let key = 0; key < 100; key++) expect(square(key).value).toBe(key * key);
  expect(built).toBe(100);
  const before = square(2);
  for (let key = 200; key < 330; key++) square(key);
  expect(square(2)).not.toBe(before);
});

test.each([
  [0, 1],
  [1, 1.2660658777520082],
  [2, 2.279585302336067],
  [5, 27.239871823604442],
  [14, 129418.56270064856],
  [30, 781672297823.9775],
])('besselI0(%d), as SciPy has it', (x, expected) => {
  expect(Math.abs(besselI0(x) / expected - 1)).toBeLessThan(1e-14);
});
