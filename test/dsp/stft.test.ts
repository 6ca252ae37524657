import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  frame,
  istft,
  makeWindow,
  type PadMode,
  padSignal,
  rfft,
  type StftOptions,
  setEngine,
  spectrogram,
  stft,
  stftFrameCount,
  type WindowName,
} from '../../packages/dsp/src/index.ts';
import { RandomStream } from '../../packages/dsp/src/random.ts';
import { largestGap, relativeToPeak } from './coreSupport.ts';

function noise(length: number, seed = 1): Float32Array {
  const random = new RandomStream(seed);
  return Float32Array.from({ length }, () => random.uniform(-1, 1));
}

describe('makeWindow', () => {
  const names: WindowName[] = ['hann', 'hamming', 'blackman', 'blackmanHarris', 'bartlett', 'rectangular'];

  test.each(names)('%s: a periodic window is a symmetric one of one more sample, less the last', (name) => {
    for (const length of [2, 3, 8, 15]) {
      const longer = makeWindow(name, length + 1, { periodic: false });
      expect(largestGap(makeWindow(name, length), longer.subarray(0, length))).toBeLessThan(1e-7);
      expect(largestGap(longer, longer.slice().reverse())).toBeLessThan(1e-7);
    }
  });

  test('a given window is copied, and must have the length', () => {
    const own = Float32Array.of(1, 2, 3);
    const copy = makeWindow(own, 3);
    copy[0] = 9;
    expect(own[0]).toBe(1);
    expect(() => makeWindow(own, 4)).toThrow('makeWindow: given samples differ from length, 3 and 4');
  });

  test('kaiser with beta 0 is rectangular, and a wide gaussian nearly so', () => {
    expect(makeWindow({ name: 'kaiser', beta: 0 }, 5)).toEqual(makeWindow('rectangular', 5));
    expect(largestGap(makeWindow({ name: 'gaussian', deviation: 1e5 }, 5), [1, 1, 1, 1, 1])).toBeLessThan(
      1e-6,
    );
  });

  test.each([
    [() => makeWindow('hann', 0), 'makeWindow: length must be a whole number of at least 1, length=0'],
    [() => makeWindow('hann', -3), 'makeWindow: length must be a whole number of at least 1, length=-3'],
    [() => makeWindow('hahn' as WindowName, 8), 'makeWindow: no such window, hahn'],
    [
      () => makeWindow({ name: 'kaiser', beta: -1 }, 8),
      'makeWindow: kaiser: beta must lie in [0, 700), beta=-1',
    ],
    [
      () => makeWindow({ name: 'gaussian', deviation: 0 }, 8),
      'makeWindow: gaussian: deviation must be above zero',
    ],
  ])('bad input %#', (call, message) => expect(call).toThrow(message));
});

describe('padding and frames', () => {
  const abc = Float32Array.of(1, 2, 3);
  test.each<[PadMode, number[]]>([
    ['constant', [0, 0, 0, 0, 0, 1, 2, 3, 0, 0, 0, 0]],
    ['reflect', [2, 1, 2, 3, 2, 1, 2, 3, 2, 1, 2, 3]],
    ['symmetric', [2, 3, 3, 2, 1, 1, 2, 3, 3, 2, 1, 1]],
    ['edge', [1, 1, 1, 1, 1, 1, 2, 3, 3, 3, 3, 3]],
    ['wrap', [2, 3, 1, 2, 3, 1, 2, 3, 1, 2, 3, 1]],
  ])('%s as in numpy.pad, beyond the length of the signal too', (mode, expected) => {
    expect([...padSignal(abc, 5, 4, mode)]).toEqual(expected);
  });

  test('one sample reflects into itself', () => {
    expect([...padSignal(Float32Array.of(7), 2, 2, 'reflect')]).toEqual([7, 7, 7, 7, 7]);
  });

  test('frames overlap, and leave out a rest', () => {
    const { data, frames } = frame(Float32Array.of(1, 2, 3, 4, 5, 6), { frameLength: 3, hopLength: 2 });
    expect(frames).toBe(2);
    expect([...data]).toEqual([1, 2, 3, 3, 4, 5]);
    expect(() => frame(abc, { frameLength: 4, hopLength: 1 })).toThrow(
      'frame: the signal is shorter than one frame, 3 < 4',
    );
  });
});

