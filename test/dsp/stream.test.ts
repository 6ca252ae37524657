import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { setEngine } from '../../packages/dsp/src/engine.ts';
import { whiteNoise } from '../../packages/dsp/src/noise/noise.ts';
import { istft } from '../../packages/dsp/src/stft/istft.ts';
import type { StftOptions } from '../../packages/dsp/src/stft/options.ts';
import { stft } from '../../packages/dsp/src/stft/stft.ts';
import { IstftStream } from '../../packages/dsp/src/stream/istftStream.ts';
import { StftStream } from '../../packages/dsp/src/stream/stftStream.ts';
import { largestDifference } from './effectsSupport.ts';

interface Frames {
  re: number[][];
  im: number[][];
}

function collector(options: StftOptions): { stream: StftStream; frames: Frames } {
  const frames: Frames = { re: [], im: [] };
  const stream = new StftStream(options, (re, im, frame) => {
    expect(frame).toBe(frames.re.length);
    frames.re.push(Array.from(re));
    frames.im.push(Array.from(im));
  });
  return { stream, frames };
}

/** The signal in pieces whose sizes are taken from a list, over and over. */
function feed(stream: StftStream, samples: Float32Array, sizes: number[]): number {
  let given = 0;
  for (let at = 0, i = 0; at < samples.length; i++) {
    const size = sizes[i % sizes.length];
    given += stream.push(samples.subarray(at, at + size));
    at += size;
  }
  return given + stream.end();
}

function expectEqualBits(frames: Frames, samples: Float32Array, options: StftOptions): void {
  const whole = stft(samples, options);
  expect(frames.re).toHaveLength(whole.frames);
  for (let t = 0; t < whole.frames; t++) {
    for (let k = 0; k < whole.bins; k++) {
      if (!Object.is(frames.re[t][k], whole.re[k * whole.frames + t])) expect.fail(`real part at ${k}, ${t}`);
      if (!Object.is(frames.im[t][k], whole.im[k * whole.frames + t]))
        expect.fail(`imaginary part at ${k}, ${t}`);
    }
  }
}

afterEach(() => setEngine('reference'));

