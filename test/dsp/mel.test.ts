import fc from 'fast-check';
import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import {
  amplitudeToDb,
  cepstrum,
  dbToAmplitude,
  dbToPower,
  dct,
  delta,
  hzToMel,
  inverseMel,
  logMel,
  melFilterbank,
  melFrequencies,
  melSpectrogram,
  melToHz,
  mfcc,
  powerToDb,
  type Spectrogram,
  setEngine,
  spectrogram,
} from '../../packages/dsp/src/index.ts';
import { RandomStream } from '../../packages/dsp/src/random.ts';
import { largestGap, readSamples, relativeNorm, relativeToPeak } from './coreSupport.ts';
import { committedFolder } from './effectsSupport.ts';

const clip = readSamples('synth16k', committedFolder).slice(0, 4000);
const bands = { preset: 'librosa', sampleRate: 16_000, nFft: 256, nMels: 20 } as const;

describe('mel scales', () => {
  test.each(['htk', 'slaney'] as const)('%s: there and back to 1e-12, and always upwards', (scale) => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 48_000, noNaN: true }), (hz) => {
        expect(Math.abs(melToHz(hzToMel(hz, scale), scale) - hz)).toBeLessThanOrEqual(1e-12 * (hz + 1000));
        expect(hzToMel(hz + 1, scale)).toBeGreaterThan(hzToMel(hz, scale));
      }),
    );
    const [first, , last] = melFrequencies(3, 100, 4000, scale);
    expect(first).toBeCloseTo(100, 9);
    expect(last).toBeCloseTo(4000, 9);
  });

  test('bad input', () => {
    expect(() => hzToMel(-1, 'htk')).toThrow('hzToMel: a frequency must not be below zero, -1 Hz');
    expect(() => hzToMel(Number.NaN, 'htk')).toThrow('hzToMel: a frequency must not be below zero, NaN Hz');
    expect(() => melToHz(1, 'bark' as 'htk')).toThrow('melToHz: scale must be htk or slaney, bark');
  });
});

describe('melFilterbank', () => {
  afterEach(() => vi.restoreAllMocks());

  test('without a norm every bin between the first and the last centre is shared out whole', () => {
    const bank = melFilterbank({ ...bands, norm: null, lowHz: 200, highHz: 7000 });
    const centres = melFrequencies(22, 200, 7000, 'slaney');
    for (let bin = 0; bin < bank.bins; bin++) {
      const hz = (bin * 16_000) / 256;
      if (hz < centres[1] || hz > centres[20]) continue;
      const sum = Array.from({ length: 20 }, (_, mel) => bank.data[mel * bank.bins + bin]).reduce(
        (a, b) => a + b,
      );
      expect(sum).toBeCloseTo(1, 6);
    }
  });

  test.each([1, 2, Infinity])('a numeric norm %d makes rows of that norm', (p) => {
    const bank = melFilterbank({ ...bands, norm: p });
    for (let mel = 0; mel < bank.mels; mel++) {
      const row = bank.data.subarray(mel * bank.bins, (mel + 1) * bank.bins);
      const norm =
        p === Infinity ? Math.max(...row) : row.reduce((sum, weight) => sum + weight ** p, 0) ** (1 / p);
      expect(norm).toBeCloseTo(1, 6);
    }
  });

  test('empty filters are rows of zeros with one warning, and the bank is the caller’s own', () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
    const options = { ...bands, sampleRate: 16_001, nMels: 200 };
    const bank = melFilterbank(options);
    bank.data.fill(7);
    const again = melFilterbank(options);
    const empty = [...again.lengths].filter((length) => length === 0).length;
    expect(empty).toBeGreaterThan(5);
    expect(warn).toHaveBeenCalledTimes(1);
    expect(warn.mock.calls[0][0]).toContain(`melFilterbank: ${empty} of 200 filters hold no bin`);
    expect(Math.max(...again.data)).toBeLessThan(1);
    const mel = melSpectrogram(clip, options);
    expect(mel.data.every(Number.isFinite)).toBe(true);
  });

  test.each<[Partial<Parameters<typeof melFilterbank>[0]>, string]>([
    [{ highHz: 9000 }, 'melFilterbank: highHz=9000 exceeds half of sampleRate=16000'],
    [{ lowHz: -1 }, 'melFilterbank: lowHz must lie in [0, highHz), lowHz=-1, highHz=8000'],
    [{ lowHz: 500, highHz: 500 }, 'melFilterbank: lowHz must lie in [0, highHz), lowHz=500, highHz=500'],
    [{ nMels: 0 }, 'melFilterbank: nMels must be a whole number of at least 1, nMels=0'],
    [{ nFft: -8 }, 'melFilterbank: nFft must be a whole number of at least 1, nFft=-8'],
    [{ sampleRate: 0 }, 'melFilterbank: sampleRate must be above zero, sampleRate=0'],
    [{ norm: 0 }, 'melFilterbank: norm must be slaney, null or above zero, 0'],
    [{ scale: 'bark' as 'htk' }, 'melFilterbank: scale must be htk or slaney, bark'],
    [{ preset: 'kaldi' as 'librosa' }, 'melFilterbank: preset must be librosa, torchaudio or whisper, kaldi'],
    [
      { preset: undefined as never },
      'melFilterbank: preset must be librosa, torchaudio or whisper, undefined',
    ],
  ])('bad input %#', (options, message) => {
    expect(() => melFilterbank({ ...bands, ...options })).toThrow(message);
  });
});

