import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  amplitudeToDb,
  decodeWav,
  griffinLim,
  hzToMel,
  inverseMel,
  istft,
  logMel,
  type MelSpectrogramOptions,
  makeWindow,
  melFilterbank,
  melSpectrogram,
  melToHz,
  mfcc,
  type PadMode,
  powerToDb,
  rfft,
  type Spectrogram,
  type StftOptions,
  setEngine,
  spectrogram,
  stft,
  type WindowShape,
} from '../../packages/dsp/src/index.ts';
import {
  type CoreCase,
  type CoreParams,
  largestGap,
  readCoreCases,
  readDoubles,
  readSamples,
  relativeNorm,
  relativeToPeak,
} from './coreSupport.ts';
import { committedFolder, sharedAvailable, sharedFolder } from './effectsSupport.ts';

const committed = readCoreCases('core.json', committedFolder);
const known = new Set(committed.map((one) => one.id));
/** Cases on recordings, which may not be copied here, and any that were added beside the repository since. */
const beside = sharedAvailable
  ? readCoreCases('index.json', sharedFolder).filter((one) => one.function in checks() && !known.has(one.id))
  : [];

test('the committed cases are all there', () => expect(committed).toHaveLength(132));

describe.each(['reference', 'simd'] as const)('the %s engine agrees with the expected values', (name) => {
  beforeAll(() => setEngine(name));

  describe('of librosa, torchaudio, NumPy and SciPy', () => {
    test.each(committed)('$id', (one) => checks()[one.function](one, committedFolder));
  });

  describe.runIf(sharedAvailable)('of the same on recordings, which are not in this repository', () => {
    test.each(beside)('$id', (one) => checks()[one.function](one, sharedFolder));
  });
});

type Check = (one: CoreCase, folder: URL) => void;

/** A function, so that the list stands below what it is read by. */
function checks(): Record<string, Check> {
  return {
    window: checkWindow,
    rfft: checkRfft,
    stft: checkStft,
    istft: checkIstft,
    hzToMel: checkHzToMel,
    melFilterbank: checkFilterbank,
    melSpectrogram: (one, folder) => {
      const mel = melSpectrogram(samplesOf(one, folder), melOptions(one.params));
      expect(relativeToPeak(mel.data, expectedOf(one, folder))).toBeLessThan(one.tolerance.rel_max);
    },
    'powerToDb(melSpectrogram)': checkLogMel,
    mfcc: checkMfcc,
    powerToDb: (one) => checkDecibels(one, powerToDb),
    amplitudeToDb: (one) => checkDecibels(one, amplitudeToDb),
    'amplitudeToDb(torchaudio)': (one) =>
      checkDecibels(one, (x, options) => amplitudeToDb(x, { ...options, amin: 1e-10 })),
    griffinLim: checkGriffinLim,
    inverseMel: checkInverseMel,
    decodeWav: checkWav,
  };
}

const samplesOf = ({ input }: CoreCase, folder: URL) => readSamples(String(input), folder);
const expectedOf = ({ expected }: CoreCase, folder: URL) => readDoubles(expected.file, folder);

function windowShape(name: string): WindowShape {
  const kaiser = /^kaiser(\d+)$/.exec(name);
  if (kaiser) return { name: 'kaiser', beta: Number(kaiser[1]) };
  if (name === 'boxcar') return 'rectangular';
  return (name === 'blackmanharris' ? 'blackmanHarris' : name) as WindowShape;
}

function stftOptions(params: CoreParams): StftOptions {
  return {
    nFft: params.n_fft,
    hopLength: params.hop_length,
    winLength: params.win_length ?? params.n_fft,
    window: windowShape(params.window ?? 'hann'),
    periodic: params.periodic ?? true,
    center: params.center ?? true,
    padMode: (params.pad_mode ?? 'reflect') as PadMode,
  };
}

function melOptions(params: CoreParams): MelSpectrogramOptions {
  return {
    ...stftOptions(params),
    preset: 'librosa',
    sampleRate: params.sr ?? 16000,
    nMels: params.n_mels,
    scale: params.scale,
    norm: params.norm,
    power: params.power ?? 2,
  };
}

