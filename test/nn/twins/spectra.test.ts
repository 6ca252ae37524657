import { AmplitudeToDb, Istft, MelScale, Mfcc, Spectrogram, Stft } from '@sonograd/nn';
import type { Tensor } from '@sonograd/tensor';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { inverseRealFourier, realFourier } from '../../../packages/nn/src/audio/fourier.ts';
import { cutFrames, framingOf, overlapAdd } from '../../../packages/nn/src/audio/frames.ts';
import { onEveryEngine } from '../../tensor/engines.ts';
import { expectClose, numbers, ofTensor, toTensor } from './arrays.ts';

/** The sum over all samples of one frame, for one bin: the transform by its definition. */
function bin(frame: ArrayLike<number>, index: number): readonly [real: number, imaginary: number] {
  let [real, imaginary] = [0, 0];
  for (let n = 0; n < frame.length; n++) {
    const angle = (-2 * Math.PI * index * n) / frame.length;
    real += (frame[n] as number) * Math.cos(angle);
    imaginary += (frame[n] as number) * Math.sin(angle);
  }
  return [real, imaginary];
}

const hann = (length: number) =>
  Float64Array.from({ length }, (_, n) => 0.5 - 0.5 * Math.cos((2 * Math.PI * n) / length));

const dot = (a: Float64Array, b: Float64Array) =>
  a.reduce((sum, value, at) => sum + value * (b[at] as number), 0);

/** Even and odd sizes, hops that divide and that do not, padded or not. */
const framings = fc
  .record({
    size: fc.integer({ min: 1, max: 24 }),
    hopLength: fc.integer({ min: 1, max: 12 }),
    length: fc.integer({ min: 25, max: 60 }),
    padded: fc.boolean(),
    padMode: fc.constantFrom('reflect' as const, 'constant' as const),
  })
  .map(({ padded, ...rest }) => framingOf({ ...rest, padding: padded ? Math.floor(rest.size / 2) : 0 }));

onEveryEngine('frames', () => {
  test('are stretches of the signal, mirrored or zero beyond its ends', () => {
    const signal = Float32Array.of(1, 2, 3, 4, 5);
    const of = (padMode: 'reflect' | 'constant') =>
      cutFrames(
        toTensor(signal, 1, 5),
        framingOf({ length: 5, size: 4, hopLength: 2, padding: 2, padMode }),
      ).toArray();
    expect(of('reflect')).toEqual([
      [
        [3, 2, 1, 2],
        [1, 2, 3, 4],
        [3, 4, 5, 4],
      ],
    ]);
    expect(of('constant')).toEqual([
      [
        [0, 0, 1, 2],
        [1, 2, 3, 4],
        [3, 4, 5, 0],
      ],
    ]);
  });

  test('cutting and adding up are each other transposed, whatever lies where', () => {
    fc.assert(
      fc.property(framings, (framing) => {
        const [x, y] = [numbers(2 * framing.length, 1), numbers(2 * framing.count * framing.size, 2)];
        const cut = ofTensor(cutFrames(toTensor(x, 2, framing.length), framing));
        const added = ofTensor(overlapAdd(toTensor(y, 2, framing.count, framing.size), framing));
        expect(Math.abs(dot(cut, y) - dot(x, added))).toBeLessThan(1e-4);
      }),
      { seed: 5, numRuns: 200 },
    );
  });
});

onEveryEngine('transforms of rows', () => {
  test.each([1, 2, 3, 4, 5, 8, 12, 17, 30, 64])(
    'of %i samples: the sum over all samples, and back',
    (size) => {
      const rows = numbers(3 * size, size);
      const { real, imaginary } = realFourier(toTensor(rows, 3, size));
      const bins = Math.floor(size / 2) + 1;
      const expected = Array.from({ length: 3 * bins }, (_, at) => {
        const row = Math.floor(at / bins);
        return bin(rows.subarray(row * size, (row + 1) * size), at % bins);
      });
      expectClose(
        real,
        expected.map(([value]) => value),
        2e-6,
      );
      const heights = expected.map(([, value]) => value);
      if (heights.some((value) => Math.abs(value) > 1e-9)) expectClose(imaginary, heights, 2e-6);
      expectClose(inverseRealFourier({ real, imaginary }, size), rows, 2e-6);
    },
  );

  test.each([1, 2, 3, 6, 7, 16])('of %i samples: gradients are the transpose', (size) => {
    const bins = Math.floor(size / 2) + 1;
    const [x, dReal, dImaginary] = [numbers(size, 1), numbers(bins, 2), numbers(bins, 3)];
    const input = toTensor(x, 1, size);
    input.requiresGrad = true;
    const { real, imaginary } = realFourier(input);
    const loss = real
      .mul(toTensor(dReal, 1, bins))
      .sum()
      .add(imaginary.mul(toTensor(dImaginary, 1, bins)).sum());
    loss.backward();
    const expected = Array.from({ length: size }, (_, n) => {
      const unit = new Float64Array(size);
      unit[n] = 1;
      let sum = 0;
      for (let k = 0; k < bins; k++) {
        const [a, b] = bin(unit, k);
        sum += a * (dReal[k] as number) + b * (dImaginary[k] as number);
      }
      return sum;
    });
    expectClose(input.grad as Tensor, expected, 1e-5);
  });
});

