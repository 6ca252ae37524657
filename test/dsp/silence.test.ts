import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { splitSilence, trimSilence } from '../../packages/dsp/src/silence/silence.ts';
import { sine } from './effectsSupport.ts';

const options = { frameLength: 256, hopLength: 64, topDb: 40 };

/** Two beeps in silence: samples 1000 to 2000 and 4000 to 5000. */
const beeps = new Float32Array(7000);
beeps.set(sine(440, 8000, 1000), 1000);
beeps.set(sine(440, 8000, 1000, 0.3), 4000);

describe('splitSilence', () => {
  test('finds both beeps, each within a frame of where it is', () => {
    const found = splitSilence(beeps, options);
    expect(found).toHaveLength(2);
    for (const [i, start] of [1000, 4000].entries()) {
      expect(Math.abs(found[i].start - start)).toBeLessThanOrEqual(256);
      expect(Math.abs(found[i].end - start - 1000)).toBeLessThanOrEqual(256);
    }
  });

  test('a reference level makes the softer beep silent', () => {
    expect(splitSilence(beeps, { ...options, topDb: 6, referenceRms: Math.SQRT1_2 })).toHaveLength(1);
  });

  test('intervals rise, do not touch, and lie inside', () => {
    const level = fc.constantFrom(0, 0, 1, 0.5);
    fc.assert(
      fc.property(
        fc.array(level, { minLength: 1, maxLength: 30 }),
        fc.integer({ min: 1, max: 90 }),
        (levels, hopLength) => {
          const samples = Float32Array.from(
            { length: levels.length * 40 },
            (_, i) => levels[Math.floor(i / 40)],
          );
          const found = splitSilence(samples, { frameLength: 50, hopLength });
          let before = -1;
          for (const { start, end } of found) {
            expect(start).toBeGreaterThan(before);
            expect(end).toBeGreaterThanOrEqual(start);
            expect(end).toBeLessThanOrEqual(samples.length);
            before = end;
          }
        },
      ),
    );
  });

  test('digital silence counts as one loud stretch, as in librosa: nothing is below the loudest', () => {
    expect(splitSilence(new Float32Array(100), options)).toEqual([{ start: 0, end: 100 }]);
  });
});

describe('trimSilence', () => {
  test('takes the ends off and copies the rest', () => {
    const { samples, start, end } = trimSilence(beeps, options);
    expect(samples).toEqual(beeps.slice(start, end));
    expect(samples.buffer).not.toBe(beeps.buffer);
    expect(start).toBeGreaterThan(700);
    expect(end).toBeLessThan(5300);
  });

  test('all below the reference leaves nothing', () => {
    const quiet = new Float32Array(100).fill(1e-4);
    expect(trimSilence(quiet, { ...options, referenceRms: 1 })).toEqual({
      samples: new Float32Array(0),
      start: 0,
      end: 0,
    });
  });

  test('one sample', () => {
    expect(trimSilence(Float32Array.of(0.5), options)).toEqual({
      samples: Float32Array.of(0.5),
      start: 0,
      end: 1,
    });
  });

  test.each([
    [new Float32Array(0), {}, 'trimSilence: samples must hold at least 1 value, 0'],
    [Float32Array.of(Number.NaN), {}, 'trimSilence: samples must be finite'],
    [Float32Array.of(1), { topDb: -3 }, 'trimSilence: topDb must be above zero, topDb=-3'],
    [Float32Array.of(1), { hopLength: 0 }, 'hopLength=0'],
    [Float32Array.of(1), { frameLength: -1 }, 'frameLength=-1'],
    [Float32Array.of(1), { referenceRms: 0 }, 'referenceRms=0'],
  ])('refuses %j with %j', (samples, bad, message) => {
    expect(() => trimSilence(samples, bad)).toThrow(message);
  });
});
