import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  bandpassBiquad,
  biquadFilter,
  highpassBiquad,
  highShelfBiquad,
  lowpassBiquad,
} from '../../packages/dsp/src/filter/biquad.ts';
import { deemphasis, preemphasis } from '../../packages/dsp/src/filter/preemphasis.ts';
import { largestDifference, sine, toneDb } from './effectsSupport.ts';

describe('preemphasis', () => {
  const samples = Float32Array.of(1, 2, 4);

  test('three first samples', () => {
    const first = (start: 'librosa' | 'torchaudio' | 'kaldi') =>
      preemphasis(samples, { coefficient: 0.5, start })[0];
    expect(first('librosa')).toBe(1 + (2 * 1 - 2));
    expect(first('torchaudio')).toBe(1);
    expect(first('kaldi')).toBe(0.5);
  });

  test('all others: the sample less a share of the one before', () => {
    expect(Array.from(preemphasis(samples, { coefficient: 0.5 })).slice(1)).toEqual([1.5, 3]);
  });

  test('deemphasis undoes it within 1e-5, for every start', () => {
    const sample = fc.float({ min: -1, max: 1, noNaN: true });
    fc.assert(
      fc.property(
        fc.array(sample, { minLength: 2, maxLength: 200 }),
        fc.constantFrom('librosa', 'torchaudio', 'kaldi'),
        fc.constantFrom(0, 0.5, 0.97),
        (values, start, coefficient) => {
          const clip = Float32Array.from(values);
          const back = deemphasis(preemphasis(clip, { start, coefficient }), { start, coefficient });
          expect(largestDifference(back, clip)).toBeLessThan(1e-5);
        },
      ),
    );
  });

  test.each([
    [Float32Array.of(1), {}, 'preemphasis: samples must hold at least 2 values, 1'],
    [new Float32Array(0), { start: 'kaldi' as const }, 'preemphasis: samples must hold at least 1 value, 0'],
    [samples, { coefficient: 1 }, 'preemphasis: coefficient must be below 1, coefficient=1'],
    [samples, { coefficient: -0.1 }, 'coefficient=-0.1'],
    [
      samples,
      { start: 'praat' as 'kaldi' },
      'preemphasis: start must be one of librosa, torchaudio, kaldi, praat',
    ],
    [Float32Array.of(1, Number.NaN), {}, 'samples[1]=NaN'],
  ])('refuses %j with %j', (clip, options, message) => {
    expect(() => preemphasis(clip, options)).toThrow(message);
  });

  test('one sample is enough where the start needs no second', () => {
    expect(preemphasis(Float32Array.of(2), { start: 'torchaudio' })).toEqual(Float32Array.of(2));
  });
});

describe('biquads at 16 kHz', () => {
  const sampleRate = 16000;
  const design = { sampleRate, frequencyHz: 1000 };
  const gainDb = (filter: ReturnType<typeof lowpassBiquad>, hz: number) =>
    toneDb(biquadFilter(sine(hz, sampleRate, 16000), filter).subarray(8000), hz, sampleRate);

  test('low-pass: flat below, −3 dB at its frequency, 12 dB an octave above', () => {
    const filter = lowpassBiquad(design);
    expect(gainDb(filter, 50)).toBeCloseTo(0, 2);
    expect(gainDb(filter, 1000)).toBeCloseTo(-3.01, 2);
    expect(gainDb(filter, 4000)).toBeLessThan(-24);
  });

  test('high-pass: the mirror of it', () => {
    const filter = highpassBiquad(design);
    expect(gainDb(filter, 7000)).toBeCloseTo(0, 1);
    expect(gainDb(filter, 1000)).toBeCloseTo(-3.01, 2);
    expect(gainDb(filter, 125)).toBeLessThan(-35);
  });

  test('band-pass: 0 dB at its frequency, the two −3 dB points quality apart', () => {
    const filter = bandpassBiquad({ ...design, quality: 5 });
    expect(gainDb(filter, 1000)).toBeCloseTo(0, 3);
    expect(gainDb(filter, 905)).toBeCloseTo(-3, 0);
    expect(gainDb(filter, 1105)).toBeCloseTo(-3, 0);
  });

  test('high shelf: nothing below, the gain above, and at its frequency what its formula says', () => {
    const filter = highShelfBiquad({ ...design, gainDb: 6 });
    expect(gainDb(filter, 20)).toBeCloseTo(0, 1);
    expect(gainDb(filter, 7500)).toBeCloseTo(6, 1);
    const gain = 10 ** (6 / 20);
    const atFrequency = Math.hypot(Math.sqrt(gain), (gain - 1) * Math.SQRT1_2);
    expect(gainDb(filter, 1000)).toBeCloseTo(20 * Math.log10(atFrequency), 2);
  });

  test('stages run one after the other; none leaves the samples as they are', () => {
    const clip = sine(500, sampleRate, 200);
    const twice = biquadFilter(clip, lowpassBiquad(design), highpassBiquad(design));
    const steps = biquadFilter(biquadFilter(clip, lowpassBiquad(design)), highpassBiquad(design));
    expect(largestDifference(twice, steps)).toBeLessThan(1e-6);
    expect(biquadFilter(clip)).toEqual(clip);
  });

  test.each([
    [{ sampleRate, frequencyHz: 8000 }, 'lowpassBiquad: frequencyHz=8000 reaches half of sampleRate=16000'],
    [{ sampleRate, frequencyHz: 0 }, 'lowpassBiquad: frequencyHz must be above zero, frequencyHz=0'],
    [{ sampleRate: Number.NaN, frequencyHz: 1 }, 'sampleRate=NaN'],
    [{ ...design, quality: -1 }, 'quality=-1'],
  ])('refuses %j', (bad, message) => {
    expect(() => lowpassBiquad(bad)).toThrow(message);
  });
});