describe.each(['reference', 'simd'] as const)('stft on the %s engine', (name) => {
  beforeAll(() => setEngine(name));

  test('a frame is the transform of its windowed samples', () => {
    const samples = noise(300);
    for (const nFft of [1, 2, 7, 30, 64]) {
      const { re, im, bins, frames } = stft(samples, {
        nFft,
        hopLength: 11,
        center: false,
        window: 'hamming',
      });
      const window = makeWindow('hamming', nFft);
      for (let t = 0; t < frames; t++) {
        const one = rfft(Float64Array.from(window, (weight, i) => weight * samples[11 * t + i]));
        const column = (part: Float32Array) => Array.from({ length: bins }, (_, k) => part[k * frames + t]);
        expect(largestGap(column(re), one.re)).toBeLessThan(4e-6);
        expect(largestGap(column(im), one.im)).toBeLessThan(4e-6);
      }
    }
  });

  test('istft after stft gives the signal back to 1e-6', () => {
    const shapes = fc.record({
      length: fc.integer({ min: 40, max: 700 }),
      nFft: fc.integer({ min: 8, max: 120 }),
      quarter: fc.integer({ min: 2, max: 6 }),
      padMode: fc.constantFrom<PadMode>('constant', 'reflect', 'symmetric', 'edge', 'wrap'),
      window: fc.constantFrom<WindowName>('hann', 'hamming', 'blackman'),
    });
    fc.assert(
      fc.property(shapes, ({ length, nFft, quarter, padMode, window }) => {
        const samples = noise(length, nFft);
        const options = { nFft, hopLength: Math.max(1, Math.floor(nFft / (quarter + 2))), padMode, window };
        const back = istft(stft(samples, options), { ...options, length });
        // What follows the last frame's middle is covered by few windows, or none; librosa pads for it.
        const sure = length - Math.ceil(nFft / 2);
        expect(largestGap(back.subarray(0, sure), samples.subarray(0, sure))).toBeLessThan(1e-6);
      }),
      { numRuns: 60 },
    );
  });

  test('long signals are the same in pieces: any stretch of frames stands alone', () => {
    const samples = noise(20_000, 3);
    const options = { nFft: 512, hopLength: 13, center: false } as const;
    const whole = stft(samples, options);
    const first = 700;
    const part = stft(samples.slice(13 * first, 13 * (first + 9) + 512), options);
    expect(part.frames).toBe(10);
    for (let bin = 0; bin < whole.bins; bin += 32) {
      const at = bin * whole.frames + first;
      expect([...part.re.subarray(bin * 10, bin * 10 + 10)]).toEqual([...whole.re.subarray(at, at + 10)]);
    }
    expect(
      relativeToPeak(
        istft(whole, { ...options, length: 19_000 }).subarray(400),
        samples.subarray(400, 19_000),
      ),
    ).toBeLessThan(2e-6);
  });

  test.each([1, 2, 3, 4, 5, 7, 8, 9])('%i frames come out right, no more and no less', (frames) => {
    const samples = noise(64 + 16 * (frames - 1), frames);
    const options: StftOptions = { nFft: 64, hopLength: 16, center: false };
    const { re, im } = stft(samples, options);
    const single = stft(samples.slice(16 * (frames - 1)), options);
    expect(re).toHaveLength(33 * frames);
    single.re.forEach((value, bin) => {
      expect(re[bin * frames + frames - 1]).toBe(value);
      expect(im[bin * frames + frames - 1]).toBe(single.im[bin]);
    });
  });

  test('powers are squares of magnitudes, and any exponent of them', () => {
    const samples = noise(400);
    const options = { nFft: 32, hopLength: 10 };
    const { re, im } = stft(samples, options);
    const magnitudes = re.map((value, i) => Math.hypot(value, im[i]));
    for (const power of [1, 2, 3, 0.5]) {
      const expected = magnitudes.map((value) => value ** power);
      expect(relativeToPeak(spectrogram(samples, { ...options, power }).data, expected)).toBeLessThan(1e-6);
    }
  });

  test('a sine stands in its bin', () => {
    const samples = Float32Array.from({ length: 4096 }, (_, i) => Math.sin((2 * Math.PI * 20 * i) / 256));
    const { data, frames } = spectrogram(samples, { nFft: 256, hopLength: 64, power: 1, center: false });
    for (let t = 0; t < frames; t++) {
      const column = Array.from({ length: 129 }, (_, bin) => data[bin * frames + t]);
      expect(column.indexOf(Math.max(...column))).toBe(20);
      expect(column[20]).toBeCloseTo(64, 3);
    }
  });

  test('short signals: one sample, and fewer than half a window', () => {
    for (const padMode of ['constant', 'reflect', 'symmetric', 'edge', 'wrap'] as const) {
      for (const length of [1, 2, 5]) {
        const { re, im, frames } = stft(noise(length), { nFft: 64, hopLength: 16, padMode });
        expect(frames).toBe(1);
        expect([...re, ...im].every(Number.isFinite)).toBe(true);
      }
    }
  });

  test('what was returned stays as it was; out is filled', () => {
    const options = { nFft: 32, hopLength: 8 };
    const first = stft(noise(100, 1), options);
    const kept = first.re.slice();
    stft(noise(100, 2), options);
    expect(first.re).toEqual(kept);
    const out = { re: new Float32Array(first.re.length), im: new Float32Array(first.im.length) };
    expect(stft(noise(100, 1), { ...options, out }).re).toBe(out.re);
    expect(out.re).toEqual(kept);
  });

  test.each<[string, () => unknown, string]>([
    ['empty', () => stft(new Float32Array(0), { nFft: 8 }), 'stft: samples must hold at least 1 value, 0'],
    ['an array', () => stft([1, 2] as never, { nFft: 8 }), 'stft: samples must be a Float32Array, object'],
    [
      'NaN',
      () => stft(Float32Array.of(0, Number.NaN, 1), { nFft: 8 }),
      'stft: samples must be finite, samples[1]=NaN',
    ],
    [
      'infinite',
      () => stft(Float32Array.of(0, 1, 1, 1, 1, -Infinity), { nFft: 8 }),
      'stft: samples must be finite, samples[5]=-Infinity',
    ],
    [
      'zero hop',
      () => stft(noise(9), { nFft: 8, hopLength: 0 }),
      'stft: hopLength must be a whole number of at least 1, hopLength=0',
    ],
    [
      'negative hop',
      () => stft(noise(9), { nFft: 8, hopLength: -4 }),
      'stft: hopLength must be a whole number',
    ],
    ['no size', () => stft(noise(9), { nFft: 0 }), 'stft: nFft must be a whole number of at least 1, nFft=0'],
    [
      'negative size',
      () => stft(noise(9), { nFft: -8 }),
      'stft: nFft must be a whole number of at least 1, nFft=-8',
    ],
    [
      'half a sample',
      () => stft(noise(9), { nFft: 8, winLength: 2.5 }),
      'stft: winLength must be a whole number',
    ],
    ['long window', () => stft(noise(9), { nFft: 8, winLength: 9 }), 'stft: winLength exceeds nFft, 9 > 8'],
    [
      'pad mode',
      () => stft(noise(9), { nFft: 8, padMode: 'mirror' as PadMode }),
      'stft: padMode must be one of constant',
    ],
    [
      'too short',
      () => stft(noise(7), { nFft: 8, center: false }),
      'stft: the signal is shorter than nFft, and center is false, 7 < 8',
    ],
    [
      'power',
      () => spectrogram(noise(9), { nFft: 8, power: 0 }),
      'spectrogram: power must be above zero, power=0',
    ],
    [
      'out',
      () => spectrogram(noise(9), { nFft: 8, out: new Float32Array(3) }),
      'spectrogram: out must be a Float32Array of 25, 3',
    ],
    [
      'bins',
      () => istft(stft(noise(9), { nFft: 8 }), { nFft: 16 }),
      'istft: bins differ from floor(nFft / 2) + 1, 5, not 9',
    ],
    [
      'length',
      () => istft(stft(noise(9), { nFft: 8 }), { nFft: 8, length: -1 }),
      'istft: length must be a whole number',
    ],
  ])('bad input: %s', (_, call, message) => expect(call).toThrow(message));
});

test('the engines agree to 3e-7 of the peak', () => {
  const samples = noise(3000, 9);
  for (const options of [
    { nFft: 512, hopLength: 100 },
    { nFft: 441, hopLength: 90 },
    { nFft: 26, hopLength: 5 },
  ]) {
    setEngine('reference');
    const expected = stft(samples, options);
    setEngine('simd');
    const got = stft(samples, options);
    expect(relativeToPeak(got.re, expected.re)).toBeLessThan(3e-7);
    expect(relativeToPeak(got.im, expected.im)).toBeLessThan(3e-7);
    expect(got.frames).toBe(stftFrameCount(3000, { ...options, center: true }));
  }
});
