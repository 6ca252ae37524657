import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  cepstrum,
  type DctOptions,
  type DeltaOptions,
  dct,
  delta,
  idct,
  type PadMode,
  padSignal,
  type Spectrogram,
} from '../../packages/dsp/src/index.ts';
import { dctMatrix } from '../../packages/dsp/src/mel/dct.ts';
import { RandomStream } from '../../packages/dsp/src/random.ts';
import { largestGap } from './coreSupport.ts';

const types = [1, 2, 3, 4] as const;

function noise(length: number, seed = 1): Float64Array {
  const random = new RandomStream(seed);
  return Float64Array.from({ length }, () => random.uniform(-1, 1));
}

/** SciPy's sums without a norm, term by term. */
function slowDct(values: Float64Array, type: 1 | 2 | 3 | 4): Float64Array {
  const size = values.length;
  const term = {
    1: (k: number, n: number) => {
      const isEnd = n === 0 || n === size - 1;
      return (isEnd ? 1 : 2) * Math.cos((Math.PI * k * n) / (size - 1));
    },
    2: (k: number, n: number) => 2 * Math.cos((Math.PI * k * (2 * n + 1)) / (2 * size)),
    3: (k: number, n: number) => (n === 0 ? 1 : 2 * Math.cos((Math.PI * (2 * k + 1) * n) / (2 * size))),
    4: (k: number, n: number) => 2 * Math.cos((Math.PI * (2 * k + 1) * (2 * n + 1)) / (4 * size)),
  }[type];
  return Float64Array.from({ length: size }, (_, k) =>
    values.reduce((sum, value, n) => sum + value * term(k, n), 0),
  );
}

describe('dct', () => {
  test.each(types)('type %i is its sum', (type) => {
    for (const size of [2, 3, 4, 7, 16, 40]) {
      const values = noise(size, size);
      expect(largestGap(dct(values, { type, norm: null }), slowDct(values, type))).toBeLessThan(1e-12);
    }
  });

  test.each(types)('type %i with norm is an orthogonal matrix', (type) => {
    for (const size of [2, 5, 12]) {
      const matrix = dctMatrix(size, size, { type });
      for (let row = 0; row < size; row++) {
        for (let other = 0; other <= row; other++) {
          let product = 0;
          for (let j = 0; j < size; j++) product += matrix[row * size + j] * matrix[other * size + j];
          expect(product).toBeCloseTo(row === other ? 1 : 0, 13);
        }
      }
    }
  });

  test('there and back, any type, norm and length', () => {
    const cases = fc.record({
      type: fc.constantFrom(...types),
      norm: fc.constantFrom('ortho' as const, null),
      values: fc.array(fc.double({ min: -10, max: 10, noNaN: true }), { minLength: 2, maxLength: 30 }),
    });
    fc.assert(
      fc.property(cases, ({ type, norm, values }) => {
        const input = Float64Array.from(values);
        expect(largestGap(idct(dct(input, { type, norm }), { type, norm }), input)).toBeLessThan(1e-11);
      }),
    );
  });

  test('a norm keeps the energy', () => {
    const values = noise(33);
    const energy = (list: Float64Array) => list.reduce((sum, value) => sum + value * value, 0);
    for (const type of types) expect(energy(dct(values, { type }))).toBeCloseTo(energy(values), 12);
  });

  test('fewer coefficients are the first of all', () => {
    const values = noise(20);
    for (const type of types) {
      const all = dct(values, { type });
      expect(dct(values, { type, count: 6 })).toEqual(all.slice(0, 6));
    }
  });

  test('a cosine stands in one coefficient', () => {
    const size = 32;
    for (const k of [1, 5, 31]) {
      const cosine = Float64Array.from({ length: size }, (_, n) =>
        Math.cos((Math.PI * k * (2 * n + 1)) / (2 * size)),
      );
      const found = dct(cosine);
      found.forEach((value, at) => {
        expect(value).toBeCloseTo(at === k ? Math.sqrt(size / 2) : 0, 12);
      });
    }
  });

  test('keeps the precision it is given', () => {
    expect(dct(Float32Array.of(1, 2))).toBeInstanceOf(Float32Array);
    expect(dct(Float64Array.of(1, 2))).toBeInstanceOf(Float64Array);
    expect(idct(Float32Array.of(1, 2))).toBeInstanceOf(Float32Array);
  });

  test.each<[DctOptions, string]>([
    [{ type: 0 as 1 }, 'dct: type must be 1, 2, 3 or 4, 0'],
    [{ norm: 'backward' as 'ortho' }, 'dct: norm must be ortho or null, backward'],
    [{ count: 0 }, 'dct: count must be a whole number of at least 1, count=0'],
    [{ count: 9 }, 'dct: count exceeds the number of values, 9 > 8'],
  ])('bad options %#', (options, message) => {
    expect(() => dct(noise(8), options)).toThrow(message);
  });

  test('bad values', () => {
    expect(() => dct(new Float64Array(0))).toThrow(
      'dct: count must be a whole number of at least 1, count=0',
    );
    expect(() => dct([1, 2] as never)).toThrow('dct: values must be a Float32Array or Float64Array, object');
  });
});

