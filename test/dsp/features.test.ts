import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { rms } from '../../packages/dsp/src/features/rms.ts';
import {
  spectralBandwidth,
  spectralCentroid,
  spectralFlatness,
  spectralRolloff,
} from '../../packages/dsp/src/features/spectral.ts';
import { zeroCrossingRate, zeroCrossings } from '../../packages/dsp/src/features/zeroCrossings.ts';
import { sine } from './effectsSupport.ts';

describe('rms', () => {
  test('of a sine is its amplitude over the square root of two', () => {
    const out = rms(sine(100, 8000, 8000, 0.5), { frameLength: 800, hopLength: 80, center: false });
    for (const value of out) expect(value).toBeCloseTo(0.5 * Math.SQRT1_2, 6);
  });

  test('frames: counted as librosa counts, centred or not', () => {
    const samples = new Float32Array(1000).fill(1);
    expect(rms(samples, { frameLength: 200, hopLength: 100, center: false })).toHaveLength(9);
    const centred = rms(samples, { frameLength: 200, hopLength: 100 });
    expect(centred).toHaveLength(11);
    expect(centred[0]).toBeCloseTo(Math.SQRT1_2, 6);
    expect(centred[5]).toBe(1);
  });

  test('one sample in the middle of a long frame', () => {
    expect(rms(Float32Array.of(2), { frameLength: 16 })).toEqual(Float32Array.of(0.5));
  });

  test('an odd frame may hold one sample more than there is: still a number', () => {
    expect(rms(Float32Array.of(1), { frameLength: 3, hopLength: 1 }).every(Number.isFinite)).toBe(true);
  });

  test('without centring, a clip shorter than a frame is refused', () => {
    expect(() => rms(new Float32Array(10), { frameLength: 16, center: false })).toThrow(
      'rms: samples must hold at least 16 values, 10',
    );
  });
});

describe('zeroCrossings', () => {
  test('zero counts as positive, and what is nearly zero as zero', () => {
    expect(zeroCrossings(Float32Array.of(0, 0, 1, -1, 0, -1e-11, 1, -2))).toEqual(Int32Array.of(3, 4, 7));
  });

  test('one sample, and a constant, cross nothing', () => {
    expect(zeroCrossings(Float32Array.of(-1))).toHaveLength(0);
    expect(zeroCrossings(new Float32Array(50).fill(-3))).toHaveLength(0);
  });

  test('rate: the frames of the mask, counted one by one', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(-1, 1, 0), { minLength: 1, maxLength: 80 }),
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: 1, max: 10 }),
        (values, frameLength, hopLength) => {
          const padding = Math.floor(frameLength / 2);
          const at = (i: number) => values[Math.min(Math.max(i, 0), values.length - 1)] < 0;
          const rates = zeroCrossingRate(Float32Array.from(values), { frameLength, hopLength });
          rates.forEach((rate, frame) => {
            const start = frame * hopLength - padding;
            let count = 0;
            for (let i = start + 1; i < start + frameLength; i++) if (at(i) !== at(i - 1)) count++;
            expect(rate).toBeCloseTo(count / frameLength, 6);
          });
        },
      ),
    );
  });
});

/** One frame a column. */
function magnitudes(...columns: number[][]) {
  const bins = columns[0].length;
  const frames = columns.length;
  const data = Float32Array.from(
    { length: bins * frames },
    (_, i) => columns[i % frames][Math.floor(i / frames)],
  );
  return { data, bins, frames };
}

describe('spectral features, bins 1000 Hz apart', () => {
  const options = { sampleRate: 8000 };
  const picture = magnitudes([0, 0, 1, 0, 0], [1, 1, 1, 1, 1], [0, 0, 0, 0, 0], [0, 1, 0, 3, 0]);

  test('centroid: the middle of what there is, 0 for silence', () => {
    expect(Array.from(spectralCentroid(picture, options))).toEqual([2000, 2000, 0, 2500]);
  });

  test('bandwidth: how far it spreads about the centroid', () => {
    const out = spectralBandwidth(picture, options);
    expect(out[0]).toBe(0);
    expect(out[1]).toBeCloseTo(1000 * Math.SQRT2, 2);
    expect(out[2]).toBe(0);
    expect(out[3]).toBeCloseTo(Math.sqrt(0.25 * 1500 ** 2 + 0.75 * 500 ** 2), 2);
    expect(spectralBandwidth(picture, { ...options, order: 1 })[1]).toBeCloseTo(1200, 2);
  });

  test('rolloff: where the share is reached', () => {
    expect(Array.from(spectralRolloff(picture, { ...options, share: 0.5 }))).toEqual([2000, 2000, 0, 3000]);
    expect(Array.from(spectralRolloff(picture, { ...options, share: 1 }))).toEqual([2000, 4000, 0, 3000]);
  });

  test('flatness: 1 for a flat spectrum and for silence, near 0 for a tone', () => {
    const out = spectralFlatness(picture);
    expect(out[1]).toBeCloseTo(1, 6);
    expect(out[2]).toBeCloseTo(1, 6);
    expect(out[0]).toBeLessThan(1e-6);
  });

  test('none is moved by loudness', () => {
    const louder = { ...picture, data: picture.data.map((value) => 8 * value) };
    expect(spectralCentroid(louder, options)).toEqual(spectralCentroid(picture, options));
    expect(spectralRolloff(louder, options)).toEqual(spectralRolloff(picture, options));
  });

  test.each([
    [{ ...picture, bins: 6 }, 8000, 'spectralCentroid: magnitude is not bins x frames, 20, 6 x 4'],
    [magnitudes([-1, 0]), 8000, 'spectralCentroid: magnitude must not be negative, magnitude[0]=-1'],
    [magnitudes([Number.NaN, 0]), 8000, 'spectralCentroid: magnitude must be finite, magnitude[0]=NaN'],
    [picture, 0, 'sampleRate=0'],
  ])('refuses %#', (bad, sampleRate, message) => {
    expect(() => spectralCentroid(bad, { sampleRate })).toThrow(message);
  });

  test('shares and orders out of range are refused', () => {
    expect(() => spectralRolloff(picture, { ...options, share: 1.5 })).toThrow('share=1.5');
    expect(() => spectralBandwidth(picture, { ...options, order: 0 })).toThrow('order=0');
    expect(() => spectralFlatness(picture, { amin: 0 })).toThrow('amin=0');
  });
});
