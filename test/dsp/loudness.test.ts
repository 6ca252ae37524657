import { describe, expect, test } from 'vitest';
import { integratedLoudness, normalizeLevel } from '../../packages/dsp/src/measure/loudness.ts';
import { rmsOf, sine } from './effectsSupport.ts';

describe('integratedLoudness', () => {
  // The calibration of the standard: a full-scale 997 Hz sine in one channel reads −3.01 LUFS.
  test.each([8000, 16000, 22050, 44100, 48000, 96000])(
    '997 Hz at full scale, %d Hz: −3.01 LUFS',
    (sampleRate) => {
      expect(integratedLoudness(sine(997, sampleRate, 5 * sampleRate), sampleRate)).toBeCloseTo(-3.01, 1);
    },
  );

  test('two channels are 3.01 LU louder than one, surround channels 1.5 LU louder than front ones', () => {
    const one = sine(997, 48000, 96000);
    const silence = new Float32Array(96000);
    expect(integratedLoudness([one, one], 48000) - integratedLoudness(one, 48000)).toBeCloseTo(3.01, 2);
    const surround = integratedLoudness([silence, silence, silence, one], 48000);
    expect(surround - integratedLoudness(one, 48000)).toBeCloseTo(10 * Math.log10(1.41), 2);
  });

  test('half the amplitude is 6.02 LU softer', () => {
    const difference =
      integratedLoudness(sine(997, 48000, 48000), 48000) -
      integratedLoudness(sine(997, 48000, 48000, 0.5), 48000);
    expect(difference).toBeCloseTo(6.02, 2);
  });

  test('the gates: silence between does not count, nor does what is 10 LU below', () => {
    const loud = sine(997, 48000, 10 * 48000, 0.1);
    const expected = integratedLoudness(loud, 48000);
    const withSilence = new Float32Array(20 * 48000);
    withSilence.set(loud);
    expect(Math.abs(integratedLoudness(withSilence, 48000) - expected)).toBeLessThan(0.1);
    const withMurmur = withSilence.slice();
    withMurmur.set(sine(997, 48000, 10 * 48000, 0.01), 10 * 48000);
    expect(Math.abs(integratedLoudness(withMurmur, 48000) - expected)).toBeLessThan(0.1);
  });

  test('low frequencies count less, high ones more', () => {
    const of = (hz: number) => integratedLoudness(sine(hz, 48000, 96000), 48000);
    expect(of(30)).toBeLessThan(of(997) - 4);
    expect(of(5000)).toBeGreaterThan(of(997) + 2);
  });

  test('silence is minus infinity, a clip shorter than a block is one block', () => {
    expect(integratedLoudness(new Float32Array(48000), 48000)).toBe(-Infinity);
    expect(integratedLoudness(sine(997, 48000, 4800), 48000)).toBeCloseTo(-3.01, 0);
    expect(integratedLoudness(Float32Array.of(0.5), 48000)).toBeLessThan(0);
  });

  test('refuses no channels, six channels, unequal ones, NaN, and rates below speech', () => {
    const one = new Float32Array(10);
    expect(() => integratedLoudness([], 48000)).toThrow('integratedLoudness: channels must number 1 to 5, 0');
    expect(() => integratedLoudness(new Array(6).fill(one), 48000)).toThrow('channels must number 1 to 5, 6');
    expect(() => integratedLoudness([one, new Float32Array(9)], 48000)).toThrow(
      'channel lengths differ, 10 and 9',
    );
    expect(() => integratedLoudness(Float32Array.of(Number.NaN), 48000)).toThrow('samples[0]=NaN');
    expect(() => integratedLoudness(new Float32Array(0), 48000)).toThrow('at least 1 value, 0');
    expect(() => integratedLoudness(one, 100)).toThrow('sampleRate=100');
  });
});

describe('normalizeLevel', () => {
  const clip = sine(300, 16000, 16000, 0.2);

  test('to a loudness, a root mean square, a peak', () => {
    const loud = normalizeLevel(clip, { lufs: -23, sampleRate: 16000 });
    expect(integratedLoudness(loud, 16000)).toBeCloseTo(-23, 3);
    expect(rmsOf(normalizeLevel(clip, { rms: 0.1 }))).toBeCloseTo(0.1, 5);
    expect(Math.max(...normalizeLevel(clip, { peak: 0.9 }).map(Math.abs))).toBeCloseTo(0.9, 5);
  });

  test('silence stays silence, in a copy', () => {
    const silence = new Float32Array(4000);
    for (const target of [{ rms: 1 }, { peak: 1 }, { lufs: -20, sampleRate: 8000 }]) {
      const out = normalizeLevel(silence, target);
      expect(out).toEqual(silence);
      expect(out).not.toBe(silence);
    }
  });

  test('refuses levels that are none', () => {
    expect(() => normalizeLevel(clip, { rms: 0 })).toThrow('normalizeLevel: rms must be above zero, rms=0');
    expect(() => normalizeLevel(clip, { peak: Number.NaN })).toThrow('peak=NaN');
    expect(() => normalizeLevel(clip, { lufs: 300, sampleRate: 8000 })).toThrow('lufs=300');
    expect(() => normalizeLevel(new Float32Array(0), { rms: 1 })).toThrow('at least 1 value, 0');
  });
});
