import {
  istft as dspIstft,
  mfcc as dspMfcc,
  stft as dspStft,
  melSpectrogram,
  powerToDb,
} from '@sonograd/dsp';
import {
  AmplitudeToDb,
  Istft,
  MelScale,
  Mfcc,
  multiResolutionStft,
  Sequential,
  SpecAugment,
  Spectrogram,
  Stft,
} from '@sonograd/nn';
import {
  fillUniform,
  fromArray,
  grad,
  gradCheck,
  ones,
  randn,
  randomKey,
  scope,
  setEngine,
  type Tensor,
} from '@sonograd/tensor';
import { beforeAll, describe, expect, test } from 'vitest';
import { onEveryEngine } from '../tensor/engines.ts';

const key = randomKey(11);
const signal = fillUniform(new Float32Array(4000), key, -1, 1);
const asTensor = (samples: Float32Array) => fromArray(samples, [1, samples.length]) as Tensor;

/** The largest difference as a share of the largest value. */
function apart(received: ArrayLike<number>, expected: ArrayLike<number>): number {
  expect(received.length).toBe(expected.length);
  let [most, scale] = [0, 1e-30];
  for (let i = 0; i < expected.length; i++) {
    most = Math.max(most, Math.abs((received[i] as number) - (expected[i] as number)));
    scale = Math.max(scale, Math.abs(expected[i] as number));
  }
  return most / scale;
}

onEveryEngine('audio layers agree with @sonograd/dsp to 1e-5', () => {
  const sizes = [
    { nFft: 512, hopLength: 128 },
    { nFft: 400, hopLength: 160, winLength: 320 },
    { nFft: 255, hopLength: 64 },
    { nFft: 64, hopLength: 100, center: false },
    { nFft: 256, hopLength: 64, padMode: 'constant' as const, window: 'hamming' as const },
  ];

  test.each(sizes)('stft %j', (options) => {
    const { real, imaginary } = new Stft(options).forward(asTensor(signal));
    const expected = dspStft(signal, { padMode: 'reflect', ...options });
    expect(real.shape).toEqual([1, expected.bins, expected.frames]);
    expect(apart(real.data, expected.re)).toBeLessThan(1e-5);
    expect(apart(imaginary.data, expected.im)).toBeLessThan(1e-5);
  });

  test('istft, and the way there and back', () => {
    const options = { nFft: 256, hopLength: 64 };
    const spectrum = dspStft(signal, { padMode: 'reflect', ...options });
    const shape = [1, spectrum.bins, spectrum.frames];
    const [real, imaginary] = [fromArray(spectrum.re, shape), fromArray(spectrum.im, shape)] as [
      Tensor,
      Tensor,
    ];
    const back = new Istft(options).forward(real, imaginary, { length: signal.length });
    expect(apart(back.data, dspIstft(spectrum, { ...options, length: signal.length }))).toBeLessThan(1e-5);
    expect(apart(back.data, signal)).toBeLessThan(1e-5);
  });

  test('mel spectrogram in decibels, and its cepstrum', () => {
    const options = { sampleRate: 16000, nFft: 512, nMels: 40 };
    const frames = { nFft: 512, hopLength: 128 };
    const chain = new Sequential(
      new Spectrogram(frames),
      new MelScale(options),
      new AmplitudeToDb({ topDb: 80 }),
    );
    const mel = melSpectrogram(signal, { ...options, hopLength: 128, preset: 'torchaudio' });
    expect(apart((chain.forward(asTensor(signal)) as Tensor).data, powerToDb(mel).data)).toBeLessThan(1e-5);
    const coefficients = dspMfcc(signal, { ...options, hopLength: 128, nMfcc: 13, preset: 'torchaudio' });
    const layer = new Mfcc({ ...options, hopLength: 128, nMfcc: 13 });
    expect(apart((layer.forward(asTensor(signal)) as Tensor).data, coefficients.data)).toBeLessThan(1e-4);
  });
});

