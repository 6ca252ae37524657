import { beforeAll, describe, expect, test } from 'vitest';
import {
  griffinLim,
  inverseMel,
  istft,
  type MelOptions,
  melFilterbank,
  melSpectrogram,
  melToAudio,
  type Spectrogram,
  setEngine,
  spectrogram,
  stft,
} from '../../packages/dsp/src/index.ts';
import { RandomStream } from '../../packages/dsp/src/random.ts';
import { largestGap, relativeNorm } from './coreSupport.ts';

function noise(length: number, seed: number): Float32Array {
  const random = new RandomStream(seed);
  return Float32Array.from({ length }, () => random.uniform(-1, 1));
}

/** Filters times a spectrogram. */
function toBands(options: MelOptions, { data, frames }: Spectrogram): Float32Array {
  const bank = melFilterbank(options);
  return Float32Array.from({ length: bank.mels * frames }, (_, i) => {
    const [mel, t] = [Math.floor(i / frames), i % frames];
    let sum = 0;
    for (let bin = 0; bin < bank.bins; bin++)
      sum += bank.data[mel * bank.bins + bin] * data[bin * frames + t];
    return sum;
  });
}

describe('inverseMel', () => {
  const bands = { preset: 'torchaudio', sampleRate: 8000, nFft: 128, nMels: 12 } as const;
  const samples = noise(2000, 1);

  test.each([1, 2])('of bands taken at power %i gives those bands again', (power) => {
    const mel = melSpectrogram(samples, { ...bands, hopLength: 64, power });
    const found = inverseMel(mel, { ...bands, power, outPower: power });
    expect([found.bins, found.frames]).toEqual([65, mel.frames]);
    expect(relativeNorm(toBands(bands, found), mel.data)).toBeLessThan(2e-3);
  });

  test('more steps come nearer, and none goes below zero', () => {
    const mel = melSpectrogram(samples, { ...bands, hopLength: 64 });
    const errors = [1, 10, 100, 1000].map((iterations) => {
      const found = inverseMel(mel, { ...bands, outPower: 2, iterations });
      expect(found.data.every((value) => value >= 0)).toBe(true);
      return relativeNorm(toBands(bands, found), mel.data);
    });
    for (let i = 1; i < errors.length; i++)
      expect(errors[i]).toBeLessThanOrEqual(errors[i - 1] * 1.01 + 1e-7);
    expect(errors[3]).toBeLessThan(1e-3);
  });

  test('frames do not see each other', () => {
    const mel = melSpectrogram(samples, { ...bands, hopLength: 64 });
    const all = inverseMel(mel, { ...bands, iterations: 30 });
    const t = 5;
    const column = Float32Array.from({ length: 12 }, (_, m) => mel.data[m * mel.frames + t]);
    const one = inverseMel({ data: column, bins: 12, frames: 1 }, { ...bands, iterations: 30 });
    const expected = Float32Array.from({ length: 65 }, (_, bin) => all.data[bin * all.frames + t]);
    // The momentum is restarted for all frames together, so a frame alone may take another way to the same place.
    expect(relativeNorm(one.data, expected)).toBeLessThan(0.1);
  });

  test('silence comes from silence', () => {
    const found = inverseMel({ data: new Float32Array(12 * 3), bins: 12, frames: 3 }, bands);
    expect(found.data.every((value) => value === 0)).toBe(true);
  });

  test('exponents: outPower over power', () => {
    const mel = melSpectrogram(samples, { ...bands, hopLength: 200 });
    const squares = inverseMel(mel, { ...bands, outPower: 2, iterations: 20 });
    const magnitudes = inverseMel(mel, { ...bands, outPower: 1, iterations: 20 });
    expect(largestGap(magnitudes.data, squares.data.map(Math.sqrt))).toBeLessThan(1e-5);
  });
});