describe.each(['reference', 'simd'] as const)('on the %s engine', (name) => {
  beforeAll(() => setEngine(name));

  test('a mel spectrogram is the filterbank times the spectrogram, at any power', () => {
    const bank = melFilterbank(bands);
    for (const power of [1, 2, 1.5]) {
      const { data, frames } = spectrogram(clip, { nFft: 256, hopLength: 60, power });
      const expected = Float64Array.from({ length: 20 * frames }, (_, i) => {
        const [mel, t] = [Math.floor(i / frames), i % frames];
        let sum = 0;
        for (let bin = 0; bin < 129; bin++) sum += bank.data[mel * 129 + bin] * data[bin * frames + t];
        return sum;
      });
      const got = melSpectrogram(clip, { ...bands, hopLength: 60, power });
      expect([got.bins, got.frames]).toEqual([20, frames]);
      expect(relativeToPeak(got.data, expected)).toBeLessThan(1e-6);
    }
  });

  test('presets differ in what they say they differ in', () => {
    const options = { sampleRate: 16_000, nFft: 256, hopLength: 64, nMels: 20 };
    const librosa = melSpectrogram(clip, { ...options, preset: 'librosa' });
    const asTorchaudio = { scale: 'htk', norm: null, padMode: 'reflect' } as const;
    const torchaudio = melSpectrogram(clip, { ...options, preset: 'torchaudio' });
    expect(melSpectrogram(clip, { ...options, preset: 'librosa', ...asTorchaudio })).toEqual(torchaudio);
    expect(relativeToPeak(librosa.data, torchaudio.data)).toBeGreaterThan(0.1);
    const alone = melSpectrogram(clip, { sampleRate: 16_000, preset: 'whisper' });
    expect([alone.bins, alone.frames]).toEqual([80, 1 + 4000 / 160]);
  });

  test('whisper: log10 within 8 of the maximum, moved to about one, without the last frame', () => {
    const energies = melSpectrogram(clip, { sampleRate: 16_000, preset: 'whisper' });
    const logs = Array.from(energies.data, (value) => Math.log10(Math.max(1e-10, value)));
    const shown = (_: unknown, i: number) => i % energies.frames < energies.frames - 1;
    const kept = logs.filter(shown);
    const top = Math.max(...kept);
    const got = logMel(clip, { sampleRate: 16_000, preset: 'whisper' });
    expect(got.frames).toBe(25);
    expect(
      largestGap(
        got.data,
        kept.map((log) => (Math.max(log, top - 8) + 4) / 4),
      ),
    ).toBeLessThan(2e-6);
  });

  test('decibels: reference, floor and ceiling', () => {
    const values = Float32Array.of(1e-12, 0.01, 1, 50);
    expect(largestGap(powerToDb(values, { topDb: null }), [-100, -20, 0, 16.9897])).toBeLessThan(2e-5);
    expect(largestGap(powerToDb(values, { ref: 'max', topDb: 30 }), [-30, -30, -16.9897, 0])).toBeLessThan(
      2e-5,
    );
    expect(
      largestGap(powerToDb(values, { ref: (all) => all[1], topDb: null }), [-80, 0, 20, 36.9897]),
    ).toBeLessThan(2e-5);
    expect(largestGap(amplitudeToDb(Float32Array.of(-0.1, 10), { topDb: null }), [-20, 20])).toBeLessThan(
      1e-5,
    );
    const whole = { data: values, bins: 2, frames: 2 };
    expect(powerToDb(whole, { topDb: null, out: values })).toEqual({ data: values, bins: 2, frames: 2 });
    expect(values[1]).toBeCloseTo(-20, 5);
  });

  test('decibels and back for any positive values, to 1e-5', () => {
    const values = fc.array(fc.double({ min: 1e-4, max: 1e4, noNaN: true }), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(values, fc.double({ min: 0.01, max: 100, noNaN: true }), (list, ref) => {
        const powers = Float32Array.from(list);
        const back = dbToPower(powerToDb(powers, { ref, topDb: null }), ref);
        const amplitudes = dbToAmplitude(amplitudeToDb(powers, { ref, topDb: null }), ref);
        powers.forEach((value, i) => {
          expect(Math.abs(back[i] / value - 1)).toBeLessThan(1e-5);
          expect(Math.abs(amplitudes[i] / value - 1)).toBeLessThan(1e-5);
        });
      }),
    );
  });

  test('logarithms of every size of number agree with doubles to 1e-4 dB', () => {
    const values = Float32Array.from({ length: 5000 }, (_, i) => 10 ** (-30 + (60 * i) / 5000));
    const options = { topDb: null, amin: 1e-30 } as const;
    expect(
      largestGap(powerToDb(values, options), powerToDb(Float64Array.from(values), options)),
    ).toBeLessThan(1e-4);
  });

  test.each<[string, () => unknown, string]>([
    [
      'NaN',
      () => powerToDb(Float32Array.of(1, Number.NaN)),
      'powerToDb: values must be finite, values[1]=NaN',
    ],
    [
      'infinite',
      () => powerToDb(Float32Array.of(1, Infinity)),
      'powerToDb: values must be finite, values[1]=Infinity',
    ],
    ['amin', () => powerToDb(Float32Array.of(1), { amin: 0 }), 'powerToDb: amin must be above zero, amin=0'],
    [
      'topDb',
      () => powerToDb(Float32Array.of(1), { topDb: -1 }),
      'powerToDb: topDb must be null or at least zero, -1',
    ],
    ['ref', () => powerToDb(Float32Array.of(1), { ref: -2 }), 'powerToDb: ref must be at least zero, -2'],
    [
      'ref NaN',
      () => powerToDb(Float32Array.of(1), { ref: Number.NaN }),
      'powerToDb: ref must be at least zero, NaN',
    ],
    ['no array', () => powerToDb([1] as never), 'powerToDb: values must be a Float32Array or Float64Array'],
    [
      'empty signal',
      () => melSpectrogram(new Float32Array(0), bands),
      'melSpectrogram: samples must hold at least 1 value',
    ],
    [
      'NaN signal',
      () => logMel(Float32Array.of(Number.NaN), bands),
      'melSpectrogram: samples must be finite, samples[0]=NaN',
    ],
    [
      'highHz',
      () => mfcc(clip, { ...bands, highHz: 8001 }),
      'melSpectrogram: highHz=8001 exceeds half of sampleRate=16000',
    ],
    [
      'no preset',
      () => melSpectrogram(clip, { sampleRate: 8000 } as never),
      'melSpectrogram: preset must be librosa, torchaudio or whisper',
    ],
    [
      'nMfcc',
      () => mfcc(clip, { ...bands, nMfcc: 21 }),
      'mfcc: nMfcc exceeds the number of mel bands, 21 > 20',
    ],
    ['lifter', () => mfcc(clip, { ...bands, lifter: -1 }), 'mfcc: lifter must be at least zero, -1'],
    [
      'log',
      () => logMel(clip, { ...bands, log: 'bel' as 'db' }),
      'logMel: log must be db, ln or whisper, bel',
    ],
    ['dct type', () => dct(clip, { type: 5 as 2 }), 'dct: type must be 1, 2, 3 or 4, 5'],
    ['dct of one', () => dct(clip.slice(0, 1), { type: 1 }), 'dct: type 1 needs at least 2 values, 1'],
    [
      'dct count',
      () => dct(clip.slice(0, 4), { count: 5 }),
      'dct: count exceeds the number of values, 5 > 4',
    ],
  ])('bad input: %s', (_, call, message) => expect(call).toThrow(message));

  test('mfcc is the cosine transform of the log-mel frames, lifted', () => {
    const logs = logMel(clip, bands);
    const plain = mfcc(clip, { ...bands, nMfcc: 13 });
    const lifted = cepstrum(logs, { nMfcc: 13, lifter: 22 });
    for (const t of [0, plain.frames - 1]) {
      const column = Float64Array.from({ length: 20 }, (_, mel) => logs.data[mel * logs.frames + t]);
      const expected = dct(column, { count: 13 });
      expected.forEach((value, k) => {
        const lift = 1 + 11 * Math.sin((Math.PI * (k + 1)) / 22);
        expect(plain.data[k * plain.frames + t]).toBeCloseTo(value, 3);
        expect(lifted.data[k * plain.frames + t]).toBeCloseTo(value * lift, 3);
      });
    }
    const out = new Float32Array(plain.data.length);
    expect(mfcc(clip, { ...bands, nMfcc: 13, out }).data).toBe(out);
    expect(out).toEqual(plain.data);
  });

  test('inverseMel: no negative bin, the bands come back, and a spectrum made of bands is near', () => {
    const options = { ...bands, hopLength: 200 };
    const mel = melSpectrogram(clip, options);
    const found = inverseMel(mel, { ...bands, outPower: 2 });
    const bank = melFilterbank(bands);
    const again = mel.data.map((_, i) => {
      const [m, t] = [Math.floor(i / mel.frames), i % mel.frames];
      let sum = 0;
      for (let bin = 0; bin < bank.bins; bin++)
        sum += bank.data[m * bank.bins + bin] * found.data[bin * mel.frames + t];
      return sum;
    });
    expect(Math.min(...found.data)).toBeGreaterThanOrEqual(0);
    expect(relativeNorm(again, mel.data)).toBeLessThan(2e-3);
    const magnitudes = inverseMel(mel, bands);
    expect(
      relativeToPeak(
        magnitudes.data.map((value) => value * value),
        found.data,
      ),
    ).toBeLessThan(1e-6);
  });
});