onEveryEngine('gradients flow from spectra to samples', () => {
  const x = randn([2, 40], { key }) as Tensor;

  test.each([
    ['odd size', { nFft: 15, hopLength: 4 }],
    ['even size', { nFft: 16, hopLength: 4 }],
    ['zeros beyond the ends', { nFft: 16, hopLength: 5, padMode: 'constant' as const }],
    ['no padding', { nFft: 12, hopLength: 3, center: false }],
    ['a short window', { nFft: 16, hopLength: 4, winLength: 9 }],
  ])('stft, %s', (_name, options) => {
    gradCheck((own) => new Stft(options).forward(own).real, [x]);
    gradCheck((own) => new Stft(options).forward(own).imaginary, [x]);
  });

  test('istft, both parts', () => {
    const parts = [randn([1, 9, 5], { key }), randn([1, 9, 5], { key: randomKey(12) })] as Tensor[];
    gradCheck(
      (real, imaginary) => new Istft({ nFft: 16, hopLength: 4 }).forward(real as Tensor, imaginary as Tensor),
      parts,
    );
  });

  test('magnitudes, mel, decibels and cepstra', () => {
    const chain = new Sequential(
      new Spectrogram({ nFft: 16, hopLength: 4, power: 1 }),
      new MelScale({ sampleRate: 1000, nFft: 16, nMels: 3 }),
      new AmplitudeToDb({ input: 'magnitude', topDb: 80 }),
    );
    gradCheck((own) => chain.forward(own) as Tensor, [x], {
      step: 1e-3,
      relativeTolerance: 3e-2,
      absoluteTolerance: 2e-2,
    });
  });

  test('gradients of gradients of a spectral loss', () => {
    const spectrogram = new Spectrogram({ nFft: 8, hopLength: 4 });
    const energy = (own: Tensor) => spectrogram.forward(own).square().mean() as Tensor;
    gradCheck((own) => grad(energy)(own) as Tensor, [randn([1, 16], { key }) as Tensor], {
      step: 1e-2,
      relativeTolerance: 3e-2,
      absoluteTolerance: 1e-2,
    });
  });

  test('a spectral loss finds a signal again', () => {
    const target = signal.slice(0, 256);
    const resolutions = [
      [64, 16, 64],
      [32, 8, 32],
    ] as const;
    const start = target.map((value, i) => 0.6 * value + 0.4 * (signal[1000 + i] as number));
    const estimate = fromArray(start, [1, 256], { requiresGrad: true }) as Tensor;
    const losses = Array.from({ length: 40 }, (_, step) =>
      scope(() => {
        const loss = multiResolutionStft(estimate, asTensor(target), { resolutions });
        estimate.grad = null;
        loss.backward();
        const { data } = estimate.grad as unknown as Tensor;
        const rate = 0.02 * (1 - step / 40);
        estimate.data.forEach((value, i) => {
          estimate.data[i] = value - rate * Math.sign(data[i] as number);
        });
        return loss.item();
      }),
    );
    expect(losses.at(-1)).toBeLessThan(0.7 * (losses[0] as number));
  });
});

describe('SpecAugment', () => {
  beforeAll(() => setEngine('simd'));
  const options = { frequencyMasks: 1, frequencyWidth: 4, timeMasks: 1, timeWidth: 3, fill: -5, key };

  test('hides bands and stretches, each row its own, and only while training', () => {
    const layer = new SpecAugment(options);
    const x = ones([16, 8, 10]) as Tensor;
    const masked = layer.forward(x) as Tensor;
    const rows = Array.from({ length: 16 }, (_, row) => [...masked.data.subarray(80 * row, 80 * row + 80)]);
    for (const row of rows) {
      expect(row.every((value) => value === 1 || value === -5)).toBe(true);
      const hiddenBins = Array.from({ length: 8 }, (_, bin) =>
        row.slice(10 * bin, 10 * bin + 10).every((v) => v === -5),
      );
      expect(hiddenBins.filter(Boolean).length).toBeLessThanOrEqual(4);
    }
    expect(new Set(rows.map(String)).size).toBeGreaterThan(4);
    expect(layer.eval().forward(x)).toBe(x);
  });

  test('the same key and call give the same masks; the mean fills what nothing else does', () => {
    const x = randn([2, 8, 10], { key }) as Tensor;
    const { fill: _, ...rest } = options;
    const [first, second] = [
      new SpecAugment({ ...rest, key: randomKey(1) }),
      new SpecAugment({ ...rest, key: randomKey(1) }),
    ];
    const masked = first.forward(x) as Tensor;
    expect((second.forward(x) as Tensor).data).toEqual(masked.data);
    expect((first.forward(x) as Tensor).data).not.toEqual(masked.data);
    const mean = x.data.subarray(0, 80).reduce((sum, value) => sum + value, 0) / 80;
    const hidden = [...masked.data.subarray(0, 80)].filter((value, i) => value !== x.data[i]);
    for (const value of hidden) expect(value).toBeCloseTo(mean, 5);
  });

  test('what is hidden sends no gradient back', () => {
    const x = ones([1, 8, 10], { requiresGrad: true }) as Tensor;
    const masked = new SpecAugment({ ...options, key: randomKey(3) }).forward(x) as Tensor;
    masked.sum().backward();
    expect([...(x.grad as Tensor).data]).toEqual([...masked.data].map((value) => (value === 1 ? 1 : 0)));
  });
});

describe('bad input', () => {
  test('names the layer and the values', () => {
    expect(() => new Stft({ nFft: 16, winLength: 32 })).toThrow(
      'Stft: sizes must be whole numbers with winLength up to nFft, got nFft=16 hopLength=4 winLength=32',
    );
    expect(() => new Stft({ nFft: 64 }).forward(ones([1, 20]) as Tensor)).toThrow(
      'cutFrames: the signal is too short, length=20 for nFft=64 padding=32 padMode=reflect',
    );
    const x = ones([1, 5, 5]) as Tensor;
    expect(() => new Istft({ nFft: 16 }).forward(x, x)).toThrow(
      'Istft: both parts must be [..., 9, frames], got [1, 5, 5] and [1, 5, 5]',
    );
    expect(() => new MelScale({ sampleRate: 8000, nFft: 16, nMels: 2 }).forward(x)).toThrow(
      'MelScale: x must be [..., 9, frames], got [1, 5, 5]',
    );
    expect(() => new MelScale({ sampleRate: 8000, nFft: 16, highHz: 9000 })).toThrow('highHz');
    expect(() => new AmplitudeToDb({ topDb: -1 })).toThrow('AmplitudeToDb: topDb must be at least 0, got -1');
    expect(() => new SpecAugment({ timeMasks: 0.5 })).toThrow(
      'SpecAugment: timeMasks must be a whole number',
    );
    expect(() => multiResolutionStft(x, x, { resolutions: [] })).toThrow('resolutions must not be empty');
  });
});
