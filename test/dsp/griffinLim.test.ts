import { beforeAll, describe, expect, test } from 'vitest';
import {
  type GriffinLimProgress,
  griffinLim,
  melSpectrogram,
  melToAudio,
  type Spectrogram,
  setEngine,
  spectrogram,
} from '../../packages/dsp/src/index.ts';
import { largestGap, readSamples, relativeNorm } from './coreSupport.ts';
import { committedFolder } from './effectsSupport.ts';

const clip = readSamples('synth16k', committedFolder).slice(0, 3000);
const frames = { nFft: 256, hopLength: 64, padMode: 'reflect' } as const;

describe.each(['reference', 'simd'] as const)('griffinLim on the %s engine', (name) => {
  let magnitudes: Spectrogram;
  beforeAll(() => {
    setEngine(name);
    magnitudes = spectrogram(clip, { ...frames, power: 1 });
  });

  test('the convergence it reports is that of what it returns, and falls', () => {
    const seen: GriffinLimProgress[] = [];
    const { samples, convergence, iterations } = griffinLim(magnitudes, {
      ...frames,
      length: 3000,
      iterations: 12,
      onProgress: (progress) => {
        seen.push(progress);
      },
    });
    expect(samples).toHaveLength(3000);
    expect(iterations).toBe(12);
    expect(seen.map(({ iteration }) => iteration)).toEqual(Array.from({ length: 12 }, (_, i) => i + 1));
    expect(convergence).toBeCloseTo(
      relativeNorm(spectrogram(samples, { ...frames, power: 1 }).data, magnitudes.data),
      5,
    );
    expect(convergence).toBeLessThan(seen[0].convergence / 2);
  });

  test('the callback may end the search', () => {
    const { iterations } = griffinLim(magnitudes, {
      ...frames,
      iterations: 50,
      onProgress: ({ iteration }) => iteration < 3,
    });
    expect(iterations).toBe(3);
  });

  test('the same seed gives the same bits, another other phases, none zero phase', () => {
    const run = (seed: number | null) => griffinLim(magnitudes, { ...frames, iterations: 3, seed }).samples;
    expect(run(7)).toEqual(run(7));
    expect(largestGap(run(7), run(8))).toBeGreaterThan(0.01);
    expect(run(null)).toEqual(run(null));
  });

  test('odd sizes, uncentred frames, and a length that ends before the frames do', () => {
    for (const options of [
      { nFft: 135, hopLength: 30, padMode: 'constant' as const },
      { nFft: 128, hopLength: 32, center: false },
    ]) {
      const wanted = spectrogram(clip, { ...options, power: 1 });
      const { samples, convergence } = griffinLim(wanted, { ...options, length: 2900, iterations: 16 });
      expect(samples).toHaveLength(2900);
      expect(samples.every(Number.isFinite)).toBe(true);
      expect(convergence).toBeLessThan(0.6);
    }
  });

  test('silence stays silent', () => {
    const silent = { ...magnitudes, data: new Float32Array(magnitudes.data.length) };
    const { samples, convergence } = griffinLim(silent, { ...frames, iterations: 2 });
    expect(samples.every((value) => value === 0)).toBe(true);
    expect(convergence).toBe(0);
  });

  test('from mel bands to sound whose bands are near', () => {
    const bands = { preset: 'librosa', sampleRate: 16_000, nFft: 256, hopLength: 64, nMels: 40 } as const;
    const mel = melSpectrogram(clip, bands);
    const { samples } = melToAudio(mel, { ...bands, length: 3000, iterations: 24, inverseIterations: 150 });
    expect(relativeNorm(melSpectrogram(samples, bands).data, mel.data)).toBeLessThan(0.35);
  });

  test.each<[string, () => unknown, string]>([
    [
      'bins',
      () => griffinLim(magnitudes, { ...frames, nFft: 128 }),
      'griffinLim: bins differ from floor(nFft / 2) + 1, 129, not 65',
    ],
    [
      'negative',
      () => griffinLim({ ...magnitudes, data: magnitudes.data.map(() => -1) }, frames),
      'griffinLim: magnitudes must be finite and not below zero, -1',
    ],
    [
      'NaN',
      () => griffinLim({ ...magnitudes, data: magnitudes.data.map(() => Number.NaN) }, frames),
      'griffinLim: magnitudes must be finite and not below zero, NaN',
    ],
    [
      'data',
      () => griffinLim({ ...magnitudes, data: new Float32Array(3) }, frames),
      'griffinLim: data must hold bins * frames values, 3',
    ],
    [
      'momentum',
      () => griffinLim(magnitudes, { ...frames, momentum: 1 }),
      'griffinLim: momentum must be a number in [0, ',
    ],
    [
      'iterations',
      () => griffinLim(magnitudes, { ...frames, iterations: -1 }),
      'griffinLim: iterations must be a whole number of at least 0',
    ],
    [
      'one centred frame',
      () => griffinLim({ data: new Float32Array(129), bins: 129, frames: 1 }, frames),
      'griffinLim: one centred frame covers no sample; pass length, frames=1',
    ],
  ])('bad input: %s', (_, call, message) => expect(call).toThrow(message));
});

test('the engines agree on a few iterations from zero phase to 1e-4', () => {
  const options = { ...frames, iterations: 4, seed: null, length: 3000 };
  setEngine('reference');
  const magnitudes = spectrogram(clip, { ...frames, power: 1 });
  const expected = griffinLim(magnitudes, options);
  setEngine('simd');
  const got = griffinLim(magnitudes, options);
  expect(largestGap(got.samples, expected.samples)).toBeLessThan(1e-4);
  expect(got.convergence).toBeCloseTo(expected.convergence, 4);
});