function checkWindow({ params, expected, tolerance }: CoreCase, folder: URL): void {
  const got = makeWindow(windowShape(params.name), params.n, { periodic: params.periodic });
  const want = expected.values ?? readDoubles(expected.file, folder);
  expect(largestGap(got, want)).toBeLessThan(tolerance.atol);
}

function checkRfft(one: CoreCase, folder: URL): void {
  const { params, tolerance } = one;
  const input = readDoubles('tables/lcg2048.npy', folder).slice(0, params.n);
  const want = expectedOf(one, folder);
  const inDoubles = rfft(input);
  expect(relativeToPeak(interleave(inDoubles), want)).toBeLessThan(tolerance.rel_max_f64);
  expect(relativeToPeak(interleave(rfft(Float32Array.from(input))), want)).toBeLessThan(
    tolerance.rel_max_f32,
  );
}

function interleave({ re, im }: { re: ArrayLike<number>; im: ArrayLike<number> }): Float64Array {
  return Float64Array.from({ length: 2 * re.length }, (_, i) => (i % 2 === 0 ? re[i / 2] : im[(i - 1) / 2]));
}

function checkStft(one: CoreCase, folder: URL): void {
  const { params, expected, tolerance } = one;
  const { re, im, bins, frames } = stft(samplesOf(one, folder), stftOptions(params));
  expect([bins, frames]).toEqual([expected.n_bins, expected.n_frames]);
  const chosen = (part: Float32Array) =>
    Float32Array.from({ length: bins * expected.frames.length }, (_, i) => {
      const [bin, t] = [Math.floor(i / expected.frames.length), i % expected.frames.length];
      return part[bin * frames + expected.frames[t]];
    });
  const got = interleave({ re: chosen(re), im: chosen(im) });
  expect(relativeToPeak(got, expectedOf(one, folder))).toBeLessThan(tolerance.rel_max);
}

function checkIstft(one: CoreCase, folder: URL): void {
  const { params, tolerance } = one;
  const spectrum = stft(samplesOf(one, folder), stftOptions(params));
  const gain = (bin: number) => (params.gain === '1' ? 1 : 1 / (1 + (bin / 60) ** 4));
  const filtered = (part: Float32Array) =>
    part.map((value, i) => value * gain(Math.floor(i / spectrum.frames)));
  const got = istft(
    { ...spectrum, re: filtered(spectrum.re), im: filtered(spectrum.im) },
    { ...stftOptions(params), length: params.length },
  );
  expect(largestGap(got, expectedOf(one, folder))).toBeLessThan(tolerance.atol);
}

function checkHzToMel({ params, expected, tolerance }: CoreCase): void {
  params.hz.forEach((hz, i) => {
    const mel = hzToMel(hz, params.scale);
    expect(Math.abs(mel - expected.values[i])).toBeLessThanOrEqual(
      tolerance.rel * Math.abs(expected.values[i]),
    );
    expect(Math.abs(melToHz(mel, params.scale) - hz)).toBeLessThanOrEqual(1e-11 * hz);
  });
}

function checkFilterbank(one: CoreCase, folder: URL): void {
  const { params, expected, tolerance } = one;
  const { sr, n_fft, n_mels, fmin, fmax, scale, norm } = params;
  const shape = { nFft: n_fft, nMels: n_mels, lowHz: fmin, highHz: fmax, scale, norm };
  const bank = melFilterbank({ preset: 'librosa', sampleRate: sr, ...shape });
  expect([bank.mels, bank.bins]).toEqual(expected.dense_shape);
  const isEmpty = (length: number) => length === 0;
  expect(Array.from(bank.lengths, isEmpty)).toEqual(expected.sparse_rows.length.map(isEmpty));
  const want = new Float64Array(bank.data.length);
  const values = expectedOf(one, folder);
  let at = 0;
  expected.sparse_rows.start.forEach((start, mel) => {
    const length = expected.sparse_rows.length[mel];
    want.set(values.subarray(at, at + length), mel * bank.bins + start);
    at += length;
  });
  expect(relativeToPeak(bank.data, want)).toBeLessThan(tolerance.rel_max_vs_librosa);
}