onEveryEngine('spectra of signals', () => {
  test('stft: windowed frames, one transform each', () => {
    const [nFft, hopLength, length] = [12, 5, 40];
    const x = numbers(length, 3);
    const { real, imaginary } = new Stft({ nFft, hopLength, center: false }).forward(toTensor(x, length));
    const frames = Math.floor((length - nFft) / hopLength) + 1;
    expect(real.shape).toEqual([7, frames]);
    const window = hann(nFft);
    const expected = Array.from({ length: 7 * frames }, (_, at) => {
      const [k, t] = [Math.floor(at / frames), at % frames];
      return bin(
        window.map((weight, n) => weight * (x[t * hopLength + n] as number)),
        k,
      );
    });
    expectClose(
      real,
      expected.map(([value]) => value),
    );
    expectClose(
      imaginary,
      expected.map(([, value]) => value),
    );
  });

  test('a tone of three periods a frame stands in bin three', () => {
    const x = Float64Array.from({ length: 256 }, (_, n) => Math.cos((2 * Math.PI * 3 * n) / 32));
    const power = new Spectrogram({ nFft: 32, hopLength: 8 }).forward(toTensor(x, 1, 256)) as Tensor;
    const [, bins, frames] = power.shape as [number, number, number];
    for (let t = 4; t < frames - 4; t++) {
      const column = Array.from({ length: bins }, (_, k) => power.data[k * frames + t] as number);
      expect(column.indexOf(Math.max(...column))).toBe(3);
      expect(column[3]).toBeCloseTo(8 ** 2, 2);
    }
  });

  test('there and back is the identity wherever windows reach, whatever the hop', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 4, max: 32 }),
        fc.integer({ min: 1, max: 2 }),
        fc.integer({ min: 40, max: 90 }),
        (nFft, overlap, length) => {
          const hopLength = Math.max(1, Math.floor(nFft / 2 ** overlap));
          const x = numbers(length, 8);
          const { real, imaginary } = new Stft({ nFft, hopLength }).forward(toTensor(x, 1, length));
          const back = new Istft({ nFft, hopLength }).forward(real, imaginary, { length });
          // The last samples may lie behind the last frame, where nothing is known of them.
          const known = Math.min(length, (real.shape[2]! - 1) * hopLength);
          expectClose(back.slice(1, 0, known) as Tensor, x.subarray(0, known), 1e-4);
        },
      ),
      { seed: 2, numRuns: 60 },
    );
  });

  test('leading axes stay: channels of a batch', () => {
    const x = toTensor(numbers(2 * 3 * 64, 4), 2, 3, 64);
    const stft = new Stft({ nFft: 16, hopLength: 4 });
    const whole = stft.forward(x);
    expect(whole.real.shape).toEqual([2, 3, 9, 17]);
    const one = stft.forward(toTensor(numbers(2 * 3 * 64, 4).subarray(5 * 64), 64));
    expect([...one.real.data]).toEqual([...whole.real.data].slice(5 * 9 * 17));
    expect(new Istft({ nFft: 16, hopLength: 4 }).forward(whole.real, whole.imaginary).shape).toEqual([
      2, 3, 64,
    ]);
    const chain = [
      new Spectrogram({ nFft: 16 }),
      new MelScale({ sampleRate: 800, nFft: 16, nMels: 4 }),
      new AmplitudeToDb(),
    ];
    const mel = chain.reduce<Tensor>((value, layer) => layer.forward(value) as Tensor, x);
    expect(mel.shape).toEqual([2, 3, 4, 17]);
    expect(
      new Mfcc({ sampleRate: 800, nFft: 16, hopLength: 8, nMels: 4, nMfcc: 3 }).forward(x).shape,
    ).toEqual([2, 3, 3, 9]);
  });
});

onEveryEngine('mel bands and decibels', () => {
  test('a band is a weighted sum of bins, the weights a triangle', () => {
    const layer = new MelScale({ sampleRate: 1600, nFft: 32, nMels: 5 });
    const mels = (hertz: number) => 2595 * Math.log10(1 + hertz / 700);
    const edges = Array.from({ length: 7 }, (_, k) => 700 * (10 ** ((mels(800) * k) / 6 / 2595) - 1));
    const power = numbers(17, 1).map(Math.abs);
    const expected = Array.from({ length: 5 }, (_, band) => {
      const [low, centre, high] = edges.slice(band, band + 3) as [number, number, number];
      return power.reduce((sum, value, k) => {
        const hertz = 50 * k;
        return (
          sum +
          value * Math.max(0, Math.min((hertz - low) / (centre - low), (high - hertz) / (high - centre)))
        );
      }, 0);
    });
    expectClose(layer.forward(toTensor(power, 17, 1)) as Tensor, expected);
  });

  test('ten times the power is ten decibels more; nothing lies below the floor', () => {
    const x = toTensor([1, 10, 100, 1e-12], 4, 1);
    expectClose(new AmplitudeToDb().forward(x) as Tensor, [0, 10, 20, -100], 1e-6);
    expectClose(new AmplitudeToDb({ input: 'magnitude' }).forward(x) as Tensor, [0, 20, 40, -200], 1e-6);
    expectClose(new AmplitudeToDb({ topDb: 15 }).forward(x) as Tensor, [5, 10, 20, 5], 1e-6);
  });

  test('topDb counts from the loudest of each row of a batch, channels together', () => {
    const x = toTensor([1, 1e-9, 1e4, 1, 1e-9, 1e-9, 1e-2, 1e-9], 2, 2, 2, 1);
    expectClose(
      new AmplitudeToDb({ topDb: 50 }).forward(x) as Tensor,
      [0, -10, 40, 0, -70, -70, -20, -70],
      1e-5,
    );
  });
});
