import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { engine, setEngine } from '../../packages/dsp/src/engine.ts';
import { rms } from '../../packages/dsp/src/features/rms.ts';
import {
  spectralBandwidth,
  spectralCentroid,
  spectralFlatness,
  spectralRolloff,
} from '../../packages/dsp/src/features/spectral.ts';
import { zeroCrossingRate } from '../../packages/dsp/src/features/zeroCrossings.ts';
import { biquadFilter, highpassBiquad, lowpassBiquad } from '../../packages/dsp/src/filter/biquad.ts';
import { deemphasis, preemphasis } from '../../packages/dsp/src/filter/preemphasis.ts';
import { integratedLoudness } from '../../packages/dsp/src/measure/loudness.ts';
import { siSdr, snr } from '../../packages/dsp/src/measure/quality.ts';
import { mixAtSnr } from '../../packages/dsp/src/noise/mix.ts';
import { resample } from '../../packages/dsp/src/resample/resample.ts';
import { splitSilence, trimSilence } from '../../packages/dsp/src/silence/silence.ts';
import {
  committedFolder,
  type GoldenCase,
  type GoldenExpected,
  type GoldenParams,
  type GoldenTolerance,
  largestDifference,
  readCases,
  readNpy,
  readRecording,
  sharedAvailable,
  sharedFolder,
} from './effectsSupport.ts';

const recordings = ['7_theo_3', '0_jackson_5', '3_george_12'];
const given = readCases('effectsGiven.json');
const fromRecordings = sharedAvailable
  ? readCases('index.json', sharedFolder).filter(
      (one) =>
        recordings.includes(one.input) && ['resample', 'trim/split', 'preemphasis'].includes(one.function),
    )
  : [];

test('the committed cases are all there', () => {
  expect(given).toHaveLength(13);
  expect(readCases('effects.json')).toHaveLength(31);
});

const engineBefore = engine();
afterAll(() => setEngine(engineBefore));

describe.each(['reference', 'simd'] as const)(
  'expected values of librosa, torchaudio and SciPy, engine %s',
  (name) => {
    beforeAll(() => setEngine(name));
    test.each(given)('$id', (one) => checkGiven(one, committedFolder));
    test.each(readCases('effects.json'))('$id', checkOwn);
  },
);

describe.runIf(sharedAvailable)('the same on recordings, which are not in this repository', () => {
  test.each(fromRecordings)('$id', (one) => checkGiven(one, sharedFolder));
});

function inputOf(name: string): Float32Array {
  if (recordings.includes(name)) return readRecording(name);
  if (!name.startsWith('concat')) return readNpy(`input/${name}.npy`);
  const clip = readNpy('input/synth16k.npy');
  const out = new Float32Array(4000 + clip.length + 6000 + 5000 + 3000);
  out.set(clip, 4000);
  out.set(
    clip.subarray(0, 5000).map((value) => 0.5 * value),
    4000 + clip.length + 6000,
  );
  return out;
}

function checkGiven({ function: name, input, params, expected, tolerance }: GoldenCase, folder: URL): void {
  if (name === 'resample') {
    checkResample(inputOf(input), params, readNpy(expected.file!, folder), tolerance);
    return;
  }
  if (name === 'addNoise/snr/siSdr') {
    checkMix(params.snr_db, expected, tolerance);
    return;
  }
  if (name === 'preemphasis' && expected.file) {
    const out = preemphasis(inputOf(input), { coefficient: params.coef });
    expect(largestDifference(out.subarray(0, 256), readNpy(expected.file, folder))).toBeLessThan(
      tolerance.atol,
    );
    return;
  }
  if (name === 'preemphasis') {
    for (const start of ['librosa', 'torchaudio', 'kaldi'] as const) {
      const [first] = preemphasis(inputOf(input), { coefficient: params.coef, start });
      expect(Math.abs(first - expected[`${start}_first`])).toBeLessThan(tolerance.atol);
    }
    return;
  }
  const frames = { frameLength: params.frame_length, hopLength: params.hop_length };
  if (name === 'rms') {
    const out = rms(inputOf(input), frames);
    expect(out).toHaveLength(expected.values.length);
    expect(Math.max(...out.map((value, t) => Math.abs(value / expected.values[t] - 1)))).toBeLessThan(
      tolerance.rel,
    );
    return;
  }
  const samples = inputOf(input);
  const options = { ...frames, topDb: params.top_db };
  const trimmed = trimSilence(samples, options);
  expect([trimmed.start, trimmed.end]).toEqual(expected.trim);
  expect(trimmed.samples).toEqual(samples.slice(...expected.trim));
  expect(splitSilence(samples, options).map(({ start, end }) => [start, end])).toEqual(expected.split);
}

const filterNames = {
  kaiser_best: 'kaiserBest',
  sinc_hann: 'sincHann',
  polyphase: 'polyphase',
  soxr_hq: 'kaiserBest',
} as const;