describe('cepstrum', () => {
  const logs: Spectrogram = { data: Float32Array.from(noise(24 * 7)), bins: 24, frames: 7 };
  const column = (t: number) => Float64Array.from({ length: 24 }, (_, bin) => logs.data[bin * 7 + t]);

  test.each([
    [1, 'ortho'],
    [2, 'ortho'],
    [3, 'ortho'],
    [2, null],
    [3, null],
  ] as const)('type %i, norm %s: each frame on its own', (dctType, dctNorm) => {
    const { data, bins, frames } = cepstrum(logs, { nMfcc: 10, dctType, dctNorm });
    expect([bins, frames]).toEqual([10, 7]);
    for (let t = 0; t < 7; t++) {
      const expected = dct(column(t), { type: dctType, norm: dctNorm, count: 10 });
      expected.forEach((value, k) => {
        expect(data[k * 7 + t]).toBeCloseTo(value, 5);
      });
    }
  });

  test.each([1, 22, 40])('lifter %i', (lifter) => {
    const plain = cepstrum(logs, { nMfcc: 12 });
    const lifted = cepstrum(logs, { nMfcc: 12, lifter });
    plain.data.forEach((value, i) => {
      const k = Math.floor(i / 7);
      expect(lifted.data[i]).toBeCloseTo(
        value * (1 + (lifter / 2) * Math.sin((Math.PI * (k + 1)) / lifter)),
        4,
      );
    });
  });

  test('to out, and refusals', () => {
    const out = new Float32Array(12 * 7);
    expect(cepstrum(logs, { nMfcc: 12, out }).data).toBe(out);
    expect(() => cepstrum(logs, { nMfcc: 25 })).toThrow(
      'mfcc: nMfcc exceeds the number of mel bands, 25 > 24',
    );
    expect(() => cepstrum(logs, { nMfcc: 0 })).toThrow(
      'mfcc: nMfcc must be a whole number of at least 1, nMfcc=0',
    );
    expect(() => cepstrum(logs, { nMfcc: 3, lifter: Number.NaN })).toThrow(
      'mfcc: lifter must be at least zero, NaN',
    );
  });
});

describe('delta', () => {
  const one = (values: readonly number[]): Spectrogram => ({
    data: Float32Array.from(values),
    bins: 1,
    frames: values.length,
  });
  const powers = (degree: number, frames = 25) =>
    one(Array.from({ length: frames }, (_, t) => ((t - 12) / 4) ** degree));

  test.each([
    [1, 1, 1 / 4],
    [2, 2, 2 / 16],
    [3, 3, 6 / 64],
    [4, 4, 24 / 256],
  ])('order %i of a power of %i is constant', (order, degree, slope) => {
    for (const width of [5, 7, 9, 11]) {
      if (order >= width) continue;
      const found = delta(powers(degree), { order, width });
      for (const value of found.data) expect(value).toBeCloseTo(slope, 4);
    }
  });

  test.each([1, 2, 3])('order %i of any lower power is nothing', (order) => {
    for (let degree = 0; degree < order; degree++) {
      const found = delta(powers(degree), { order, width: 9 });
      expect(largestGap(found.data, new Float32Array(25))).toBeLessThan(1e-5);
    }
  });

  test('torchaudio’s formula: slopes weighted by distance, the ends repeated', () => {
    const values = Array.from(noise(15));
    const found = delta(one(values), { width: 5, mode: 'edge' });
    const at = (t: number) => values[Math.min(14, Math.max(0, t))];
    values.forEach((_, t) => {
      const expected = (at(t + 1) - at(t - 1) + 2 * (at(t + 2) - at(t - 2))) / 10;
      expect(found.data[t]).toBeCloseTo(expected, 6);
    });
  });

  test.each<[PadMode]>([['constant'], ['reflect'], ['symmetric'], ['edge'], ['wrap']])(
    '%s is the inside of a padded row',
    (mode) => {
      const row = Float32Array.from(noise(20));
      const padded = padSignal(row, 10, 10, mode);
      const options: DeltaOptions = { width: 7, order: 2 };
      const wide = delta({ data: padded, bins: 1, frames: 40 }, options);
      const found = delta({ data: row, bins: 1, frames: 20 }, { ...options, mode });
      expect(largestGap(found.data, wide.data.slice(10, 30))).toBeLessThan(1e-6);
    },
  );

  test('interp repeats the first and the last whole stretch', () => {
    const { data } = delta(one(Array.from(noise(30))), { width: 9 });
    expect(new Set(data.slice(0, 5)).size).toBe(1);
    expect(new Set(data.slice(25)).size).toBe(1);
    expect(new Set(data).size).toBe(22);
  });

  test('rows do not see each other', () => {
    const [a, b] = [noise(12, 1), noise(12, 2)];
    const both = delta({ data: Float32Array.from([...a, ...b]), bins: 2, frames: 12 });
    expect([...both.data.slice(0, 12)]).toEqual([...delta(one([...a])).data]);
    expect([...both.data.slice(12)]).toEqual([...delta(one([...b])).data]);
  });
});