describe.each(['reference', 'simd'] as const)('StftStream gives the bits of stft, engine %s', (engine) => {
  beforeEach(() => setEngine(engine));

  const samples = whiteNoise(3000, { seed: 1 });

  test.each([1, 7, 128, 160, 1000, 3000, 5000])('in pieces of %d', (size) => {
    const options = { nFft: 256, hopLength: 80, padMode: 'reflect' } as const;
    const { stream, frames } = collector(options);
    expect(feed(stream, samples, [size])).toBe(38);
    expectEqualBits(frames, samples, options);
  });

  test('for any signal, sizes, hop, window and padding', () => {
    fc.assert(
      fc.property(
        fc.record({
          length: fc.integer({ min: 1, max: 700 }),
          sizes: fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 5 }),
          nFft: fc.constantFrom(1, 2, 16, 33, 64, 100),
          hopLength: fc.integer({ min: 1, max: 150 }),
          winShare: fc.constantFrom(1, 0.7),
          padMode: fc.constantFrom('constant', 'reflect', 'symmetric', 'edge'),
        }),
        ({ length, sizes, nFft, hopLength, winShare, padMode }) => {
          const options = { nFft, hopLength, winLength: Math.ceil(nFft * winShare), padMode } as const;
          const { stream, frames } = collector(options);
          feed(stream, samples.subarray(0, length), sizes);
          expectEqualBits(frames, samples.subarray(0, length), options);
        },
      ),
      { numRuns: 300 },
    );
  });

  test('without centring, and with a rest that fills no frame', () => {
    const options = { nFft: 64, hopLength: 48, center: false };
    const { stream, frames } = collector(options);
    feed(stream, samples.subarray(0, 1001), [17, 300, 2]);
    expectEqualBits(frames, samples.subarray(0, 1001), options);
  });

  test('a signal shorter than the padding needs, one sample among them', () => {
    for (const length of [1, 2, 5, 31]) {
      const options = { nFft: 64, hopLength: 16, padMode: 'reflect' } as const;
      const { stream, frames } = collector(options);
      feed(stream, samples.subarray(0, length), [1]);
      expectEqualBits(frames, samples.subarray(0, length), options);
    }
  });

  test('once more after end, and after reset', () => {
    const options = { nFft: 64, hopLength: 16 };
    const { stream, frames } = collector(options);
    feed(stream, samples.subarray(0, 200), [50]);
    const first = structuredClone(frames);
    frames.re.length = frames.im.length = 0;
    stream.push(samples.subarray(0, 20));
    stream.reset();
    feed(stream, samples.subarray(0, 200), [3]);
    expect(frames).toEqual(first);
  });

  test('two streams of one size do not disturb each other', () => {
    const options = { nFft: 64, hopLength: 16 };
    const [a, b] = [collector(options), collector(options)];
    for (let at = 0; at < 600; at += 40) {
      a.stream.push(samples.subarray(at, at + 40));
      b.stream.push(samples.subarray(1000 + at, 1040 + at));
    }
    a.stream.end();
    b.stream.end();
    expectEqualBits(a.frames, samples.subarray(0, 600), options);
    expectEqualBits(b.frames, samples.subarray(1000, 1600), options);
  });

  test('a frame is given as soon as its last sample is there', () => {
    const { stream } = collector({ nFft: 64, hopLength: 16 });
    expect(stream.push(samples.subarray(0, 32))).toBe(0);
    expect(stream.push(samples.subarray(32, 33))).toBe(1);
    expect(stream.push(samples.subarray(33, 48))).toBe(1);
  });

  test('nothing at all has no frame; an empty piece changes nothing', () => {
    const { stream } = collector({ nFft: 64 });
    expect(stream.end()).toBe(0);
    expect(stream.push(new Float32Array(0))).toBe(0);
    expect(stream.end()).toBe(0);
  });

  test('a worklet block of 128 allocates nothing in the steady state', () => {
    const block = samples.subarray(0, 128);
    let sum = 0;
    const stream = new StftStream({ nFft: 512, hopLength: 128 }, (re) => {
      sum += re[3];
    });
    // What the optimizing compiler has not reached yet allocates numbers, so the first rounds may.
    const grown = [1, 2, 3, 4, 5].map(() => {
      const before = process.memoryUsage().heapUsed;
      for (let i = 0; i < 10000; i++) stream.push(block);
      return process.memoryUsage().heapUsed - before;
    });
    // A view of a typed array takes some 100 bytes: one a block would be 1 MB.
    expect(Math.min(...grown.filter((bytes) => bytes >= 0))).toBeLessThan(300_000);
    expect(Number.isFinite(sum)).toBe(true);
  });

  test('refuses NaN, padding from the end, and bad sizes', () => {
    const { stream } = collector({ nFft: 64 });
    expect(() => stream.push(Float32Array.of(1, Number.NaN))).toThrow(
      'StftStream: samples must be finite, samples[1]=NaN',
    );
    expect(() => collector({ nFft: 64, padMode: 'wrap' })).toThrow('StftStream: padMode wrap needs the end');
    expect(() => collector({ nFft: 64, hopLength: 0 })).toThrow('hopLength=0');
    expect(() => collector({ nFft: 0 })).toThrow('nFft=0');
  });
});