describe('delta', () => {
  const line = (slope: number, frames = 20): Spectrogram => ({
    data: Float32Array.from({ length: frames }, (_, t) => slope * t + 3),
    bins: 1,
    frames,
  });

  test('of a line is its slope, its second delta zero', () => {
    expect(largestGap(delta(line(0.5)).data, new Float32Array(20).fill(0.5))).toBeLessThan(1e-6);
    expect(largestGap(delta(line(0.5), { order: 2 }).data, new Float32Array(20))).toBeLessThan(1e-6);
  });

  test('of noise is linear in it', () => {
    const random = new RandomStream(4);
    const rows = {
      data: Float32Array.from({ length: 60 }, () => random.uniform(-1, 1)),
      bins: 3,
      frames: 20,
    };
    const doubled = { ...rows, data: rows.data.map((value) => 2 * value) };
    expect(
      largestGap(
        delta(doubled).data,
        delta(rows).data.map((value) => 2 * value),
      ),
    ).toBeLessThan(1e-6);
  });

  test.each<[() => unknown, string]>([
    [() => delta(line(1, 8)), "delta: mode 'interp' needs at least width frames, 8 < 9"],
    [() => delta(line(1), { width: 4 }), 'delta: width must be odd, 4'],
    [() => delta(line(1), { width: 1 }), 'delta: width must be a whole number of at least 3, width=1'],
    [() => delta(line(1), { order: 0 }), 'delta: order must be a whole number of at least 1, order=0'],
    [() => delta(line(1), { width: 3, order: 3 }), 'delta: order must be below width, 3 >= 3'],
    [() => delta(line(1), { mode: 'nearest' as 'edge' }), 'pad: mode must be one of constant'],
  ])('bad input %#', (call, message) => expect(call).toThrow(message));
});

test.each<[() => unknown, string]>([
  [
    () => inverseMel({ data: new Float32Array(4), bins: 2, frames: 2 }, bands),
    'inverseMel: the spectrogram must be [nMels, frames], [2, 2], nMels=20',
  ],
  [
    () => inverseMel({ data: new Float32Array(20).fill(-1), bins: 20, frames: 1 }, bands),
    'inverseMel: energies must be finite and not below zero, -1',
  ],
  [
    () => inverseMel({ data: new Float32Array(20), bins: 20, frames: 1 }, { ...bands, power: 0 }),
    'inverseMel: power must be above zero, power=0',
  ],
])('inverseMel refuses %#', (call, message) => expect(call).toThrow(message));
