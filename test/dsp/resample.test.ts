import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { engine, setEngine } from '../../packages/dsp/src/engine.ts';
import { resampleFilters, windowedSinc } from '../../packages/dsp/src/resample/filter.ts';
import { resamplePlan } from '../../packages/dsp/src/resample/plan.ts';
import { resample } from '../../packages/dsp/src/resample/resample.ts';
import { largestDifference, sine, toneDb } from './effectsSupport.ts';

/** The middle of a clip, where no end is near. */
const middle = (samples: Float32Array) => samples.slice(samples.length / 4, (3 * samples.length) / 4);

const engineBefore = engine();
afterEach(() => setEngine(engineBefore));

describe.each(['reference', 'simd'] as const)('the default filter, engine %s', (name) => {
  beforeEach(() => setEngine(name));
  const rates = { sourceRate: 48000, targetRate: 16000 };

  test.each([8010, 8100, 8800, 10400, 14400, 23900])('an alias of %d Hz lies below −80 dB', (hz) => {
    const out = middle(resample(sine(hz, 48000, 48000), rates));
    const folded = Math.abs(hz - 16000 * Math.round(hz / 16000));
    expect(toneDb(out, folded, 16000)).toBeLessThan(-80);
    // Nor does it come out anywhere else.
    expect(20 * Math.log10(Math.max(...out.map(Math.abs)))).toBeLessThan(-80);
  });

  test.each([100, 1000, 4000, 7000])('%d Hz passes within 0.001 dB', (hz) => {
    expect(Math.abs(toneDb(middle(resample(sine(hz, 48000, 48000), rates)), hz, 16000))).toBeLessThan(1e-3);
  });

  test.each([
    [16000, 48000],
    [8000, 16000],
    [22050, 16000],
    [16000, 44100],
  ])('%d to %d Hz: a sine stays the sine it was, within 2e-5', (sourceRate, targetRate) => {
    const hz = 0.3 * Math.min(sourceRate, targetRate);
    const out = resample(sine(hz, sourceRate, sourceRate), { sourceRate, targetRate });
    const expected = sine(hz, targetRate, targetRate);
    expect(largestDifference(middle(out), middle(expected))).toBeLessThan(2e-5);
  });

  test('images of a raised rate lie below −80 dB', () => {
    const out = middle(resample(sine(1000, 8000, 8000), { sourceRate: 8000, targetRate: 16000 }));
    expect(toneDb(out, 7000, 16000)).toBeLessThan(-80);
  });
});

describe('sincHann, for parity with torchaudio, aliases as torchaudio does', () => {
  test('8.16 kHz at 16 kHz comes through at −7.8 dB or so', () => {
    const out = middle(
      resample(sine(8160, 48000, 48000), { sourceRate: 48000, targetRate: 16000, filter: 'sincHann' }),
    );
    expect(toneDb(out, 7840, 16000)).toBeGreaterThan(-10);
  });
});

