import { beforeAll, describe, expect, test } from 'vitest';
import {
  type ComplexSpectrogram,
  fft,
  griffinLim,
  ifft,
  irfft,
  istft,
  logMel,
  melFilterbank,
  melSpectrogram,
  type PadMode,
  powerToDb,
  rfft,
  type Spectrogram,
  type StftOptions,
  setEngine,
  spectrogram,
  stft,
} from '../../packages/dsp/src/index.ts';
import { RandomStream } from '../../packages/dsp/src/random.ts';
import { fftLanes } from '../../packages/dsp/src/simd/lanePlan.ts';
import {
  allocate,
  floats,
  place,
  placeWeights,
  placeWords,
  withScratch,
  words,
} from '../../packages/dsp/src/simd/runtime.ts';
import { largestGap, relativeToPeak } from './coreSupport.ts';

function noise(length: number, seed = 1): Float32Array {
  const random = new RandomStream(seed);
  return Float32Array.from({ length }, () => random.uniform(-1, 1));
}

/** The same call on both engines. */
function onBoth<Result>(call: () => Result): { reference: Result; simd: Result } {
  setEngine('reference');
  const reference = call();
  setEngine('simd');
  return { reference, simd: call() };
}

/** Every combination, as rows for `test.each`. */
function combinations<A, B, C>(as: readonly A[], bs: readonly B[], cs: readonly C[]): [A, B, C][] {
  return as.flatMap((a) => bs.flatMap((b) => cs.map((c): [A, B, C] => [a, b, c])));
}

describe('both engines, at every kind of size', () => {
  const sizes = [1, 2, 3, 5, 6, 7, 8, 12, 15, 16, 22, 26, 31, 32, 45, 50, 64, 100, 101, 128, 240, 250, 256];

  test.each(combinations(sizes, [true, false], ['constant', 'reflect', 'wrap'] as const))(
    'stft and istft of %i, centred %s, %s',
    (nFft, center, padMode) => {
      const samples = noise(400, nFft);
      const options = { nFft, hopLength: Math.max(1, Math.floor(nFft / 3)), center, padMode };
      const { reference, simd } = onBoth(() => stft(samples, options));
      expect([simd.bins, simd.frames]).toEqual([reference.bins, reference.frames]);
      expect(relativeToPeak(simd.re, reference.re)).toBeLessThan(5e-7);
      expect(largestGap(simd.im, reference.im)).toBeLessThan(
        5e-7 * Math.max(1, ...reference.re.map(Math.abs)),
      );
      const length = 300;
      const back = onBoth(() =>
        istft(reference, { nFft, hopLength: options.hopLength, center, length, window: 'hamming' }),
      );
      expect(largestGap(back.simd, back.reference)).toBeLessThan(2e-5);
    },
  );
});

describe('both engines, at every exponent and hop', () => {
  const powers = [0.5, 1, 1.7, 2, 3];
  const hops = [1, 7, 64, 65, 200];

  test.each(combinations(powers, hops, [64, 90] as const))(
    'power %d, hop %i, size %i',
    (power, hopLength, nFft) => {
      const samples = noise(700, hopLength);
      const plain = onBoth(() => spectrogram(samples, { nFft, hopLength, power }));
      expect(relativeToPeak(plain.simd.data, plain.reference.data)).toBeLessThan(1e-6);
      const bands = { preset: 'torchaudio', sampleRate: 8000, nFft, hopLength, nMels: 9, power } as const;
      const mel = onBoth(() => melSpectrogram(samples, bands));
      expect(relativeToPeak(mel.simd.data, mel.reference.data)).toBeLessThan(1e-6);
    },
  );
});

