import { describe, expect, test } from 'vitest';
import {
  logMel,
  type MelNorm,
  type MelScale,
  melFilterbank,
  melSpectrogram,
  mfcc,
  type PadMode,
  type Preset,
  powerToDb,
  setEngine,
  stft,
} from '../../packages/dsp/src/index.ts';
import { presetValues } from '../../packages/dsp/src/mel/presets.ts';
import { largestGap, readSamples } from './coreSupport.ts';
import { committedFolder } from './effectsSupport.ts';

const clip = readSamples('synth16k', committedFolder).slice(2000, 8000);
setEngine('simd');

interface Documented {
  readonly preset: Preset;
  readonly nFft: number;
  readonly hopLength: number;
  readonly nMels: number;
  readonly scale: MelScale;
  readonly norm: MelNorm;
  readonly padMode: PadMode;
  readonly nMfcc: number;
  readonly frames: number;
}

/** What the README says of each, for a clip of 6000 samples. */
const documented: Documented[] = [
  {
    preset: 'librosa',
    nFft: 2048,
    hopLength: 512,
    nMels: 128,
    scale: 'slaney',
    norm: 'slaney',
    padMode: 'constant',
    nMfcc: 20,
    frames: 12,
  },
  {
    preset: 'torchaudio',
    nFft: 400,
    hopLength: 200,
    nMels: 128,
    scale: 'htk',
    norm: null,
    padMode: 'reflect',
    nMfcc: 40,
    frames: 31,
  },
  {
    preset: 'whisper',
    nFft: 400,
    hopLength: 160,
    nMels: 80,
    scale: 'slaney',
    norm: 'slaney',
    padMode: 'reflect',
    nMfcc: 40,
    frames: 38,
  },
];

describe.each(documented)('$preset', ({ preset, frames, ...values }) => {
  const rate = { preset, sampleRate: 16_000 };

  test('fills in what it is documented to fill in', () => {
    expect(presetValues('test', preset)).toEqual(values);
    const mel = melSpectrogram(clip, rate);
    expect([mel.bins, mel.frames]).toEqual([values.nMels, frames]);
  });

  test('leaving all open is the same as saying all', () => {
    const { nMfcc, ...options } = values;
    const said = {
      ...rate,
      ...options,
      window: 'hann',
      periodic: true,
      center: true,
      power: 2,
      lowHz: 0,
      highHz: 8000,
    } as const;
    expect(melSpectrogram(clip, said)).toEqual(melSpectrogram(clip, rate));
    expect(mfcc(clip, { ...said, nMfcc })).toEqual(mfcc(clip, rate));
  });

  test.each([
    ['nMels', { nMels: 30 }],
    ['scale', { scale: values.scale === 'htk' ? 'slaney' : 'htk' }],
    ['norm', { norm: values.norm === null ? 'slaney' : null }],
    ['padMode', { padMode: values.padMode === 'constant' ? 'reflect' : 'constant' }],
    ['lowHz', { lowHz: 300 }],
    ['highHz', { highHz: 5000 }],
    ['power', { power: 1 }],
    ['window', { window: 'hamming' }],
    ['periodic', { periodic: false }],
    ['center', { center: false }],
    ['winLength', { winLength: 300, hopLength: values.hopLength }],
  ] as const)('%s can be overridden, and matters', (_, change) => {
    const changed = melSpectrogram(clip, { ...rate, ...change });
    const plain = melSpectrogram(clip, rate);
    const isSame =
      changed.data.length === plain.data.length && changed.data.every((value, i) => value === plain.data[i]);
    expect(isSame).toBe(false);
    expect(changed.data.every(Number.isFinite)).toBe(true);
  });

  test('an option that is undefined counts as left out', () => {
    const holes = {
      nMels: undefined,
      padMode: undefined,
      hopLength: undefined,
      scale: undefined,
      window: undefined,
    };
    expect(melSpectrogram(clip, { ...rate, ...(holes as object) })).toEqual(melSpectrogram(clip, rate));
  });

  test('an own size has a hop of a quarter window, as librosa has it', () => {
    const one = melSpectrogram(clip, { ...rate, nFft: 512, nMels: 20 });
    const same = melSpectrogram(clip, { ...rate, nFft: 512, nMels: 20, hopLength: 128 });
    expect(one).toEqual(same);
    const shorter = melSpectrogram(clip, { ...rate, nFft: 512, winLength: 320, nMels: 20 });
    expect(shorter.frames).toBe(stft(clip, { nFft: 512, hopLength: 80 }).frames);
  });
});

