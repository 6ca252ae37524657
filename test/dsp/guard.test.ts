import { describe, expect, test } from 'vitest';
import {
  requirePositive,
  requireRange,
  requireSameLength,
  requireSamples,
  requireSpectrogram,
  requireWhole,
} from '../../packages/dsp/src/guard.ts';

describe('every message names operation, rule and values', () => {
  test('samples: too few', () => {
    expect(() => requireSamples('op', new Float32Array(0))).toThrow(
      'op: samples must hold at least 1 value, 0',
    );
    expect(() => requireSamples('op', new Float32Array(1), 2)).toThrow(
      'op: samples must hold at least 2 values, 1',
    );
  });

  test.each([Number.NaN, Infinity, -Infinity])('samples: %d is named where it stands', (bad) => {
    const samples = new Float32Array(100);
    samples[41] = bad;
    expect(() => requireSamples('op', samples)).toThrow(`op: samples must be finite, samples[41]=${bad}`);
  });

  test('samples: not a Float32Array', () => {
    expect(() => requireSamples('op', [1, 2] as unknown as Float32Array)).toThrow(
      'op: samples must be a Float32Array, object',
    );
  });

  test('samples: the largest floats and minus zero are finite', () => {
    expect(() => requireSamples('op', Float32Array.of(3.4e38, 3.4e38, -0, -3.4e38))).not.toThrow();
  });

  test('lengths', () => {
    expect(() => requireSameLength('op', new Float32Array(2), new Float32Array(3))).toThrow(
      'op: lengths differ, 2 and 3',
    );
  });

  test.each([0, -1, 1.5, Number.NaN, Infinity])('whole numbers: %d', (value) => {
    expect(() => requireWhole('op', 'hopLength', value)).toThrow(
      `op: hopLength must be a whole number of at least 1, hopLength=${value}`,
    );
  });

  test.each([-0.1, 1.1, Number.NaN])('ranges: %d', (value) => {
    expect(() => requireRange('op', 'share', value, 0, 1)).toThrow(
      `op: share must be a number in [0, 1], share=${value}`,
    );
  });

  test.each([0, -1, Number.NaN, Infinity])('above zero: %d', (value) => {
    expect(() => requirePositive('op', 'rate', value)).toThrow(`op: rate must be above zero, rate=${value}`);
  });

  test('spectrograms: as many values as bins and frames say, every one finite', () => {
    const data = new Float32Array(6);
    expect(() => requireSpectrogram('op', { data, bins: 2, frames: 4 })).toThrow(
      'op: data is not bins x frames, 6, 2 x 4',
    );
    expect(() =>
      requireSpectrogram('op', { data: data.fill(Infinity), bins: 2, frames: 3 }, 'power'),
    ).toThrow('power[0]=Infinity');
    expect(() => requireSpectrogram('op', { data: new Float32Array(0), bins: 0, frames: 3 })).toThrow(
      'at least 1 value, 0',
    );
  });

  test('what is right passes', () => {
    requireSpectrogram('op', { data: new Float32Array(6), bins: 2, frames: 3 });
    requireSamples('op', Float32Array.of(1));
    requireWhole('op', 'x', 0, 0);
    requireRange('op', 'x', 1, 0, 1);
    requirePositive('op', 'x', 1e-9);
  });
});