describe('more than the lanes hold at once', () => {
  beforeAll(() => setEngine('simd'));

  /** Columns `first` and following, as a spectrogram of their own. */
  function columns({ data, bins, frames }: Spectrogram, first: number, count: number): Float32Array {
    return Float32Array.from(
      { length: bins * count },
      (_, i) => data[Math.floor(i / count) * frames + first + (i % count)],
    );
  }

  test.each<[string, (samples: Float32Array, options: StftOptions) => Spectrogram]>([
    ['spectrogram', (samples, options) => spectrogram(samples, options)],
    ['stft', (samples, options) => asReal(stft(samples, options))],
    [
      'melSpectrogram',
      (samples, options) =>
        melSpectrogram(samples, {
          ...options,
          preset: 'librosa',
          sampleRate: 8000,
          nMels: 300,
          nFft: options.nFft,
        }),
    ],
  ])('%s: frames on both sides of a border are those of the stretch alone', (_, analyse) => {
    const options = { nFft: 1024, hopLength: 4, center: false };
    const samples = noise(1024 + 4 * 2999, 2);
    const whole = analyse(samples, options);
    expect(whole.frames).toBe(3000);
    for (const first of [0, 250, 505, 870, 1019, 2040, 2990]) {
      const count = 10;
      const stretch = samples.slice(4 * first, 4 * (first + count - 1) + 1024);
      expect(columns(whole, first, count)).toEqual(analyse(stretch, options).data);
    }
  });

  function asReal({ re, bins, frames }: ComplexSpectrogram): Spectrogram {
    return { data: re, bins, frames };
  }

  test('istft over several chunks agrees with the reference', () => {
    const options = { nFft: 512, hopLength: 100 };
    const samples = noise(200_000, 3);
    const spectrum = stft(samples, options);
    const { reference, simd } = onBoth(() => istft(spectrum, { ...options, length: 199_000 }));
    expect(largestGap(simd, reference)).toBeLessThan(1e-6);
    expect(largestGap(simd, samples.subarray(0, 199_000))).toBeLessThan(2e-6);
  });

  test('a hop far beyond the frame reads only what its frames need', () => {
    const samples = noise(500_000, 4);
    const options = { nFft: 64, hopLength: 60_000, center: false };
    const { reference, simd } = onBoth(() => spectrogram(samples, options));
    expect(simd.frames).toBe(9);
    expect(relativeToPeak(simd.data, reference.data)).toBeLessThan(1e-6);
  });

  test.each([1, 3, 4, 5, 127, 128, 129, 300])('%i rows of 512', (rows) => {
    const input = noise(512 * rows, rows);
    const { reference, simd } = onBoth(() => rfft(input, { size: 512 }));
    expect(relativeToPeak(simd.re, reference.re)).toBeLessThan(5e-7);
    expect(relativeToPeak(simd.im, reference.im)).toBeLessThan(5e-7);
    expect(relativeToPeak(irfft(simd, { size: 512 }), input)).toBeLessThan(1e-6);
  });

  test('one transform larger than any chunk', () => {
    const input = { re: noise(131_072, 5), im: noise(131_072, 6) };
    const back = ifft(fft(input));
    expect(relativeToPeak(back.re, input.re)).toBeLessThan(2e-6);
    expect(relativeToPeak(back.im, input.im)).toBeLessThan(2e-6);
  });

  test('loudness of more values than fit', () => {
    const values = noise(200_001, 7).map(Math.abs);
    values[150_000] = 8;
    const { reference, simd } = onBoth(() => powerToDb(values, { ref: 'max', topDb: 70 }));
    expect(largestGap(simd, reference)).toBeLessThan(2e-5);
    expect(simd[150_000]).toBeCloseTo(0, 5);
    values[199_999] = Number.NaN;
    expect(() => powerToDb(values)).toThrow('powerToDb: values must be finite, values[199999]=NaN');
  });
});

describe('one call leaves nothing to the next', () => {
  beforeAll(() => setEngine('simd'));

  test('calls of many kinds and sizes, in any order, give what they give alone', () => {
    const samples = noise(3000, 8);
    const magnitudes = spectrogram(samples, { nFft: 128, hopLength: 32, power: 1 });
    const calls: (() => Float32Array)[] = [
      () => stft(samples, { nFft: 128, hopLength: 32 }).re,
      () => stft(samples, { nFft: 101, hopLength: 50 }).im,
      () => rfft(samples, { size: 300 }).re,
      () => irfft({ re: samples.slice(0, 65), im: samples.slice(65, 130) }, { size: 128 }),
      () => fft({ re: samples.slice(0, 77), im: samples.slice(77, 154) }).im,
      () => istft(stft(samples, { nFft: 64 }), { nFft: 64, length: 2900 }),
      () => logMel(samples, { preset: 'librosa', sampleRate: 8000, nFft: 256, nMels: 12 }).data,
      () => griffinLim(magnitudes, { nFft: 128, hopLength: 32, iterations: 2 }).samples,
    ];
    const alone = calls.map((call) => call());
    const random = new RandomStream(9);
    for (let round = 0; round < 60; round++) {
      const which = random.integer(calls.length);
      expect(calls[which]()).toEqual(alone[which]);
    }
  });

  test('an error in the middle does no harm', () => {
    const before = rfft(noise(64));
    const thrower = () =>
      griffinLim(
        { data: new Float32Array(33 * 8).fill(1), bins: 33, frames: 8 },
        {
          nFft: 64,
          onProgress: () => {
            throw new Error('stop');
          },
        },
      );
    expect(thrower).toThrow('stop');
    expect(rfft(noise(64))).toEqual(before);
  });

  test('plans are forgotten when they fill their share of memory, and built again', () => {
    const samples = noise(64);
    const before = rfft(samples);
    for (let size = 20_000; size < 20_040; size++) rfft(noise(size), { size });
    expect(rfft(samples)).toEqual(before);
  });
});