describe('logMel', () => {
  const rate = { sampleRate: 16_000, nFft: 400, hopLength: 160, nMels: 40 };

  test('librosa clips 80 dB below the loudest, torchaudio does not', () => {
    const quiet = clip.slice();
    quiet.fill(0, 3000);
    const range = (values: Float32Array) => Math.max(...values) - Math.min(...values);
    expect(range(logMel(quiet, { ...rate, preset: 'librosa' }).data)).toBeCloseTo(80, 3);
    expect(range(logMel(quiet, { ...rate, preset: 'torchaudio' }).data)).toBeGreaterThan(85);
    expect(range(logMel(quiet, { ...rate, preset: 'torchaudio', topDb: 30 }).data)).toBeCloseTo(30, 3);
    expect(range(logMel(quiet, { ...rate, preset: 'librosa', topDb: null }).data)).toBeGreaterThan(85);
  });

  test('is powerToDb of melSpectrogram', () => {
    for (const ref of [1, 0.01, 'max'] as const) {
      const options = { ...rate, preset: 'librosa', ref, amin: 1e-8, topDb: 60 } as const;
      const inTwo = powerToDb(melSpectrogram(clip, { ...rate, preset: 'librosa' }), {
        ref,
        amin: 1e-8,
        topDb: 60,
      });
      expect(logMel(clip, options)).toEqual(inTwo);
    }
  });

  test.each(['db', 'ln', 'whisper'] as const)('%s is written to out', (log) => {
    const options = { ...rate, preset: 'whisper', log } as const;
    const expected = logMel(clip, options);
    const out = new Float32Array(expected.data.length);
    const got = logMel(clip, { ...options, out });
    expect(got.data).toBe(out);
    expect(got).toEqual(expected);
  });

  test('ln is the natural logarithm of the energy and a millionth', () => {
    const energies = melSpectrogram(clip, { ...rate, preset: 'torchaudio' });
    const got = logMel(clip, { ...rate, preset: 'torchaudio', log: 'ln' });
    expect(
      largestGap(
        got.data,
        energies.data.map((energy) => Math.log(energy + 1e-6)),
      ),
    ).toBeLessThan(3e-6);
  });

  test('whisper refuses a signal that leaves no frame', () => {
    expect(() => logMel(clip.slice(0, 100), { sampleRate: 16_000, preset: 'whisper' })).toThrow(
      'logMel: the signal is shorter than one hop, which leaves no frame, frames=1',
    );
  });
});

describe('filters of other shapes', () => {
  test('a band between lowHz and highHz holds nothing outside', () => {
    const bank = melFilterbank({
      preset: 'torchaudio',
      sampleRate: 16_000,
      nFft: 1024,
      nMels: 10,
      lowHz: 1000,
      highHz: 3000,
    });
    for (let bin = 0; bin < bank.bins; bin++) {
      const hz = (bin * 16_000) / 1024;
      const column = Array.from({ length: 10 }, (_, mel) => bank.data[mel * bank.bins + bin]);
      if (hz <= 1000 || hz >= 3000) expect(Math.max(...column)).toBe(0);
    }
    expect(Math.min(...bank.lengths)).toBeGreaterThan(0);
  });

  test.each([1, 2, 5, 40])(
    '%i bands have slaney areas of one, up to what bins leave of a triangle',
    (nMels) => {
      const bank = melFilterbank({ preset: 'librosa', sampleRate: 16_000, nFft: 8192, nMels });
      for (let mel = 0; mel < nMels; mel++) {
        const row = bank.data.subarray(mel * bank.bins, (mel + 1) * bank.bins);
        const area = (row.reduce((sum, weight) => sum + weight, 0) * 16_000) / 8192;
        expect(area).toBeCloseTo(1, 2);
      }
    },
  );

  test('an odd transform size has its bins where they are', () => {
    const bank = melFilterbank({
      preset: 'torchaudio',
      sampleRate: 1000,
      nFft: 9,
      nMels: 2,
      lowHz: 0,
      highHz: 500,
    });
    expect(bank.bins).toBe(5);
    for (let bin = 0; bin < 5; bin++) {
      const weights = [bank.data[bin], bank.data[5 + bin]];
      expect(Math.max(...weights)).toBeLessThanOrEqual(1);
      if (bin === 0) expect(weights).toEqual([0, 0]);
    }
  });
});
