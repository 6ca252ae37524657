import { describe, expect, test } from 'vitest';
import {
  amplitudeToDb,
  dbToAmplitude,
  dbToPower,
  type Floats,
  frame,
  frameCount,
  hzToMel,
  melFrequencies,
  melToHz,
  type PadMode,
  padSignal,
  powerToDb,
  setEngine,
  stftFrameCount,
} from '../../packages/dsp/src/index.ts';
import { readPadded } from '../../packages/dsp/src/stft/pad.ts';

describe('hertz and mel, by the formulas of the books', () => {
  test.each([
    [0, 0, 0],
    [100, 150.48910240709708, 1.5],
    [440, 549.6386753811499, 6.6],
    [1000, 999.9855371396244, 15],
    [1500, 1290.5574428966286, 20.897521828790076],
    [4000, 2146.06452750619, 35.163760314616646],
    [8000, 2840.023046708319, 45.245640471924965],
    [16000, 3574.919828790982, 55.32752062923329],
  ])('%d Hz', (hz, htk, slaney) => {
    expect(hzToMel(hz, 'htk')).toBeCloseTo(htk, 9);
    expect(hzToMel(hz, 'slaney')).toBeCloseTo(slaney, 9);
    expect(melToHz(htk, 'htk')).toBeCloseTo(hz, 8);
    expect(melToHz(slaney, 'slaney')).toBeCloseTo(hz, 8);
  });

  test('slaney has no corner at 1 kHz: both halves have the same value and nearly the same slope', () => {
    const [below, at, above] = [999.999, 1000, 1000.001].map((hz) => hzToMel(hz, 'slaney'));
    expect((at - below) / (above - at)).toBeGreaterThan(0.95);
    expect((at - below) / (above - at)).toBeLessThan(1.05);
  });

  test.each(['htk', 'slaney'] as const)('%s frequencies are evenly spaced in mel', (scale) => {
    const mels = [...melFrequencies(12, 50, 7000, scale)].map((hz) => hzToMel(hz, scale));
    for (let i = 1; i < 11; i++) expect(mels[i + 1] - mels[i]).toBeCloseTo(mels[i] - mels[i - 1], 8);
  });
});

describe.each(['reference', 'simd'] as const)('decibels on %s', (engine) => {
  const arrays: [string, (values: readonly number[]) => Floats][] = [
    ['floats', (values) => Float32Array.from(values)],
    ['doubles', (values) => Float64Array.from(values)],
  ];

  describe.each(arrays)('of %s', (_, make) => {
    const close = (got: Floats, expected: readonly number[]) => {
      expect(got).toHaveLength(expected.length);
      expected.forEach((value, i) => {
        expect(got[i]).toBeCloseTo(value, 3);
      });
    };

    test('powers and amplitudes of ten', () => {
      setEngine(engine);
      const values = make([0.001, 0.1, 1, 10, 1000]);
      close(powerToDb(values, { topDb: null }), [-30, -10, 0, 10, 30]);
      close(amplitudeToDb(values, { topDb: null }), [-60, -20, 0, 20, 60]);
      close(dbToPower(make([-30, 0, 10])), [0.001, 1, 10]);
      close(dbToAmplitude(make([-60, 0, 20])), [0.001, 1, 10]);
    });

    test('zero is what amin says', () => {
      setEngine(engine);
      close(powerToDb(make([0]), { topDb: null }), [-100]);
      close(amplitudeToDb(make([0]), { topDb: null }), [-100]);
      close(powerToDb(make([0]), { topDb: null, amin: 1e-6 }), [-60]);
      close(amplitudeToDb(make([0]), { topDb: null, amin: 1e-10 }), [-200]);
    });

    test('topDb counts from the loudest, after the reference', () => {
      setEngine(engine);
      close(powerToDb(make([1e-9, 1, 100]), { topDb: 40 }), [-20, 0, 20]);
      close(powerToDb(make([1e-9, 1, 100]), { topDb: 40, ref: 100 }), [-40, -20, 0]);
      close(powerToDb(make([1e-9, 1, 100]), { topDb: 0 }), [20, 20, 20]);
    });

    test('a reference below amin counts as amin', () => {
      setEngine(engine);
      close(powerToDb(make([1]), { ref: 0, topDb: null }), [100]);
      close(powerToDb(make([0, 0]), { ref: 'max', topDb: null }), [0, 0]);
    });

    test('there is nothing to say of no values', () => {
      setEngine(engine);
      expect(powerToDb(make([]), { topDb: null })).toHaveLength(0);
    });

    test('the input stays as it was, unless it is the output', () => {
      setEngine(engine);
      const values = make([1, 10]);
      powerToDb(values);
      expect([...values]).toEqual([1, 10]);
      expect(powerToDb(values, { out: values })).toBe(values);
      close(values, [0, 10]);
    });
  });
});

describe('frames', () => {
  test.each([
    [10, 4, 2, 4],
    [11, 4, 2, 4],
    [4, 4, 9, 1],
    [3, 4, 1, 0],
    [100, 1, 1, 100],
    [100, 1, 100, 1],
  ])('%i samples hold frames of %i every %i: %i', (length, frameLength, hopLength, expected) => {
    expect(frameCount(length, frameLength, hopLength)).toBe(expected);
    if (expected === 0) return;
    const samples = Float32Array.from({ length }, (_, i) => i);
    const { data, frames } = frame(samples, { frameLength, hopLength });
    expect(frames).toBe(expected);
    for (let t = 0; t < frames; t++) expect(data[t * frameLength]).toBe(t * hopLength);
  });

  test.each([
    [512, 160, true, 16_000, 101],
    [512, 160, false, 16_000, 97],
    [400, 160, true, 16_000, 101],
    [441, 100, true, 1000, 10],
    [2048, 512, true, 1, 1],
    [2048, 512, false, 2047, 0],
  ])(
    'librosa’s count of frames: %i every %i, centred %s, of %i samples: %i',
    (nFft, hopLength, center, length, expected) => {
      expect(stftFrameCount(length, { nFft, hopLength, center })).toBe(expected);
    },
  );
});

describe('reading beyond the ends', () => {
  const row = Float32Array.of(10, 20, 30, 40);

  test.each<[PadMode]>([['constant'], ['reflect'], ['symmetric'], ['edge'], ['wrap']])(
    '%s: any window is part of one long row',
    (mode) => {
      const long = padSignal(row, 30, 30, mode);
      for (let start = -30; start < 30; start++) {
        for (const length of [1, 3, 8]) {
          if (start + length > 34) continue;
          const target = new Float32Array(length).fill(-1);
          readPadded(row, start, mode, target);
          expect([...target]).toEqual([...long.subarray(30 + start, 30 + start + length)]);
        }
      }
    },
  );
});
