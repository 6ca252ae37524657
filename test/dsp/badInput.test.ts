import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as dsp from '../../packages/dsp/src/index.ts';
import { sine } from './effectsSupport.ts';

/*
 * Every operation around the transforms is given what no one should give it. It may refuse, by a message
 * that begins with its name, or give finite numbers; it may not give a NaN, nor change its input.
 */

type Result = Float32Array | Float32Array[] | number[];

const sampleRate = 8000;
const clip = sine(300, sampleRate, 4096, 0.4);
const frames = { frameLength: 512, hopLength: 128 };

/** What each makes of a signal, as numbers to look at. */
const onSignals: Record<string, (samples: Float32Array) => Result> = {
  resample: (samples) => dsp.resample(samples, { sourceRate: 3, targetRate: 2 }),
  trimSilence: (samples) => dsp.trimSilence(samples, frames).samples,
  splitSilence: (samples) => dsp.splitSilence(samples, frames).flatMap(({ start, end }) => [start, end]),
  preemphasis: (samples) => dsp.preemphasis(samples),
  deemphasis: (samples) => dsp.deemphasis(samples),
  biquadFilter: (samples) => dsp.biquadFilter(samples, dsp.highpassBiquad({ sampleRate, frequencyHz: 60 })),
  rms: (samples) => dsp.rms(samples, frames),
  zeroCrossings: (samples) => Array.from(dsp.zeroCrossings(samples)),
  zeroCrossingRate: (samples) => dsp.zeroCrossingRate(samples, frames),
  yin: (samples) => Object.values(dsp.yin(samples, { sampleRate, ...frames })) as Float32Array[],
  normalizeLevel: (samples) => [
    dsp.normalizeLevel(samples, { rms: 0.1 }),
    dsp.normalizeLevel(samples, { peak: 0.9 }),
    dsp.normalizeLevel(samples, { lufs: -23, sampleRate }),
  ],
  mixAtSnr: (samples) => dsp.mixAtSnr(samples, clip, { snrDb: 6, seed: 1 }).samples,
  babbleNoise: (samples) => dsp.babbleNoise(500, [samples], { seed: 1 }),
  segmentalSnr: (samples) => [dsp.segmentalSnr(samples, samples, { frameLength: 1 })],
  timeStretch: (samples) => dsp.timeStretch(samples, { sampleRate, rate: 1.3 }),
  changeSpeed: (samples) => dsp.changeSpeed(samples, 1.1),
  pitchShift: (samples) => dsp.pitchShift(samples, { sampleRate, semitones: 2 }),
  timeShift: (samples) => dsp.timeShift(samples, 3),
  applyGain: (samples) => dsp.applyGain(samples, -3),
  augment: (samples) => dsp.augment(samples, { sampleRate, seed: 1, speed: [0.9, 1.1], gainDb: [-3, 3] }),
};

/** The inner operation may be the one that refuses. */
const spokenFor: Record<string, string[]> = {
  changeSpeed: ['resample'],
  pitchShift: ['timeStretch'],
};

const listOf = (result: Result): number[] =>
  result instanceof Float32Array
    ? Array.from(result)
    : (result as (Float32Array | number)[]).flatMap((part) =>
        typeof part === 'number' ? [part] : Array.from(part),
      );

/** Undefined if the signal was accepted. */
function refusal(name: string, samples: Float32Array): string | undefined {
  const before = samples.slice();
  try {
    const values = listOf(onSignals[name](samples));
    expect(values.filter(Number.isNaN)).toEqual([]);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return error.message;
  } finally {
    expect(samples).toEqual(before);
  }
  return undefined;
}

describe.each(Object.keys(onSignals))('%s', (name) => {
  const names = [name, ...(spokenFor[name] ?? [])];

  test('takes a plain signal, and leaves it as it was', () => {
    expect(refusal(name, clip)).toBeUndefined();
  });

  test('refuses an empty signal by name', () => {
    const message = refusal(name, new Float32Array(0));
    expect(names.some((one) => message?.startsWith(`${one}: `))).toBe(true);
  });

  test.each([Number.NaN, Infinity, -Infinity])('refuses a %d, and says where it stands', (bad) => {
    const samples = clip.slice();
    samples[1234] = bad;
    const message = refusal(name, samples);
    expect(names.some((one) => message?.startsWith(`${one}: `))).toBe(true);
    expect(message).toContain(`[1234]=${bad}`);
  });

  test('one sample, silence and a constant: refused by name, or numbers', () => {
    for (const samples of [Float32Array.of(0.5), new Float32Array(2000), new Float32Array(2000).fill(0.3)]) {
      const message = refusal(name, samples);
      if (message !== undefined) expect(names.some((one) => message.startsWith(`${one}: `))).toBe(true);
    }
  });

  test('any short signal: refused by name, or numbers', () => {
    const sample = fc.float({ min: -1, max: 1, noNaN: true });
    fc.assert(
      fc.property(fc.array(sample, { maxLength: 40 }), (values) => {
        const message = refusal(name, Float32Array.from(values));
        if (message !== undefined) expect(names.some((one) => message.startsWith(`${one}: `))).toBe(true);
      }),
      { numRuns: 40 },
    );
  });

  test('what is no Float32Array is refused', () => {
    for (const wrong of [[0.1, 0.2], new Float64Array(8), undefined, 'sound']) {
      expect(() => onSignals[name](wrong as unknown as Float32Array)).toThrow();
    }
  });
});

describe('options that are no numbers at all', () => {
  const nan = Number.NaN;
  const calls: Record<string, () => unknown> = {
    'resample, rate': () => dsp.resample(clip, { sourceRate: nan, targetRate: 2 }),
    'trimSilence, topDb': () => dsp.trimSilence(clip, { topDb: nan }),
    'preemphasis, coefficient': () => dsp.preemphasis(clip, { coefficient: nan }),
    'highShelfBiquad, frequency': () => dsp.highShelfBiquad({ sampleRate, frequencyHz: nan, gainDb: 3 }),
    'highShelfBiquad, gain': () => dsp.highShelfBiquad({ sampleRate, frequencyHz: 100, gainDb: nan }),
    'biquadFilter, coefficient': () => dsp.biquadFilter(clip, { b0: nan, b1: 0, b2: 0, a1: 0, a2: 0 }),
    'rms, hop': () => dsp.rms(clip, { hopLength: nan }),
    'yin, threshold': () => dsp.yin(clip, { sampleRate, threshold: nan }),
    'pinkNoise, rate': () => dsp.pinkNoise(10, { seed: 1, sampleRate: nan }),
    'whiteNoise, seed': () => dsp.whiteNoise(10, { seed: nan }),
    'mixAtSnr, ratio': () => dsp.mixAtSnr(clip, clip, { snrDb: nan }),
    'integratedLoudness, rate': () => dsp.integratedLoudness(clip, nan),
    'timeStretch, rate': () => dsp.timeStretch(clip, { sampleRate, rate: nan }),
    'pitchShift, semitones': () => dsp.pitchShift(clip, { sampleRate, semitones: nan }),
    'timeShift, samples': () => dsp.timeShift(clip, nan),
    'augment, range': () => dsp.augment(clip, { sampleRate, seed: 1, gainDb: [nan, 3] }),
  };

  test.each(Object.keys(calls))('%s', (name) => {
    expect(calls[name]).toThrow(/NaN/);
  });
});
