import { describe, expect, test } from 'vitest';
import { mixAtSnr } from '../../packages/dsp/src/noise/mix.ts';
import { babbleNoise, brownNoise, pinkNoise, whiteNoise } from '../../packages/dsp/src/noise/noise.ts';
import { largestDifference, rmsOf, sine } from './effectsSupport.ts';

const sampleRate = 16000;
const colors = {
  white: (seed: number, length = 65536) => whiteNoise(length, { seed }),
  pink: (seed: number, length = 65536) => pinkNoise(length, { seed, sampleRate }),
  brown: (seed: number, length = 65536) => brownNoise(length, { seed, sampleRate }),
};

/** Mean power in dB about a frequency: a band of 8 %, by correlation with sinusoids on many stretches. */
function bandDb(samples: Float32Array, hz: number): number {
  const size = 1024;
  let energy = 0;
  let count = 0;
  for (let start = 0; start + size <= samples.length; start += size) {
    for (let offset = -0.04; offset <= 0.04; offset += 0.02) {
      const step = (2 * Math.PI * hz * (1 + offset)) / sampleRate;
      let re = 0;
      let im = 0;
      for (let n = 0; n < size; n++) {
        const windowed = samples[start + n] * (0.5 - 0.5 * Math.cos((2 * Math.PI * n) / size));
        re += windowed * Math.cos(step * n);
        im += windowed * Math.sin(step * n);
      }
      energy += re * re + im * im;
      count++;
    }
  }
  return 10 * Math.log10(energy / count);
}

describe('colours', () => {
  test.each([
    ['white', 0],
    ['pink', -10],
    ['brown', -20],
  ] as const)('%s: %d dB a decade, within 1.2 dB between 100 Hz and 4 kHz', (color, slope) => {
    const samples = colors[color](7, 2 ** 18);
    const reference = bandDb(samples, 400);
    for (const hz of [100, 200, 1000, 2000, 4000]) {
      expect(Math.abs(bandDb(samples, hz) - reference - slope * Math.log10(hz / 400))).toBeLessThan(1.2);
    }
  });

  test.each(['white', 'pink', 'brown'] as const)('%s: seeded, unit rms, as asked', (color) => {
    const samples = colors[color](3);
    expect(rmsOf(samples)).toBeCloseTo(1, 4);
    expect(colors[color](3)).toEqual(samples);
    expect(colors[color](4)).not.toEqual(samples);
    expect(samples.every(Number.isFinite)).toBe(true);
  });

  test('white is normal: one in 370 beyond three deviations, and it does not repeat itself', () => {
    const samples = colors.white(5);
    const beyond = samples.filter((value) => Math.abs(value) > 3).length / samples.length;
    expect(beyond).toBeGreaterThan(0.002);
    expect(beyond).toBeLessThan(0.0035);
    for (const lag of [1, 2, 17, 1000]) {
      const product = samples.reduce((sum, value, n) => sum + value * (samples[n + lag] ?? 0), 0);
      expect(Math.abs(product / samples.length)).toBeLessThan(0.02);
    }
  });

  test('rms as asked, down to one sample', () => {
    expect(rmsOf(whiteNoise(1000, { seed: 1, rms: 0.05 }))).toBeCloseTo(0.05, 6);
    expect(Math.abs(whiteNoise(1, { seed: 1 })[0])).toBe(1);
    expect(pinkNoise(1, { seed: 1, sampleRate })).toHaveLength(1);
  });

  test('refuses no length, no rate, no level, and a corner beyond half the rate', () => {
    expect(() => whiteNoise(0, { seed: 1 })).toThrow(
      'whiteNoise: length must be a whole number of at least 1, length=0',
    );
    expect(() => whiteNoise(-5, { seed: 1 })).toThrow('length=-5');
    expect(() => whiteNoise(5, { seed: 0.5 })).toThrow('seed must be a safe integer, 0.5');
    expect(() => whiteNoise(5, { seed: 1, rms: 0 })).toThrow('rms=0');
    expect(() => pinkNoise(5, { seed: 1, sampleRate: 0 })).toThrow(
      'pinkNoise: sampleRate must be above zero',
    );
    expect(() => brownNoise(5, { seed: 1, sampleRate: 30, lowHz: 20 })).toThrow('lowHz=20, sampleRate=30');
  });
});