describe.each(['reference', 'simd'] as const)('griffinLim on %s', (engine) => {
  const frames = { nFft: 128, hopLength: 32 } as const;
  const samples = Float32Array.from(
    { length: 2000 },
    (_, i) => Math.sin(0.3 * i) + 0.5 * Math.sin(0.011 * i * i * 0.05),
  );
  let magnitudes: Spectrogram;

  beforeAll(() => {
    setEngine(engine);
    magnitudes = spectrogram(samples, { ...frames, power: 1 });
  });

  test('no iteration is one way back: istft of what it begins with', () => {
    const { samples: found, iterations } = griffinLim(magnitudes, { ...frames, iterations: 0, seed: null });
    const zeroPhase = {
      re: magnitudes.data,
      im: new Float32Array(magnitudes.data.length),
      bins: 65,
      frames: magnitudes.frames,
    };
    expect(iterations).toBe(0);
    expect(largestGap(found, istft(zeroPhase, frames))).toBeLessThan(1e-5);
  });

  test('one iteration keeps the phases of the way there', () => {
    const { samples: found } = griffinLim(magnitudes, { ...frames, iterations: 1, seed: null, length: 2000 });
    const zeroPhase = {
      re: magnitudes.data,
      im: new Float32Array(magnitudes.data.length),
      bins: 65,
      frames: magnitudes.frames,
    };
    const { re, im } = stft(istft(zeroPhase, { ...frames, length: 2000 }), frames);
    const scale = magnitudes.data.map((wanted, i) => wanted / Math.max(1e-12, Math.hypot(re[i], im[i])));
    const phased = {
      re: re.map((v, i) => v * scale[i]),
      im: im.map((v, i) => v * scale[i]),
      bins: 65,
      frames: magnitudes.frames,
    };
    // Where there is next to nothing, its phase is a matter of rounding.
    expect(largestGap(found, istft(phased, { ...frames, length: 2000 }))).toBeLessThan(5e-3);
  });

  test.each([0, 0.5, 0.99])('with momentum %d it goes on getting nearer', (momentum) => {
    const seen: number[] = [];
    griffinLim(magnitudes, {
      ...frames,
      momentum,
      iterations: 40,
      onProgress: ({ convergence }) => seen.push(convergence),
    });
    expect(seen).toHaveLength(40);
    expect(seen[39]).toBeLessThan(seen[0] / 3);
    if (momentum === 0) for (let i = 1; i < 40; i++) expect(seen[i]).toBeLessThanOrEqual(seen[i - 1] + 1e-6);
  });

  test('the true phases are a fixed point: a spectrum that some signal has is kept', () => {
    const { re, im } = stft(samples, frames);
    const consistent = { data: re.map((v, i) => Math.hypot(v, im[i])), bins: 65, frames: magnitudes.frames };
    const { convergence } = griffinLim(consistent, { ...frames, iterations: 150, length: 2000 });
    expect(convergence).toBeLessThan(0.12);
  });

  test('every length: shorter and longer than the frames cover', () => {
    for (const length of [1, 100, 1999, 2000, 2300]) {
      const found = griffinLim(magnitudes, { ...frames, iterations: 2, length });
      expect(found.samples).toHaveLength(length);
      expect(found.samples.every(Number.isFinite)).toBe(true);
      expect(Number.isFinite(found.convergence)).toBe(true);
    }
  });

  test.each([1, 2, 3, 4, 5, 6, 7, 8, 9])('%i frames', (count) => {
    const data = noise(65 * count, count).map(Math.abs);
    const { samples: found, convergence } = griffinLim(
      { data, bins: 65, frames: count },
      { ...frames, center: false, iterations: 3 },
    );
    expect(found).toHaveLength(128 + 32 * (count - 1));
    expect(found.every(Number.isFinite)).toBe(true);
    expect(convergence).toBeLessThan(1);
  });

  test('a seed of its own for every start', () => {
    const starts = [1, 2, 3].map(
      (seed) => griffinLim(magnitudes, { ...frames, iterations: 0, seed }).samples,
    );
    expect(largestGap(starts[0], starts[1])).toBeGreaterThan(0.01);
    expect(largestGap(starts[1], starts[2])).toBeGreaterThan(0.01);
    expect(() => griffinLim(magnitudes, { ...frames, seed: 0.5 })).toThrow(
      'random: seed must be a safe integer, 0.5',
    );
  });

  test('melToAudio goes by its preset, and says the same as both steps', () => {
    const options = { preset: 'librosa', sampleRate: 8000, nFft: 128, hopLength: 32, nMels: 20 } as const;
    const mel = melSpectrogram(samples, options);
    const found = melToAudio(mel, { ...options, iterations: 4, inverseIterations: 50, length: 2000 });
    const inner = inverseMel(mel, { ...options, iterations: 50 });
    const inTwo = griffinLim(inner, { ...frames, padMode: 'constant', iterations: 4, length: 2000 });
    expect(found).toEqual(inTwo);
  });
});
