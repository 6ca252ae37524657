import { join } from 'node:path';
import { logMel, spectrogram } from '@sonograd/dsp';
import { describe, expect, test } from 'vitest';
import { encodePicture } from '../../../packages/experiments/src/corpora/pictureFile.ts';
import { type FeatureSettings, featureConfig } from '../../../packages/experiments/src/features/config.ts';
import { extract, extractFrom } from '../../../packages/experiments/src/features/extract.ts';
import { undoMoments } from '../../../packages/experiments/src/features/moments.ts';
import { melOptions } from '../../../packages/experiments/src/features/spectrum.ts';
import { InputError } from '../../../packages/experiments/src/inputError.ts';
import { scratchFolder, writeFiles } from '../corporaSupport.ts';

const scratch = scratchFolder();
const chirp = (sampleRate: number, seconds = 0.5) => ({
  sampleRate,
  samples: Float32Array.from({ length: Math.round(seconds * sampleRate) }, (_, n) => {
    const t = n / sampleRate;
    return 0.4 * Math.sin(2 * Math.PI * (300 + 1500 * t) * t);
  }),
});
/** As they come: no size, no normalisation. */
const plain = { size: { fit: 'keep' }, normalise: { kind: 'none' } } as const;
const make = (settings: FeatureSettings, audio = chirp(8000)) =>
  extract(audio, featureConfig.parse(settings), 'clip').feature;
const meanDifference = (a: Float32Array, b: Float32Array) =>
  a.reduce((sum, value, i) => sum + Math.abs(value - b[i]!), 0) / a.length;

describe('featureConfig', () => {
  test('has a default for everything, and is plain data', () => {
    const config = featureConfig.parse({});
    expect(config.spectrum.kind).toBe('log-mel');
    expect(featureConfig.parse(JSON.parse(JSON.stringify(config)))).toEqual(config);
  });

  test.each([
    [{ sampelRate: 8000 }, '', /sampelRate/],
    [{ sampleRate: 8000.5 }, 'sampleRate', /int/],
    [{ spectrum: { kind: 'cqt' } }, 'spectrum.kind', /./],
    [
      { spectrum: { kind: 'log-mel', nFft: 256, winLength: 512 } },
      'spectrum.winLength',
      /exceeds nFft, 512 > 256/,
    ],
    [
      { spectrum: { kind: 'log-mel', highHz: 5000 } },
      'spectrum.highHz',
      /exceeds half of sampleRate, 5000 > 4000/,
    ],
    [{ spectrum: { kind: 'log-mel', lowHz: 4000 } }, 'spectrum.lowHz', /reaches highHz, 4000 >= 4000/],
    [{ spectrum: { kind: 'picture' }, noise: { color: 'white', snrDb: 0 } }, 'noise', /pictures have none/],
    [{ size: { fit: 'pad' } }, 'size.frames', /./],
    [{ size: { fit: 'keep' }, normalise: { over: 'corpus', per: 'cell' } }, 'normalise.per', /fixed size/],
    [{ normalise: { per: 'cell' } }, 'normalise.per', /needs over 'corpus'/],
  ])('refuses %j, at %s', (settings, path, message) => {
    const { error } = featureConfig.safeParse(settings);
    const issue = error?.issues.find(({ path: at }) => at.join('.') === path);
    expect(issue?.message).toMatch(message);
  });
});

