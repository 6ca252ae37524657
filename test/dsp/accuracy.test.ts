import { beforeAll, describe, expect, test } from 'vitest';
import {
  fft,
  istft,
  logMel,
  melSpectrogram,
  mfcc,
  powerToDb,
  rfft,
  type Spectrogram,
  setEngine,
  spectrogram,
  stft,
} from '../../packages/dsp/src/index.ts';
import { RandomStream } from '../../packages/dsp/src/random.ts';
import { largestGap, relativeToPeak } from './coreSupport.ts';

/** Signals of different kinds, each a second at 8 kHz. */
const rate = 8000;
const signals: Record<string, (random: RandomStream) => (i: number) => number> = {
  noise: (random) => () => random.uniform(-1, 1),
  'quiet noise': (random) => () => 1e-5 * random.normal(),
  'loud noise': (random) => () => 1e4 * random.normal(),
  tone: () => (i) => Math.sin((2 * Math.PI * 440 * i) / rate),
  chirp: () => (i) => Math.sin((2 * Math.PI * (100 * i + (0.2 * i * i) / 2)) / rate),
  clicks: () => (i) => (i % 997 === 0 ? 1 : 0),
  constant: () => () => 0.25,
  steps: () => (i) => (Math.floor(i / 1234) % 2 === 0 ? 1 : -1),
  'two tones, 80 dB apart': () => (i) => Math.sin(0.3 * i) + 1e-4 * Math.sin(1.1 * i),
  fading: () => (i) => Math.exp(-i / 800) * Math.sin(0.5 * i),
};

const made = Object.entries(signals).map(([name, kind]): [string, Float32Array] => {
  const sample = kind(new RandomStream(5));
  return [name, Float32Array.from({ length: rate }, (_, i) => sample(i))];
});

const options = { nFft: 512, hopLength: 128 };

describe('rfft of floats, on lanes: error below 5e-7 of the peak', () => {
  beforeAll(() => setEngine('simd'));
  test.each(made)('%s', (_, samples) => {
    for (const size of [400, 512, 1000]) {
      const input = samples.slice(0, size);
      const exact = rfft(Float64Array.from(input));
      const got = rfft(input);
      const peak = Math.max(...exact.re.map((re, k) => Math.hypot(re, exact.im[k])));
      expect(largestGap(got.re, exact.re) / peak).toBeLessThan(5e-7);
      expect(largestGap(got.im, exact.im) / peak).toBeLessThan(5e-7);
    }
  });
});

describe('istft after stft: error below 1e-6 of the peak, on both engines', () => {
  test.each(made)('%s', (_, samples) => {
    for (const engine of ['reference', 'simd'] as const) {
      setEngine(engine);
      const back = istft(stft(samples, options), { ...options, length: rate });
      expect(relativeToPeak(back, samples)).toBeLessThan(1e-6);
    }
  });
});

/** On both engines. */
function pair(call: () => Spectrogram): [reference: Float32Array, simd: Float32Array] {
  setEngine('reference');
  const reference = call().data;
  setEngine('simd');
  return [reference, call().data];
}

describe('the engines agree', () => {
  const bands = { ...options, preset: 'librosa', sampleRate: rate, nMels: 40 } as const;

  test.each(made)('on powers to 1e-6 of the peak: %s', (_, samples) => {
    const [reference, simd] = pair(() => spectrogram(samples, options));
    expect(relativeToPeak(simd, reference)).toBeLessThan(1e-6);
  });

  test.each(made)('on mel bands to 1e-6 of the peak: %s', (_, samples) => {
    const [reference, simd] = pair(() => melSpectrogram(samples, bands));
    expect(relativeToPeak(simd, reference)).toBeLessThan(1e-6);
  });

  test.each(made)('on log-mel to 1e-3 dB, as far down as 60 dB: %s', (_, samples) => {
    const [reference, simd] = pair(() => logMel(samples, { ...bands, topDb: 60, ref: 'max' }));
    expect(largestGap(simd, reference)).toBeLessThan(1e-3);
  });

  test.each(made)('on cepstra to 1e-2: %s', (_, samples) => {
    const [reference, simd] = pair(() => mfcc(samples, { ...bands, topDb: 60, nMfcc: 13 }));
    expect(largestGap(simd, reference)).toBeLessThan(1e-2);
  });
});

describe('energy', () => {
  test.each(['reference', 'simd'] as const)(
    'of a signal is that of its spectrum (Parseval), on %s',
    (engine) => {
      setEngine(engine);
      for (const [, samples] of made) {
        for (const size of [64, 100, 97]) {
          const input = samples.slice(100, 100 + size);
          const { re, im } = fft({ re: input, im: new Float32Array(size) });
          const inTime = input.reduce((sum, value) => sum + value * value, 0);
          const inBins = re.reduce((sum, value, k) => sum + value * value + im[k] ** 2, 0) / size;
          expect(Math.abs(inBins - inTime)).toBeLessThanOrEqual(1e-5 * inTime);
        }
      }
    },
  );

  test.each(['reference', 'simd'] as const)('ten times the signal is 20 dB more, on %s', (engine) => {
    setEngine(engine);
    const samples = made[0][1];
    const decibels = (scale: number) =>
      powerToDb(
        spectrogram(
          samples.map((value) => scale * value),
          options,
        ),
        { topDb: null },
      ).data;
    const [one, ten] = [decibels(1), decibels(10)];
    expect(
      largestGap(
        ten,
        one.map((value) => value + 20),
      ),
    ).toBeLessThan(1e-2);
  });
});