describe.each(['reference', 'simd'] as const)('resample, engine %s', (name) => {
  beforeEach(() => setEngine(name));
  test('length is ceil(length * target / source), whatever the rates', () => {
    const rate = fc.integer({ min: 1, max: 60 });
    fc.assert(
      fc.property(rate, rate, fc.integer({ min: 1, max: 300 }), (sourceRate, targetRate, length) => {
        const out = resample(new Float32Array(length).fill(1), {
          sourceRate,
          targetRate,
          filter: 'sincHann',
        });
        expect(out).toHaveLength(Math.ceil((length * targetRate) / sourceRate));
        expect(out.every(Number.isFinite)).toBe(true);
      }),
      { numRuns: 200 },
    );
  });

  test('equals the sum over all samples, straight from the formula', () => {
    const samples = Float32Array.from({ length: 50 }, (_, i) => Math.sin(i * i));
    for (const [name, filter] of Object.entries(resampleFilters)) {
      if (name === 'polyphase') continue;
      const out = resample(samples, { sourceRate: 7, targetRate: 5, filter });
      const density = (5 / 7) * filter.rolloff;
      const expected = Float32Array.from(out, (_, n) =>
        samples.reduce(
          (sum, x, i) => sum + x * density * windowedSinc(filter, (i - (n * 7) / 5) * density),
          0,
        ),
      );
      expect(largestDifference(out, expected)).toBeLessThan(1e-6);
    }
  });

  test('is linear, and only the ratio of the rates matters', () => {
    const a = sine(300, 8000, 500);
    const b = sine(1100, 8000, 500);
    const rates = { sourceRate: 8000, targetRate: 6000 };
    const sum = resample(
      a.map((value, i) => value + 2 * b[i]),
      rates,
    );
    const parts = resample(a, rates).map((value, i) => value + 2 * resample(b, rates)[i]);
    expect(largestDifference(sum, parts)).toBeLessThan(1e-6);
    expect(resample(a, { sourceRate: 4, targetRate: 3 })).toEqual(resample(a, rates));
  });

  test('equal rates give an equal copy', () => {
    const samples = sine(1, 8, 8);
    const out = resample(samples, { sourceRate: 8, targetRate: 8 });
    expect(out).toEqual(samples);
    expect(out).not.toBe(samples);
  });

  test('one sample is an impulse: the filter itself comes out', () => {
    const out = resample(Float32Array.of(1), { sourceRate: 1, targetRate: 4 });
    const { rolloff } = resampleFilters.kaiser;
    const expected = [0, 1, 2, 3].map(
      (n) => rolloff * windowedSinc(resampleFilters.kaiser, (n / 4) * rolloff),
    );
    expect(largestDifference(out, expected)).toBeLessThan(1e-7);
  });

  test('a plan is made once', () => {
    expect(resamplePlan(48000, 16000, resampleFilters.kaiser)).toBe(
      resamplePlan(3, 1, resampleFilters.kaiser),
    );
    expect(resamplePlan(48000, 16000, resampleFilters.kaiser)).not.toBe(
      resamplePlan(3, 1, resampleFilters.sincHann),
    );
  });

  test('rates with no common divisor still work', () => {
    const out = resample(sine(400, 16001, 4000), { sourceRate: 16001, targetRate: 16000 });
    expect(largestDifference(middle(out), middle(sine(400, 16000, out.length)))).toBeLessThan(2e-5);
  });

  test.each([
    ['no samples', new Float32Array(0), {}, 'resample: samples must hold at least 1 value, 0'],
    ['a NaN', Float32Array.of(0, Number.NaN), {}, 'resample: samples must be finite, samples[1]=NaN'],
    ['rate 0', Float32Array.of(1), { sourceRate: 0 }, 'sourceRate must be a whole number of at least 1'],
    ['a negative rate', Float32Array.of(1), { targetRate: -8000 }, 'targetRate=-8000'],
    ['a fractional rate', Float32Array.of(1), { targetRate: 0.5 }, 'targetRate=0.5'],
    [
      'an unknown filter',
      Float32Array.of(1),
      { filter: 'best' as 'kaiser' },
      'filter must be one of kaiser, kaiserBest',
    ],
    [
      'a huge ratio',
      Float32Array.of(1),
      { sourceRate: 99991, targetRate: 99989 },
      'the ratio 99989/99991 needs',
    ],
    ['a bad rolloff', Float32Array.of(1), { filter: { ...resampleFilters.kaiser, rolloff: 2 } }, 'rolloff=2'],
  ])('refuses %s', (_, samples, options, message) => {
    expect(() => resample(samples, { sourceRate: 2, targetRate: 1, ...options })).toThrow(message);
  });
});

describe('two engines', () => {
  const on = (name: 'reference' | 'simd', run: () => Float32Array) => {
    setEngine(name);
    return run();
  };

  test('agree within 2e-6 for any rates and length, across the borders of chunks', () => {
    const rate = fc.integer({ min: 1, max: 50 });
    const samples = Float32Array.from({ length: 200_000 }, (_, i) => Math.sin(1e-4 * i * i));
    fc.assert(
      fc.property(rate, rate, fc.integer({ min: 1, max: 200_000 }), (sourceRate, targetRate, length) => {
        const run = () =>
          resample(samples.subarray(0, length), { sourceRate, targetRate, filter: 'sincHann' });
        expect(largestDifference(on('simd', run), on('reference', run))).toBeLessThan(2e-6);
      }),
      { numRuns: 25 },
    );
  });

  test('a table too large for the lanes is worked on in TypeScript, with the same bits', () => {
    const run = () => resample(sine(400, 16001, 3000), { sourceRate: 16001, targetRate: 16000 });
    expect(on('simd', run)).toEqual(on('reference', run));
  });

  test('lanes are at least three times as fast', () => {
    const samples = sine(400, 48000, 240_000);
    const milliseconds = (name: 'reference' | 'simd') => {
      const start = performance.now();
      on(name, () => resample(samples, { sourceRate: 48000, targetRate: 16000 }));
      return performance.now() - start;
    };
    let best = 0;
    for (let attempt = 0; attempt < 8 && best < 3; attempt++) {
      best = Math.max(best, milliseconds('reference') / milliseconds('simd'));
    }
    expect(best).toBeGreaterThan(3);
  });
});