describe('extract', () => {
  test('log-mel is that of @sonograd/dsp with the same numbers', () => {
    const spectrum = {
      kind: 'log-mel',
      nFft: 256,
      winLength: 200,
      hopLength: 80,
      nMels: 40,
      lowHz: 60,
    } as const;
    const { samples } = chirp(8000);
    const expected = logMel(samples, {
      preset: 'librosa',
      sampleRate: 8000,
      nFft: 256,
      winLength: 200,
      hopLength: 80,
      nMels: 40,
      lowHz: 60,
    });
    const feature = make({ ...plain, spectrum });
    expect(feature).toEqual({ ...expected, start: 0, validFrames: expected.frames });
    const none = make({ ...plain, spectrum: { ...spectrum, log: 'none' } });
    expect(Math.min(...none.data)).toBeGreaterThanOrEqual(0);
    const loudest = make({ ...plain, spectrum: { ...spectrum, ref: 'max', topDb: 50 } });
    expect(Math.max(...loudest.data)).toBeCloseTo(0, 4);
    expect(Math.min(...loudest.data)).toBeCloseTo(-50, 4);
  });

  test('magnitudes, plain and compressed', () => {
    const cut = { nFft: 256, winLength: 256, hopLength: 64 };
    const magnitudes = spectrogram(chirp(8000).samples, { ...cut, power: 1 });
    const of = (compress: 'none' | 'log1p' | 'db') =>
      make({ ...plain, spectrum: { kind: 'magnitude', ...cut, compress } }).data;
    expect(of('none')).toEqual(magnitudes.data);
    expect(meanDifference(of('log1p'), magnitudes.data.map(Math.log1p))).toBeLessThan(1e-6);
    const db = of('db');
    expect(Math.max(...db) - Math.min(...db)).toBeCloseTo(80, 3);
  });

  test('another rate is resampled: the picture stays', () => {
    const spectrum = { kind: 'log-mel', highHz: 3000, topDb: 40 } as const;
    const low = make({ ...plain, spectrum });
    for (const rate of [11025, 22050, 48000]) {
      const other = make({ ...plain, spectrum }, chirp(rate));
      expect(Math.abs(other.frames - low.frames)).toBeLessThanOrEqual(1);
      const same = other.data.subarray(0, low.data.length);
      if (other.frames === low.frames) expect(meanDifference(same, low.data)).toBeLessThan(0.5);
    }
  });

  test('silence is cut off where asked', () => {
    const { samples } = chirp(8000);
    const padded = new Float32Array(16000);
    padded.set(samples, 6000);
    const audio = { samples: padded, sampleRate: 8000 };
    const whole = make(plain, audio).frames;
    const trimmed = make({ ...plain, trimDb: 40 }, audio).frames;
    expect(whole).toBe(126);
    expect(Math.abs(trimmed - make(plain).frames)).toBeLessThanOrEqual(4);
    // Nothing is louder than the rest of it.
    const silence = { samples: new Float32Array(9000), sampleRate: 8000 };
    expect(make({ ...plain, trimDb: 40 }, silence).frames).toBe(71);
  });

  test('noise of every colour at its level, fixed by seed and name', () => {
    const energy = { ...plain, spectrum: { kind: 'magnitude' } } as const;
    const power = (settings: FeatureSettings) =>
      make(settings).data.reduce((sum, value) => sum + value ** 2, 0);
    const clean = power(energy);
    for (const color of ['white', 'pink', 'brown', 'babble'] as const) {
      const at = (snrDb: number) => power({ ...energy, noise: { color, snrDb } }) / clean;
      expect(Math.abs(at(60) - 1)).toBeLessThan(0.05);
      // At -8 dB the noise has 6.3 times the power of the sound.
      expect(Math.abs(at(-8) / 7.3 - 1)).toBeLessThan(0.35);
    }
    const config = featureConfig.parse({ noise: { color: 'white', snrDb: 0 } });
    const of = (id: string, seed: number) =>
      extract(chirp(8000), { ...config, noise: { ...config.noise!, seed } }, id).feature.data;
    expect(of('a', 0)).toEqual(of('a', 0));
    expect(of('a', 0)).not.toEqual(of('b', 0));
    expect(of('a', 0)).not.toEqual(of('a', 1));
  });

  test('its own normalisation counts no padding, and can be undone', () => {
    const settings = { size: { fit: 'pad', frames: 64, padWith: 0 } } as const;
    const { feature, moments } = extract(chirp(8000), featureConfig.parse(settings));
    expect([feature.bins, feature.frames, feature.validFrames]).toEqual([64, 64, 32]);
    const valid = feature.data.filter((_, i) => i % 64 < 32);
    const mean = valid.reduce((sum, value) => sum + value, 0) / valid.length;
    expect(mean).toBeCloseTo(0, 4);
    expect(Math.sqrt(valid.reduce((sum, value) => sum + value ** 2, 0) / valid.length)).toBeCloseTo(1, 4);
    undoMoments(feature, moments!);
    const raw = make(plain);
    for (let bin = 0; bin < 64; bin += 7) {
      expect(feature.data[64 * bin + 5]).toBeCloseTo(raw.data[raw.frames * bin + 5]!, 3);
    }
  });

  test('min-max between 0 and 1, resized', () => {
    const settings = {
      size: { fit: 'resize', bins: 112, frames: 112 },
      normalise: { kind: 'min-max' },
    } as const;
    const { data, bins, frames } = make(settings);
    expect([bins, frames, data.length]).toEqual([112, 112, 112 * 112]);
    expect(Math.min(...data)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...data)).toBeLessThanOrEqual(1);
    expect(Math.max(...data)).toBeGreaterThan(0.95);
  });

  test('what the corpus decides is left to the corpus', () => {
    const { feature, moments } = extract(chirp(8000), featureConfig.parse({ normalise: { over: 'corpus' } }));
    expect(moments).toBeUndefined();
    expect(Math.min(...feature.data)).toBeLessThan(-30);
  });

  test('a clip shorter than a window', () => {
    const short = { samples: chirp(8000).samples.slice(0, 100), sampleRate: 8000 };
    expect(make(plain, short).frames).toBe(1);
    expect(() => make({ ...plain, spectrum: { kind: 'magnitude', center: false } }, short)).toThrow(
      'the signal is shorter than nFft, and center is false, 100 < 512',
    );
  });

  test('the bands for the way back are those of the config', () => {
    const config = featureConfig.parse({ spectrum: { kind: 'log-mel', nMels: 40 } });
    if (config.spectrum.kind !== 'log-mel') throw new Error('not log-mel');
    expect(melOptions(8000, config.spectrum)).toMatchObject({ nMels: 40, highHz: 4000, sampleRate: 8000 });
  });
});

describe('extractFrom', () => {
  const bytes = encodePicture({ data: Float32Array.of(0, 51, 102, 255, 0, 0), bins: 2, frames: 3 }, 0, 255);
  const path = join(writeFiles(scratch, { 'p.png': bytes }), 'p.png');
  const picture = { kind: 'picture', path } as const;
  const from = (settings: FeatureSettings) =>
    extractFrom(picture, featureConfig.parse({ ...plain, ...settings }));

  test('the pixels of a picture are its features', () => {
    const { data, bins, frames } = from({ spectrum: { kind: 'picture', bins: 2 } }).feature;
    expect([bins, frames]).toEqual([2, 3]);
    expect([...data].map((value) => Math.round(255 * value))).toEqual([0, 51, 102, 255, 0, 0]);
  });

  test('sound where a picture is expected, pictures of another height', () => {
    expect(() => from({})).toThrow('features: pictures need spectrum.kind=picture, log-mel');
    expect(() => from({ spectrum: { kind: 'picture', bins: 128 } })).toThrow(
      /features: the picture must be 128 pixels high, 2 in .*p\.png/,
    );
    expect(() => make({ spectrum: { kind: 'picture' } })).toThrow(InputError);
  });
});
