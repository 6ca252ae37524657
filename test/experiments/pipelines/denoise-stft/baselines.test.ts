import { istft, snr, stft, whiteNoise } from '@sonograd/dsp';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  baselines,
  type Method,
  oracleWiener,
} from '../../../../packages/experiments/src/pipelines/denoise-stft/baselines.ts';
import { distance, energy, word } from './support.ts';

const frames = { nFft: 64, hopLength: 16 };
const methods: [string, Method][] = [...Object.entries(baselines), ['oracle Wiener', oracleWiener]];
const decibels = (a: Float32Array, b: Float32Array): number => 10 * Math.log10(energy(a) / energy(b));

/** A second and a half, of which the word takes the last two thirds. */
const clean = new Float32Array(6000);
clean.set(word(4000), 2000);

function noisyWith(rms: number, seed = 1): Float32Array {
  const noise = whiteNoise(6000, { seed, rms });
  return clean.map((sample, index) => sample + noise[index]!);
}

describe.each(methods)('%s', (_, method) => {
  const ask = (noisy: Float32Array, known = clean): Float32Array => method({ noisy, clean: known, frames });

  test('as long as the question, and never louder', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 500 }), fc.integer({ min: 0, max: 99 }), (length, seed) => {
        const noisy = whiteNoise(length, { seed });
        const out = ask(noisy, new Float32Array(length));
        expect(out).toHaveLength(length);
        expect(energy(out)).toBeLessThanOrEqual(1.01 * energy(noisy));
      }),
      { numRuns: 20 },
    );
  });

  test('twice as loud a question, twice as loud an answer', () => {
    const noisy = noisyWith(0.05);
    const twice = ask(
      noisy.map((sample) => 2 * sample),
      clean.map((sample) => 2 * sample),
    );
    expect(
      distance(
        twice.map((sample) => sample / 2),
        ask(noisy),
      ),
    ).toBeLessThan(1e-6);
  });

  test('the more noise goes in, the more is left', () => {
    const left = [0.01, 0.05, 0.2].map((rms) => snr(clean, ask(noisyWith(rms))));
    expect(left).toEqual([...left].sort((a, b) => b - a));
  });

  test('it does not change what it is given', () => {
    const noisy = noisyWith(0.05);
    const before = noisy.slice();
    ask(noisy);
    expect(distance(noisy, before)).toBe(0);
  });
});

describe.each(Object.entries(baselines))('%s, which knows nothing but the sound', (_, method) => {
  test('a pause becomes quieter by six decibels and more, and by 20 at the most', () => {
    const noisy = noisyWith(0.05);
    const out = method({ noisy, clean: new Float32Array(0), frames });
    const gone = decibels(noisy.subarray(200, 1800), out.subarray(200, 1800));
    expect(gone).toBeGreaterThan(6);
    expect(gone).toBeLessThan(20.1);
  });

  test('where there is next to no noise, next to nothing is taken', () => {
    const noisy = noisyWith(1e-4);
    const out = method({ noisy, clean: new Float32Array(0), frames });
    expect(snr(clean, out)).toBeGreaterThan(20);
  });

  test('a tone without a pause is taken for noise: there is nothing to tell it by', () => {
    const tone = Float32Array.from({ length: 2000 }, (_, n) => Math.sin(0.5 * n));
    const out = method({ noisy: tone, clean: tone, frames });
    expect(decibels(tone, out)).toBeGreaterThan(1);
  });
});

describe('oracle Wiener, by hand', () => {
  test('gains are signal over signal and noise, in every bin', () => {
    const noisy = noisyWith(0.05);
    const noise = noisy.map((sample, index) => sample - clean[index]!);
    const [s, n, y] = [stft(clean, frames), stft(noise, frames), stft(noisy, frames)];
    const gain = s.re.map((re, at) => {
      const [wanted, other] = [re ** 2 + s.im[at]! ** 2, n.re[at]! ** 2 + n.im[at]! ** 2];
      return wanted / (wanted + other + 1e-30);
    });
    const product = {
      ...y,
      re: y.re.map((value, at) => value * gain[at]!),
      im: y.im.map((value, at) => value * gain[at]!),
    };
    const expected = istft(product, { ...frames, length: 6000 });
    expect(distance(oracleWiener({ noisy, clean, frames }), expected)).toBeLessThan(1e-5);
  });

  test('noise and voice in bins of their own: next to nothing is lost', () => {
    // Tones in the middle of bins 8 and 24 of 33, whose windows do not meet.
    const tone = (bin: number) =>
      Float32Array.from({ length: 3000 }, (_, n) => Math.sin((2 * Math.PI * bin * n) / 64));
    const [voice, hum] = [tone(8), tone(24)];
    const noisy = voice.map((sample, index) => sample + 3 * hum[index]!);
    expect(snr(voice, noisy)).toBeCloseTo(-20 * Math.log10(3), 1);
    const out = oracleWiener({ noisy, clean: voice, frames });
    expect(snr(voice.subarray(100, 2900), out.subarray(100, 2900))).toBeGreaterThan(40);
  });
});