describe('a sample that is not finite is named where it stands', () => {
  beforeAll(() => setEngine('simd'));

  const bands = { preset: 'torchaudio', sampleRate: 8000, nMels: 7, lowHz: 500 } as const;
  const calls: Record<string, (samples: Float32Array, options: StftOptions) => unknown> = {
    stft,
    spectrogram: (samples, options) => spectrogram(samples, { ...options, power: 1 }),
    melSpectrogram: (samples, options) => melSpectrogram(samples, { ...options, ...bands }),
  };

  test.each(combinations(Object.keys(calls), [16, 15, 22], [1, 5, 16, 40]))(
    '%s of %i, hop %i',
    (op, nFft, hop) => {
      const call = calls[op];
      const options = { nFft, hopLength: hop, center: hop % 2 === 0 };
      for (const value of [Number.NaN, Infinity, -Infinity]) {
        for (let at = 0; at < 50; at++) {
          const samples = noise(50, 10);
          samples[at] = value;
          expect(() => call(samples, options)).toThrow(
            `${op}: samples must be finite, samples[${at}]=${value}`,
          );
        }
      }
      expect(call(noise(50, 10), options)).toBeDefined();
    },
  );

  test('what is too loud for its power is no fault of the samples', () => {
    const samples = noise(200, 11).map((value) => 1e30 * value);
    expect(Math.max(...spectrogram(samples, { nFft: 16 }).data)).toBe(Infinity);
  });
});

describe('addresses', () => {
  test('place and placeWords write where they say', () => {
    withScratch(
      () => null,
      () => {
        const numbers = place([1.5, -2, 3]);
        expect([...floats.subarray(numbers / 4, numbers / 4 + 3)]).toEqual([1.5, -2, 3]);
        const integers = placeWords(7, -1, 1 << 30);
        expect([...words.subarray(integers / 4, integers / 4 + 3)]).toEqual([7, -1, 1 << 30]);
        const weights = placeWeights(Float32Array.of(1, 2, 4), 0.5);
        expect([...floats.subarray(weights / 4, weights / 4 + 3)]).toEqual([0.5, 1, 2]);
      },
    );
  });

  test('memory grows under what is in it', () => {
    withScratch(
      () => fftLanes(),
      ({ squareRoot }) => {
        const values = place(new Float32Array(8).fill(9));
        const bytes = floats.length * 4;
        allocate(bytes);
        expect(floats.length * 4).toBeGreaterThan(bytes);
        squareRoot(placeWords(values), 0, 2);
        expect([...floats.subarray(values / 4, values / 4 + 8)]).toEqual(new Array(8).fill(3));
      },
    );
  });
});

test('an empty row of a filterbank is a row of zeros on both engines', () => {
  const bands = {
    preset: 'torchaudio',
    sampleRate: 8000,
    nFft: 64,
    nMels: 40,
    lowHz: 0,
    highHz: 1500,
  } as const;
  const { lengths } = melFilterbank(bands);
  const empty = lengths.indexOf(0);
  expect(empty).toBeGreaterThanOrEqual(0);
  const { reference, simd } = onBoth(() =>
    melSpectrogram(noise(500), { ...bands, padMode: 'edge' as PadMode }),
  );
  for (const { data, frames } of [reference, simd]) {
    expect([...data.subarray(empty * frames, (empty + 1) * frames)]).toEqual(new Array(frames).fill(0));
  }
});