describe('babbleNoise', () => {
  const clips = [sine(200, sampleRate, 1000, 0.1), sine(333, sampleRate, 1500, 0.9), new Float32Array(100)];

  test('seeded, unit rms, any length', () => {
    const babble = babbleNoise(10000, clips, { seed: 1 });
    expect(babble).toHaveLength(10000);
    expect(rmsOf(babble)).toBeCloseTo(1, 4);
    expect(babbleNoise(10000, clips, { seed: 1 })).toEqual(babble);
    expect(babbleNoise(10000, clips, { seed: 2 })).not.toEqual(babble);
  });

  test('soft clips are as loud as loud ones: both pitches are there', () => {
    const babble = babbleNoise(32000, clips.slice(0, 2), { seed: 3 });
    expect(Math.abs(bandDb(babble, 200) - bandDb(babble, 333))).toBeLessThan(8);
  });

  test('refuses nothing to speak with', () => {
    expect(() => babbleNoise(10, [], { seed: 1 })).toThrow(
      'babbleNoise: needs a clip that is not silent, 0 clips',
    );
    expect(() => babbleNoise(10, [new Float32Array(5)], { seed: 1 })).toThrow(
      'needs a clip that is not silent',
    );
    expect(() => babbleNoise(10, [new Float32Array(0)], { seed: 1 })).toThrow(
      'clips[0] must hold at least 1 value, 0',
    );
    expect(() => babbleNoise(10, clips, { seed: 1, voices: 0 })).toThrow('voices=0');
  });
});

describe('mixAtSnr', () => {
  const signal = sine(440, sampleRate, 8000, 0.3);

  test.each([-20, 0, 12.5, 60])('%d dB: the ratio of what was added to what was there', (snrDb) => {
    const noise = whiteNoise(8000, { seed: 1 });
    const { samples, scale } = mixAtSnr(signal, noise, { snrDb });
    expect(20 * Math.log10(rmsOf(signal) / (scale * rmsOf(noise)))).toBeCloseTo(snrDb, 4);
    expect(
      largestDifference(
        samples,
        signal.map((value, i) => value + scale * noise[i]),
      ),
    ).toBeLessThan(1e-6);
  });

  test('short noise starts over, and is measured so', () => {
    const { samples, scale } = mixAtSnr(signal, Float32Array.of(1, -1, 0.5), { snrDb: 0 });
    expect(samples[3] - signal[3]).toBeCloseTo(scale, 5);
    expect(samples[5] - signal[5]).toBeCloseTo(0.5 * scale, 5);
  });

  test('a seed chooses where in the noise to begin', () => {
    const noise = whiteNoise(50000, { seed: 4 });
    const mix = (seed?: number) =>
      mixAtSnr(signal, noise, seed === undefined ? { snrDb: 0 } : { snrDb: 0, seed });
    expect(mix(1)).toEqual(mix(1));
    expect(mix(1)).not.toEqual(mix(2));
    expect(mix().samples[0] - signal[0]).toBeCloseTo(mix().scale * noise[0], 5);
  });

  test('refuses silence on either side, and what is not a number', () => {
    const silence = new Float32Array(10);
    expect(() => mixAtSnr(silence, signal, { snrDb: 3 })).toThrow(
      'the signal is silent, so no scale gives the ratio, snrDb=3',
    );
    expect(() => mixAtSnr(signal, silence, { snrDb: 3 })).toThrow('the noise is silent');
    expect(() => mixAtSnr(signal, new Float32Array(0), { snrDb: 3 })).toThrow(
      'noise must hold at least 1 value',
    );
    expect(() => mixAtSnr(signal, signal, { snrDb: Number.NaN })).toThrow('snrDb=NaN');
  });
});
