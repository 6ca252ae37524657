import { describe, expect, test } from 'vitest';
import { makeWindow, rfft, type WindowShape } from '../../packages/dsp/src/index.ts';

const size = 4096;

interface Character {
  readonly name: string;
  readonly shape: WindowShape;
  /** Mean of the samples: what a constant signal keeps. */
  readonly gain: number;
  /** Width in bins of the rectangle that lets through as much noise (Harris, 1978, table 1). */
  readonly noiseBins: number;
  /** Half the width of the main lobe in bins. */
  readonly lobeBins: number;
  /** Everything outside the main lobe lies this far below it. */
  readonly sideLobesDb: number;
}

const characters: Character[] = [
  { name: 'rectangular', shape: 'rectangular', gain: 1, noiseBins: 1, lobeBins: 1, sideLobesDb: -13.2 },
  { name: 'bartlett', shape: 'bartlett', gain: 0.5, noiseBins: 1.33, lobeBins: 2, sideLobesDb: -26.4 },
  { name: 'hann', shape: 'hann', gain: 0.5, noiseBins: 1.5, lobeBins: 2, sideLobesDb: -31.4 },
  { name: 'hamming', shape: 'hamming', gain: 0.54, noiseBins: 1.36, lobeBins: 2, sideLobesDb: -42.6 },
  { name: 'blackman', shape: 'blackman', gain: 0.42, noiseBins: 1.73, lobeBins: 3, sideLobesDb: -58.1 },
  {
    name: 'blackmanHarris',
    shape: 'blackmanHarris',
    gain: 0.36,
    noiseBins: 2,
    lobeBins: 4,
    sideLobesDb: -92,
  },
  {
    name: 'kaiser 8.6',
    shape: { name: 'kaiser', beta: 8.6 },
    gain: 0.42,
    noiseBins: 1.72,
    lobeBins: 3,
    sideLobesDb: -63.4,
  },
  {
    name: 'gaussian',
    shape: { name: 'gaussian', deviation: size / 6 },
    gain: 0.42,
    noiseBins: 1.7,
    lobeBins: 4,
    sideLobesDb: -55,
  },
];

describe.each(characters)('$name', ({ shape, gain, noiseBins, lobeBins, sideLobesDb }) => {
  const window = Float64Array.from(makeWindow(shape, size));

  test('lets a constant and noise through as the literature says', () => {
    const sum = window.reduce((total, value) => total + value, 0);
    const energy = window.reduce((total, value) => total + value * value, 0);
    expect(sum / size).toBeCloseTo(gain, 2);
    expect((size * energy) / sum ** 2).toBeCloseTo(noiseBins, 2);
  });

  test('keeps what is outside its main lobe down', () => {
    const finer = 8;
    const padded = new Float64Array(finer * size);
    padded.set(window);
    const { re, im } = rfft(padded);
    const levels = re.map((value, k) => 20 * Math.log10(Math.hypot(value, im[k]) + 1e-12));
    const outside = levels
      .subarray(finer * lobeBins)
      .reduce((most, level) => Math.max(most, level), -Infinity);
    expect(outside - levels[0]).toBeLessThan(sideLobesDb + 0.15);
  });

  test('lies within [0, 1], rises to the middle, and is the same from both ends', () => {
    for (const length of [1, 2, 5, 16, 33]) {
      const symmetric = makeWindow(shape, length, { periodic: false });
      symmetric.forEach((value, i) => {
        expect(value).toBeGreaterThanOrEqual(-1e-7);
        expect(value).toBeLessThanOrEqual(1);
        expect(value).toBeCloseTo(symmetric[length - 1 - i], 6);
        if (i > 0 && i <= (length - 1) / 2) expect(value).toBeGreaterThanOrEqual(symmetric[i - 1] - 1e-7);
      });
    }
  });
});

describe('shifted periodic windows add up', () => {
  test.each<[WindowShape, number, number]>([
    ['hann', 2, 1],
    ['hann', 4, 2],
    ['hamming', 2, 1.08],
    ['hamming', 4, 2.16],
    ['bartlett', 2, 1],
    ['blackman', 3, 1.26],
    ['blackman', 4, 1.68],
    ['blackmanHarris', 4, 1.435],
  ])('%s, %i times overlapped, to %d everywhere', (shape, overlap, total) => {
    const length = 240;
    const hop = length / overlap;
    const window = makeWindow(shape, length);
    for (let i = 0; i < hop; i++) {
      let sum = 0;
      for (let at = i; at < length; at += hop) sum += window[at];
      expect(sum).toBeCloseTo(total, 5);
    }
  });

  test.each<[WindowShape, number, number]>([
    ['hann', 4, 1.5],
    ['hann', 3, 1.125],
    ['hamming', 4, 1.5896],
    ['blackman', 6, 1.8276],
  ])('squares of %s, %i times overlapped, to %d: what istft divides by', (shape, overlap, total) => {
    const length = 240;
    const hop = length / overlap;
    const window = makeWindow(shape, length);
    for (let i = 0; i < hop; i++) {
      let sum = 0;
      for (let at = i; at < length; at += hop) sum += window[at] ** 2;
      expect(sum).toBeCloseTo(total, 4);
    }
  });
});
