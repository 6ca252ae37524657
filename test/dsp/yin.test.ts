import { describe, expect, test } from 'vitest';
import { whiteNoise } from '../../packages/dsp/src/noise/noise.ts';
import { type PitchTrack, yin } from '../../packages/dsp/src/pitch/yin.ts';
import { sine } from './effectsSupport.ts';

const options = { sampleRate: 16000, frameLength: 1024, hopLength: 256 };

/** Frames that no end of the clip reaches. */
const inner = ({ hz }: PitchTrack) => Array.from(hz.subarray(3, hz.length - 3));

describe('yin', () => {
  test.each([70, 100, 123.4, 220, 349.2, 480])('a sine of %d Hz: within 0.1 %', (hz) => {
    for (const found of inner(yin(sine(hz, 16000, 16000), options))) {
      expect(Math.abs(found / hz - 1)).toBeLessThan(1e-3);
    }
  });

  test('harmonics without their fundamental still have its pitch', () => {
    const clip = sine(300, 16000, 16000).map((value, n) => value + Math.sin((2 * Math.PI * 450 * n) / 16000));
    for (const found of inner(yin(clip, options))) expect(Math.abs(found / 150 - 1)).toBeLessThan(1e-3);
  });

  test('follows a glide from 100 to 200 Hz within 2 %', () => {
    let phase = 0;
    const clip = Float32Array.from({ length: 32000 }, (_, n) => {
      phase += (2 * Math.PI * (100 + n / 320)) / 16000;
      return Math.sin(phase) + 0.5 * Math.sin(2 * phase);
    });
    const { hz } = yin(clip, options);
    for (let frame = 4; frame < 120; frame++) {
      expect(Math.abs(hz[frame] / (100 + (frame * 256) / 320) - 1)).toBeLessThan(0.02);
    }
  });

  test('noise and silence have none', () => {
    const noise = yin(whiteNoise(16000, { seed: 1 }), options);
    expect(inner(noise).filter((hz) => hz > 0)).toHaveLength(0);
    expect(Math.min(...noise.aperiodicity)).toBeGreaterThan(0.3);
    const silence = yin(new Float32Array(8000), options);
    expect(silence.hz.every((hz) => hz === 0)).toBe(true);
    expect(silence.aperiodicity.every((value) => value === 1)).toBe(true);
  });

  test('the threshold decides what counts as voice', () => {
    const noise = whiteNoise(8000, { seed: 2, rms: 0.3 });
    const noisy = sine(150, 16000, 8000).map((value, n) => value + noise[n]);
    expect(inner(yin(noisy, { ...options, threshold: 0.02 })).every((hz) => hz === 0)).toBe(true);
    expect(
      inner(yin(noisy, { ...options, threshold: 0.5 })).every((hz) => Math.abs(hz / 150 - 1) < 0.03),
    ).toBe(true);
  });

  test('frames as everywhere: one sample gives one frame', () => {
    expect(yin(Float32Array.of(1), options).hz).toHaveLength(1);
    expect(yin(new Float32Array(16000), { ...options, center: false }).hz).toHaveLength(59);
  });

  test.each([
    [{ lowHz: 0 }, 'yin: lowHz must be above zero, lowHz=0'],
    [
      { highHz: 9000 },
      'yin: highHz must lie above lowHz and within half of sampleRate, lowHz=65, highHz=9000',
    ],
    [{ highHz: 60 }, 'lowHz=65, highHz=60'],
    [{ frameLength: 300 }, 'yin: frameLength must hold two periods of lowHz, frameLength=300, lowHz=65'],
    [{ threshold: 2 }, 'threshold=2'],
    [{ hopLength: 0 }, 'hopLength=0'],
    [{ sampleRate: -1 }, 'sampleRate=-1'],
  ])('refuses %j', (bad, message) => {
    expect(() => yin(new Float32Array(4096), { ...options, ...bad })).toThrow(message);
  });

  test('refuses nothing and NaN', () => {
    expect(() => yin(new Float32Array(0), options)).toThrow('yin: samples must hold at least 1 value, 0');
    expect(() => yin(Float32Array.of(Number.NaN), options)).toThrow('yin: samples must be finite');
  });
});
