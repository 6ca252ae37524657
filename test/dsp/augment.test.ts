import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { applyGain, augment, timeShift } from '../../packages/dsp/src/augment/augment.ts';
import { specAugment } from '../../packages/dsp/src/augment/specAugment.ts';
import { changeSpeed, pitchShift, timeStretch } from '../../packages/dsp/src/augment/timeStretch.ts';
import { whiteNoise } from '../../packages/dsp/src/noise/noise.ts';
import { yin } from '../../packages/dsp/src/pitch/yin.ts';
import { rmsOf, sine } from './effectsSupport.ts';

const sampleRate = 16000;
/** A tone with harmonics, as a voice has. */
const voice = sine(150, sampleRate, 16000, 0.5).map(
  (value, n) =>
    value +
    0.3 * Math.sin((2 * Math.PI * 300 * n) / sampleRate) +
    0.2 * Math.sin((2 * Math.PI * 750 * n) / sampleRate),
);

function medianPitch(samples: Float32Array): number {
  const { hz } = yin(samples, { sampleRate, lowHz: 60, frameLength: 1024 });
  const voiced = Array.from(hz.filter((value) => value > 0)).sort((a, b) => a - b);
  return voiced[Math.floor(voiced.length / 2)];
}

describe('timeStretch', () => {
  test.each([0.5, 0.8, 1, 1.25, 2])('rate %d: length over rate, pitch and level kept', (rate) => {
    const out = timeStretch(voice, { sampleRate, rate });
    expect(out).toHaveLength(Math.round(16000 / rate));
    expect(Math.abs(medianPitch(out) / 150 - 1)).toBeLessThan(0.01);
    expect(Math.abs(20 * Math.log10(rmsOf(out) / rmsOf(voice)))).toBeLessThan(0.7);
  });

  test('rate 1 gives the clip back', () => {
    const out = timeStretch(voice, { sampleRate, rate: 1 });
    let error = 0;
    for (let i = 0; i < out.length; i++) error = Math.max(error, Math.abs(out[i] - voice[i]));
    expect(error).toBeLessThan(1e-6);
  });

  test('any length and rate: the length it should have, all finite', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 2000 }),
        fc.double({ min: 0.25, max: 4, noNaN: true }),
        (length, rate) => {
          const out = timeStretch(voice.subarray(0, length), { sampleRate, rate });
          expect(out).toHaveLength(Math.max(Math.round(length / rate), 1));
          expect(out.every(Number.isFinite)).toBe(true);
        },
      ),
      { numRuns: 50 },
    );
  });

  test.each([0, -1, 5, Number.NaN])('refuses rate %d', (rate) => {
    expect(() => timeStretch(voice, { sampleRate, rate })).toThrow(
      `timeStretch: rate must be a number in [0.25, 4], rate=${rate}`,
    );
  });
});

describe('changeSpeed and pitchShift', () => {
  test.each([0.7, 1.1, 1.5])('speed %d moves pitch and length together', (factor) => {
    const out = changeSpeed(voice, factor);
    expect(out).toHaveLength(Math.ceil(16000 / factor));
    expect(Math.abs(medianPitch(out) / (150 * factor) - 1)).toBeLessThan(0.01);
  });

  test.each([-7, -2, 3, 12])('%d semitones move the pitch and keep the length', (semitones) => {
    const out = pitchShift(voice, { sampleRate, semitones });
    expect(out).toHaveLength(16000);
    expect(Math.abs(medianPitch(out) / (150 * 2 ** (semitones / 12)) - 1)).toBeLessThan(0.01);
  });

  test('refuse what is out of reach', () => {
    expect(() => changeSpeed(voice, 0)).toThrow(
      'changeSpeed: factor must be a number in [0.1, 10], factor=0',
    );
    expect(() => pitchShift(voice, { sampleRate, semitones: 30 })).toThrow('semitones=30');
    expect(() => pitchShift(new Float32Array(0), { sampleRate, semitones: 1 })).toThrow(
      'at least 1 value, 0',
    );
  });
});

describe('applyGain and timeShift', () => {
  test('6.02 dB is twice as loud', () => {
    expect(applyGain(Float32Array.of(1, -2), 20 * Math.log10(2))).toEqual(Float32Array.of(2, -4));
    expect(() => applyGain(voice, Number.NaN)).toThrow('gainDb=NaN');
  });

  test('later, earlier, and out of sight', () => {
    const clip = Float32Array.of(1, 2, 3, 4);
    expect(timeShift(clip, 0)).toEqual(clip);
    expect(timeShift(clip, 1)).toEqual(Float32Array.of(0, 1, 2, 3));
    expect(timeShift(clip, -3)).toEqual(Float32Array.of(4, 0, 0, 0));
    for (const shift of [4, -4, 9, -9]) expect(timeShift(clip, shift)).toEqual(new Float32Array(4));
    expect(() => timeShift(clip, 0.5)).toThrow('timeShift: shift must be a whole number of samples, 0.5');
  });
});

