import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { segmentalSnr, siSdr, snr } from '../../packages/dsp/src/measure/quality.ts';
import { logSpectralDistance } from '../../packages/dsp/src/measure/spectralDistance.ts';
import { whiteNoise } from '../../packages/dsp/src/noise/noise.ts';
import { sine } from './effectsSupport.ts';

const reference = sine(300, 8000, 4096);
const noise = whiteNoise(4096, { seed: 1 });
const noisy = (level: number, gain = 1) => reference.map((value, i) => gain * value + level * noise[i]);
const measures = { snr, segmentalSnr, siSdr };

describe('snr', () => {
  test('an error of a tenth is 20 dB', () => {
    expect(snr(Float32Array.of(1, -1), Float32Array.of(1.1, -0.9))).toBeCloseTo(20, 4);
  });

  test('silence for an estimate is 0 dB, a silent reference minus infinity', () => {
    expect(snr(reference, new Float32Array(4096))).toBeCloseTo(0, 6);
    expect(snr(new Float32Array(4096), reference)).toBe(-Infinity);
  });
});

describe('segmentalSnr', () => {
  test('is the mean of the segments', () => {
    const estimate = reference.slice();
    for (let i = 0; i < 2048; i++) estimate[i] *= 1.1;
    for (let i = 2048; i < 4096; i++) estimate[i] *= 1.01;
    expect(segmentalSnr(reference, estimate, { highDb: 60 })).toBeCloseTo((20 + 40) / 2, 3);
  });

  test('stays within its bounds, for silence and for perfection', () => {
    expect(segmentalSnr(reference, reference)).toBe(35);
    expect(segmentalSnr(new Float32Array(512), whiteNoise(512, { seed: 2 }))).toBe(-10);
    expect(segmentalSnr(new Float32Array(512), new Float32Array(512))).toBe(35);
  });

  test('hop and tail', () => {
    const estimate = reference.slice();
    estimate[4095] = 9;
    expect(segmentalSnr(reference.subarray(0, 4090), estimate.subarray(0, 4090), { frameLength: 1000 })).toBe(
      35,
    );
    expect(() => segmentalSnr(reference, estimate, { hopLength: 0 })).toThrow('hopLength=0');
    expect(() => segmentalSnr(reference, estimate, { frameLength: 5000 })).toThrow(
      'at least 5000 values, 4096',
    );
    expect(() => segmentalSnr(reference, estimate, { lowDb: 40 })).toThrow('lowDb=40');
  });
});

describe('siSdr', () => {
  test('does not care about scale', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.01, max: 50, noNaN: true }), (gain) => {
        const scaled = noisy(0.2).map((value) => gain * value);
        expect(siSdr(reference, scaled)).toBeCloseTo(siSdr(reference, noisy(0.2)), 3);
      }),
    );
  });

  test('noise at right angles to the reference: the plain ratio', () => {
    const a = Float32Array.of(1, 0, -1, 0);
    expect(siSdr(a, Float32Array.of(1, 0.1, -1, 0.1))).toBeCloseTo(20, 4);
  });

  test('zeroMean forgives an offset', () => {
    const shifted = reference.map((value) => value + 0.5);
    expect(siSdr(reference, shifted)).toBeLessThan(5);
    expect(siSdr(reference, shifted, { zeroMean: true })).toBeGreaterThan(60);
  });

  test('silence', () => {
    expect(siSdr(reference, new Float32Array(4096))).toBe(Infinity);
    expect(siSdr(new Float32Array(4096), reference)).toBe(-Infinity);
  });
});

describe.each(Object.entries(measures))('%s', (name, measure) => {
  test('a perfect estimate is best, and less noise is better', () => {
    const levels = [1, 0.3, 0.1, 0.03].map((level) => measure(reference, noisy(level)));
    expect(levels).toEqual(levels.toSorted((a, b) => a - b));
    expect(measure(reference, reference)).toBeGreaterThanOrEqual(35);
  });

  test('refuses other lengths, nothing, NaN', () => {
    expect(() => measure(reference, reference.subarray(1))).toThrow(`${name}: lengths differ, 4096 and 4095`);
    expect(() => measure(new Float32Array(0), new Float32Array(0))).toThrow(
      `${name}: reference must hold at least`,
    );
    const broken = reference.slice();
    broken[7] = Number.NaN;
    expect(() => measure(reference, broken)).toThrow(`${name}: estimate must be finite, estimate[7]=NaN`);
  });
});

describe('logSpectralDistance', () => {
  const spectrogram = (...data: number[]) => ({
    data: Float32Array.from(data),
    bins: 2,
    frames: data.length / 2,
  });

  test('ten times the power everywhere is 10 dB', () => {
    expect(logSpectralDistance(spectrogram(1, 2, 3, 4), spectrogram(10, 20, 30, 40))).toBeCloseTo(10, 5);
  });

  test('root of the mean square over bins, mean over frames', () => {
    // Frames: (10 dB, 0 dB) and (0 dB, 0 dB).
    expect(logSpectralDistance(spectrogram(1, 1, 1, 1), spectrogram(10, 1, 1, 1))).toBeCloseTo(
      Math.sqrt(50) / 2,
      5,
    );
  });

  test('is symmetric, zero for equals, and finite for silence', () => {
    const [a, b] = [spectrogram(1, 0, 3, 4), spectrogram(2, 5, 1, 0)];
    expect(logSpectralDistance(a, b)).toBeCloseTo(logSpectralDistance(b, a), 9);
    expect(logSpectralDistance(a, a)).toBe(0);
    expect(Number.isFinite(logSpectralDistance(a, b))).toBe(true);
  });

  test('refuses other sizes, missing values, NaN', () => {
    const a = spectrogram(1, 2, 3, 4);
    expect(() => logSpectralDistance(a, spectrogram(1, 2))).toThrow(
      'logSpectralDistance: sizes differ, 2 x 2 and 2 x 1',
    );
    expect(() => logSpectralDistance({ ...a, frames: 3 }, { ...a, frames: 3 })).toThrow(
      'reference is not bins x frames, 4, 2 x 3',
    );
    expect(() => logSpectralDistance(a, spectrogram(1, Number.NaN, 3, 4))).toThrow('estimate[1]=NaN');
    expect(() => logSpectralDistance(a, a, { amin: 0 })).toThrow('amin=0');
  });
});