function checkLogMel(one: CoreCase, folder: URL): void {
  const { ref, amin, top_db: topDb } = one.params;
  const samples = samplesOf(one, folder);
  const want = expectedOf(one, folder);
  const inOneCall = logMel(samples, { ...melOptions(one.params), ref, amin, topDb });
  const inTwo = powerToDb(melSpectrogram(samples, melOptions(one.params)), { ref, amin, topDb });
  expect(largestGap(inOneCall.data, want)).toBeLessThan(one.tolerance.atol_db);
  expect(largestGap(inTwo.data, want)).toBeLessThan(one.tolerance.atol_db);
}

function checkMfcc(one: CoreCase, folder: URL): void {
  const { params, tolerance } = one;
  const log = params.log.startsWith('ln') ? 'ln' : 'db';
  const options = { ...melOptions(params), nMfcc: params.n_mfcc, lifter: params.lifter ?? 0, log } as const;
  const got = mfcc(samplesOf(one, folder), options);
  expect(largestGap(got.data, expectedOf(one, folder))).toBeLessThan(tolerance.atol);
}

function checkDecibels(
  { params, expected, tolerance }: CoreCase,
  convert: (values: Float64Array, options: { ref: number | 'max'; topDb: number | null }) => Float64Array,
): void {
  const got = convert(Float64Array.from(params.x), { ref: params.ref ?? 1, topDb: params.top_db });
  expect(largestGap(got, expected.values)).toBeLessThan(tolerance.atol);
}

function checkGriffinLim(one: CoreCase, folder: URL): void {
  const { params, expected, tolerance } = one;
  const samples = samplesOf(one, folder);
  const frames = { nFft: params.n_fft, hopLength: params.hop_length, padMode: 'reflect' } as const;
  const magnitudes = spectrogram(samples, { ...frames, power: 1 });
  const options = { ...frames, iterations: params.n_iter, momentum: params.momentum, length: params.length };
  const zero = griffinLim(magnitudes, { ...options, seed: null });
  const wanted = expected.spectral_convergence_zero_phase_init;
  expect(Math.abs(zero.convergence / wanted - 1)).toBeLessThan(tolerance.sc_zero_init_rel);
  expect(zero.convergence).toBeCloseTo(spectralConvergence(zero.samples, magnitudes, frames), 5);
  if (expected.file)
    expect(largestGap(zero.samples, expectedOf(one, folder))).toBeLessThan(tolerance.waveform_atol);
  const random = griffinLim(magnitudes, options);
  expect(random.convergence).toBeLessThan(expected.random_init.max * 1.15);
}

function spectralConvergence(samples: Float32Array, magnitudes: Spectrogram, options: StftOptions): number {
  return relativeNorm(spectrogram(samples, { ...options, power: 1 }).data, magnitudes.data);
}

function checkInverseMel(one: CoreCase, folder: URL): void {
  const { params, expected } = one;
  const samples = samplesOf(one, folder);
  const power = spectrogram(samples, { ...stftOptions(params), power: 2 });
  const mel = melSpectrogram(samples, melOptions(params));
  const { scale, norm, n_fft: nFft, n_mels: nMels } = params;
  const bands = { preset: 'librosa', sampleRate: params.sr, nFft, nMels, scale, norm } as const;
  const found = inverseMel(mel, { ...bands, power: 2, outPower: 2 });
  const bank = melFilterbank(bands);
  const again = Float64Array.from({ length: mel.data.length }, (_, i) => {
    const [m, t] = [Math.floor(i / mel.frames), i % mel.frames];
    let sum = 0;
    for (let bin = 0; bin < bank.bins; bin++)
      sum += bank.data[m * bank.bins + bin] * found.data[bin * mel.frames + t];
    return sum;
  });
  expect(Math.min(...found.data)).toBeGreaterThanOrEqual(0);
  expect(relativeNorm(again, mel.data)).toBeLessThan(expected.librosa_nnls.mel_residual * 1.1 + 1e-3);
  expect(relativeNorm(found.data, power.data)).toBeLessThan(expected.pinv_clamped.spec_error * 1.05);
}

function checkWav({ input, expected, tolerance }: CoreCase, folder: URL): void {
  const { sampleRate, channels } = decodeWav(readFileSync(new URL(String(input), folder)));
  expect(sampleRate).toBe(expected.sample_rate);
  expect(channels).toHaveLength(expected.channels.length);
  channels.forEach((samples, channel) => {
    expect(largestGap(samples, expected.channels[channel])).toBeLessThan(tolerance.atol);
  });
}