describe('IstftStream gives the bits of istft', () => {
  beforeEach(() => setEngine('reference'));

  const collect = (
    spectrum: { re: Float32Array; im: Float32Array; bins: number; frames: number },
    options: StftOptions,
    length?: number,
  ) => {
    const out: number[] = [];
    const stream = new IstftStream(options, (part) => out.push(...part));
    const { bins, frames } = spectrum;
    for (let t = 0; t < frames; t++) {
      const column = (values: Float32Array) =>
        Float32Array.from({ length: bins }, (_, k) => values[k * frames + t]);
      stream.push(column(spectrum.re), column(spectrum.im));
    }
    stream.end(length);
    return Float32Array.from(out);
  };

  test('for any size, hop and window, centred or not', () => {
    fc.assert(
      fc.property(
        fc.record({
          frames: fc.integer({ min: 1, max: 12 }),
          nFft: fc.constantFrom(2, 16, 33, 64),
          hopShare: fc.double({ min: 0.02, max: 1, noNaN: true }),
          winShare: fc.constantFrom(1, 0.6),
          center: fc.boolean(),
        }),
        ({ frames, nFft, hopShare, winShare, center }) => {
          const hopLength = Math.ceil(nFft * hopShare);
          const options = { nFft, hopLength, winLength: Math.ceil(nFft * winShare), center };
          const bins = Math.floor(nFft / 2) + 1;
          const spectrum = {
            re: whiteNoise(bins * frames, { seed: 1 }),
            im: whiteNoise(bins * frames, { seed: 2 }),
            bins,
            frames,
          };
          const longest = nFft + hopLength * (frames - 1) - (center ? Math.floor(nFft / 2) : 0) + 5;
          expect(collect(spectrum, options, longest)).toEqual(
            istft(spectrum, { ...options, length: longest }),
          );
          fc.pre(longest - 5 - (center ? Math.floor(nFft / 2) : 0) > 0);
          expect(collect(spectrum, options)).toEqual(istft(spectrum, options));
        },
      ),
      { numRuns: 300 },
    );
  });

  test('on the other engine, the same samples within 1e-6 of the largest', () => {
    const spectrum = stft(whiteNoise(4000, { seed: 6 }), { nFft: 256, hopLength: 64 });
    const streamed = collect(spectrum, { nFft: 256, hopLength: 64 });
    setEngine('simd');
    expect(largestDifference(istft(spectrum, { nFft: 256, hopLength: 64 }), streamed)).toBeLessThan(4e-6);
  });

  test.each(['reference', 'simd'] as const)(
    'after StftStream: the signal comes back, a frame late, engine %s',
    (engine) => {
      setEngine(engine);
      const samples = whiteNoise(4000, { seed: 3 });
      const options = { nFft: 256, hopLength: 64 };
      const out: number[] = [];
      const back = new IstftStream(options, (part) => out.push(...part));
      const there = new StftStream(options, (re, im) => back.push(re, im));
      let latest = 0;
      for (let at = 0; at < 4000; at += 100) {
        there.push(samples.subarray(at, at + 100));
        latest = Math.max(latest, at + 100 - out.length);
      }
      there.end();
      back.end(4000);
      expect(latest).toBeLessThanOrEqual(256 + 64);
      expect(largestDifference(Float32Array.from(out), samples)).toBeLessThan(1e-5);
    },
  );

  test('once more after end', () => {
    const samples = whiteNoise(500, { seed: 4 });
    const options = { nFft: 64, hopLength: 16 };
    const spectrum = stft(samples, options);
    expect(collect(spectrum, options, 500)).toEqual(collect(spectrum, options, 500));
  });

  test('refuses wrong sizes and lengths that are over', () => {
    const stream = new IstftStream({ nFft: 64, hopLength: 16 }, () => {});
    expect(() => stream.push(new Float32Array(32), new Float32Array(33))).toThrow(
      'IstftStream: re has the wrong length, 32, not 33',
    );
    expect(() => stream.push(new Float32Array(33), new Float32Array(2))).toThrow('im has the wrong length');
    for (let t = 0; t < 10; t++) stream.push(new Float32Array(33), new Float32Array(33));
    expect(() => stream.end(5)).toThrow('IstftStream: more samples than length are out already, 128 > 5');
    expect(() => stream.end(-1)).toThrow('length=-1');
    expect(() => new IstftStream({ nFft: 16, hopLength: 17 }, () => {})).toThrow(
      'IstftStream: hopLength exceeds nFft, 17 > 16',
    );
  });
});