function checkResample(
  samples: Float32Array,
  params: GoldenParams,
  expected: Float32Array,
  tolerance: GoldenTolerance,
): void {
  const method = params.method as keyof typeof filterNames;
  const rates = { sourceRate: params.orig, targetRate: params.target };
  const out = resample(samples, { ...rates, filter: filterNames[method] });
  expect(out).toHaveLength(expected.length);
  // SciPy's filter is known, so its samples are; soxr's is not, so only what every filter must pass is compared.
  if (method !== 'soxr_hq') expect(largestDifference(out, expected)).toBeLessThan(1e-5);
  else expect(passbandSnr(out, expected, params)).toBeGreaterThan(tolerance.passband_snr_db_min);
  if (method === 'polyphase') {
    const other = resample(samples, { ...rates, filter: 'kaiserBest' });
    expect(passbandSnr(other, expected, params)).toBeGreaterThan(tolerance.passband_snr_db_min);
  }
}

/** Agreement in dB under a Tukey window, of bins below 0.8 of the lower Nyquist frequency. */
function passbandSnr(
  out: Float32Array,
  expected: Float32Array,
  { orig, target }: { orig: number; target: number },
): number {
  const n = out.length;
  const taper = 0.125 * n;
  const window = (i: number) => {
    const edge = Math.min(i, n - 1 - i);
    return edge < taper ? 0.5 - 0.5 * Math.cos((Math.PI * edge) / taper) : 1;
  };
  const energyBelow = (values: (i: number) => number): number => {
    const bins = Math.floor((0.8 * Math.min(orig, target) * 0.5 * n) / target);
    let energy = 0;
    for (let k = 0; k < bins; k++) {
      let re = 0;
      let im = 0;
      for (let i = 0; i < n; i++) {
        const phase = (2 * Math.PI * ((k * i) % n)) / n;
        re += window(i) * values(i) * Math.cos(phase);
        im -= window(i) * values(i) * Math.sin(phase);
      }
      energy += re * re + im * im;
    }
    return energy;
  };
  return 10 * Math.log10(energyBelow((i) => expected[i]) / energyBelow((i) => expected[i] - out[i]));
}

function checkMix(snrDb: number, expected: GoldenExpected, tolerance: GoldenTolerance): void {
  const signal = readNpy('input/synth16k.npy');
  const mix = mixAtSnr(signal, lcgNoise(signal.length), { snrDb });
  expect(Math.abs(mix.scale / expected.scale - 1)).toBeLessThan(tolerance.scale_rel);
  expect(Math.abs(snr(signal, mix.samples) - expected.snr)).toBeLessThan(tolerance.db);
  expect(Math.abs(siSdr(signal, mix.samples) - expected.si_sdr)).toBeLessThan(tolerance.db);
  expect(Math.abs(siSdr(signal, mix.samples, { zeroMean: true }) - expected.si_sdr_zero_mean)).toBeLessThan(
    tolerance.db,
  );
  expect(largestDifference(mix.samples.subarray(1000, 1008), expected.mix_head)).toBeLessThan(1e-6);
}

/** The reference noise: a linear congruential generator's numbers, seed 99, in [-1, 1). */
function lcgNoise(length: number): Float32Array {
  let state = 99;
  return Float32Array.from({ length }, () => {
    state = (Math.imul(1664525, state) + 1013904223) >>> 0;
    return (2 * state) / 2 ** 32 - 1;
  });
}

function checkOwn({ function: name, input, params, expected, tolerance }: GoldenCase): void {
  const want: Float32Array = expected.file ? readNpy(expected.file) : Float32Array.from(expected.values);
  const got = runOwn(name, input, params).subarray(0, want.length);
  expect(got).toHaveLength(want.length);
  const allowed = (i: number) => tolerance.atol ?? tolerance.rel * Math.abs(want[i]);
  got.forEach((value, i) => {
    if (!(Math.abs(value - want[i]) <= allowed(i))) expect.fail(`${name}[${i}] is ${value}, not ${want[i]}`);
  });
}

function runOwn(name: string, input: string, params: GoldenParams): Float32Array {
  const magnitude = { data: readNpy('effects/magnitude.npy'), bins: 257, frames: 67 };
  switch (name) {
    case 'magnitude':
      return magnitude.data;
    case 'resample':
      return resample(inputOf(input), params);
    case 'spectralCentroid':
      return spectralCentroid(magnitude, params);
    case 'spectralBandwidth':
      return spectralBandwidth(magnitude, params);
    case 'spectralRolloff':
      return spectralRolloff(magnitude, params);
    case 'spectralFlatness':
      return spectralFlatness(magnitude);
    case 'zeroCrossingRate':
      return zeroCrossingRate(inputOf(input), params);
    case 'preemphasis': {
      const out = preemphasis(inputOf(input), params);
      expect(largestDifference(deemphasis(out, params), inputOf(input))).toBeLessThan(1e-6);
      return out;
    }
    case 'integratedLoudness': {
      const clip = inputOf(input);
      const long = Float32Array.from(
        { length: clip.length * params.repeat },
        (_, i) => clip[i % clip.length],
      );
      return Float32Array.of(integratedLoudness(long, params.sampleRate));
    }
    case 'biquadFilter':
      return biquadFilter(
        inputOf(input),
        (params.design === 'lowpass' ? lowpassBiquad : highpassBiquad)(params),
      );
    default:
      throw new Error(`no operation is named ${name}`);
  }
}