describe('augment', () => {
  const options = {
    sampleRate,
    seed: 1,
    speed: [0.9, 1.1],
    semitones: [-2, 2],
    shiftSeconds: [-0.1, 0.1],
    gainDb: [-6, 6],
    noise: { clips: [whiteNoise(9000, { seed: 5 })], snrDb: [5, 20] },
  } as const;

  test('the same seed gives the same samples, another seed others', () => {
    expect(augment(voice, options)).toEqual(augment(voice, options));
    expect(augment(voice, { ...options, seed: 2 })).not.toEqual(augment(voice, options));
  });

  test('nothing asked for: an equal copy', () => {
    const out = augment(voice, { sampleRate, seed: 1 });
    expect(out).toEqual(voice);
    expect(out).not.toBe(voice);
  });

  test('leaving one change out does not alter the others', () => {
    const { gainDb, shiftSeconds } = options;
    const shifted = augment(voice, { sampleRate, seed: 3, shiftSeconds });
    const both = augment(voice, { sampleRate, seed: 3, shiftSeconds, gainDb });
    const ratio = rmsOf(both) / rmsOf(shifted);
    expect(both).toEqual(
      applyGain(shifted, 20 * Math.log10(ratio)).map((value, i) =>
        Math.abs(value - both[i]) < 1e-5 ? both[i] : value,
      ),
    );
  });

  test('tempo changes the length, not the pitch', () => {
    const out = augment(voice, { sampleRate, seed: 3, tempo: [1.25, 1.25] });
    expect(out).toHaveLength(12800);
    expect(Math.abs(medianPitch(out) / 150 - 1)).toBeLessThan(0.01);
  });

  test('refuses ranges that fall, and noise without clips', () => {
    expect(() => augment(voice, { sampleRate, seed: 1, gainDb: [3, -3] })).toThrow(
      'augment: gainDb must rise, [3, -3]',
    );
    expect(() => augment(voice, { sampleRate, seed: 1, noise: { clips: [], snrDb: [0, 0] } })).toThrow(
      '0 clips',
    );
    expect(() => augment(Float32Array.of(Number.NaN), { sampleRate, seed: 1 })).toThrow('samples[0]=NaN');
  });
});

describe('specAugment', () => {
  const bins = 40;
  const frames = 100;
  const picture = { data: whiteNoise(bins * frames, { seed: 1 }).map((value) => value + 5), bins, frames };
  const masked = (out: Float32Array, fill: number) => {
    const isFill = (bin: number, frame: number) => out[bin * frames + frame] === fill;
    const rows = Array.from({ length: bins }, (_, bin) => bin).filter((bin) =>
      Array.from({ length: frames }, (_, t) => t).every((t) => isFill(bin, t)),
    );
    const columns = Array.from({ length: frames }, (_, t) => t).filter((t) =>
      Array.from({ length: bins }, (_, bin) => bin).every((bin) => isFill(bin, t)),
    );
    return { rows: rows.length, columns: columns.length };
  };

  test('masks whole bins and whole frames, no more than allowed, and leaves the rest', () => {
    let rowsEver = 0;
    let columnsEver = 0;
    for (let seed = 0; seed < 30; seed++) {
      const out = specAugment(picture, {
        seed,
        frequencyMasks: 2,
        frequencyWidth: 6,
        timeMasks: 1,
        timeWidth: 9,
        fill: -1,
      });
      const { rows, columns } = masked(out.data, -1);
      expect(rows).toBeLessThanOrEqual(12);
      expect(columns).toBeLessThanOrEqual(9);
      const kept = out.data.filter((value) => value !== -1).length;
      expect(kept).toBe((bins - rows) * (frames - columns));
      rowsEver = Math.max(rowsEver, rows);
      columnsEver = Math.max(columnsEver, columns);
    }
    expect(rowsEver).toBeGreaterThan(6);
    expect(columnsEver).toBeGreaterThan(6);
  });

  test('the default fill is the mean; the input stays as it was', () => {
    const before = picture.data.slice();
    const out = specAugment(picture, { seed: 2 });
    expect(picture.data).toEqual(before);
    const mean = Math.fround(before.reduce((sum, value) => sum + value, 0) / before.length);
    expect(out.data.filter((value, i) => value !== before[i]).every((value) => value === mean)).toBe(true);
  });

  test('seeded', () => {
    expect(specAugment(picture, { seed: 7, timeWarp: 10 })).toEqual(
      specAugment(picture, { seed: 7, timeWarp: 10 }),
    );
    expect(specAugment(picture, { seed: 7 })).not.toEqual(specAugment(picture, { seed: 8 }));
  });

  test('time warp: both ends stay, order stays, something moves by up to the amount', () => {
    const ramp = { data: Float32Array.from({ length: 100 }, (_, t) => t), bins: 1, frames: 100 };
    let moved = 0;
    for (let seed = 0; seed < 40; seed++) {
      const { data } = specAugment(ramp, { seed, timeWarp: 12, frequencyMasks: 0, timeMasks: 0 });
      expect(data[0]).toBe(0);
      expect(data[99]).toBeCloseTo(99, 4);
      for (let t = 1; t < 100; t++) expect(data[t]).toBeGreaterThan(data[t - 1]);
      const most = Math.max(...data.map((value, t) => Math.abs(value - t)));
      expect(most).toBeLessThan(12.01);
      moved = Math.max(moved, most);
    }
    expect(moved).toBeGreaterThan(8);
  });

  test('no masks and no warp: an equal copy', () => {
    const out = specAugment(picture, { seed: 1, frequencyMasks: 0, timeMasks: 0 });
    expect(out.data).toEqual(picture.data);
    expect(out.data).not.toBe(picture.data);
  });

  test.each([
    [{ frequencyWidth: 41 }, 'specAugment: frequencyWidth must be a number in [0, 40], frequencyWidth=41'],
    [{ timeMasks: -1 }, 'timeMasks=-1'],
    [{ timeWidth: 1.5 }, 'timeWidth=1.5'],
    [{ timeWarp: 50 }, 'specAugment: timeWarp must be less than half of the frames, timeWarp=50, frames=100'],
  ])('refuses %j', (options, message) => {
    expect(() => specAugment(picture, { seed: 1, ...options })).toThrow(message);
  });

  test('refuses data of another size', () => {
    expect(() => specAugment({ ...picture, frames: 99 }, { seed: 1 })).toThrow(
      'data is not bins x frames, 4000, 40 x 99',
    );
  });
});
