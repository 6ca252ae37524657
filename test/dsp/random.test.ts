import { describe, expect, test } from 'vitest';
import { RandomStream, threefry2x32 } from '../../packages/dsp/src/random.ts';

const hex = (values: Uint32Array) => Array.from(values, (value) => value.toString(16).padStart(8, '0'));

describe('threefry2x32', () => {
  // The known answers published with the generator, twenty rounds.
  test.each([
    [
      [0, 0],
      [0, 0],
      ['6b200159', '99ba4efe'],
    ],
    [
      [-1, -1],
      [-1, -1],
      ['1cb996fc', 'bb002be7'],
    ],
    [
      [0x13198a2e, 0x03707344],
      [0x243f6a88, 0x85a308d3],
      ['c4923a9c', '483df7a0'],
    ],
  ])('key %j, counter %j gives %j', ([key0, key1], [counter0, counter1], answer) => {
    expect(hex(threefry2x32(key0, key1, counter0, counter1, new Uint32Array(2)))).toEqual(answer);
  });
});

describe('RandomStream', () => {
  const draw = (seed: number, count = 8) => {
    const random = new RandomStream(seed);
    return Array.from({ length: count }, () => random.bits());
  };

  test('begins with the answers for its key', () => {
    expect(draw(0, 2).map((value) => value.toString(16))).toEqual(['6b200159', '99ba4efe']);
  });

  test('the same seed gives the same numbers, another seed others', () => {
    expect(draw(5)).toEqual(draw(5));
    const streams = [5, 6, -5, 2 ** 32 + 5, 2 ** 53 - 1].map((seed) => draw(seed).join());
    expect(new Set(streams).size).toBe(5);
  });

  test.each([0.5, Number.NaN, 2 ** 53, Infinity])('refuses seed %d', (seed) => {
    expect(() => new RandomStream(seed)).toThrow(`random: seed must be a safe integer, ${seed}`);
  });

  test('uniform: in its range, mean and variance as they must be', () => {
    const random = new RandomStream(1);
    const values = Array.from({ length: 20000 }, () => random.uniform(-1, 3));
    expect(Math.min(...values)).toBeGreaterThanOrEqual(-1);
    expect(Math.max(...values)).toBeLessThan(3);
    const mean = values.reduce((a, b) => a + b) / values.length;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
    expect(Math.abs(mean - 1)).toBeLessThan(0.04);
    expect(Math.abs(variance - 16 / 12)).toBeLessThan(0.04);
  });

  test('normal: first four moments', () => {
    const random = new RandomStream(2);
    const values = Array.from({ length: 40000 }, () => random.normal());
    const moment = (power: number) => values.reduce((sum, value) => sum + value ** power, 0) / values.length;
    expect(Math.abs(moment(1))).toBeLessThan(0.02);
    expect(Math.abs(moment(2) - 1)).toBeLessThan(0.03);
    expect(Math.abs(moment(3))).toBeLessThan(0.06);
    expect(Math.abs(moment(4) - 3)).toBeLessThan(0.15);
  });

  test('integer: every value of its range, evenly', () => {
    const random = new RandomStream(3);
    const counts = new Array<number>(7).fill(0);
    for (let i = 0; i < 7000; i++) counts[random.integer(7)]++;
    expect(Math.min(...counts)).toBeGreaterThan(880);
    expect(Math.max(...counts)).toBeLessThan(1120);
  });

  test('split: fixed by seed and purpose, unlike each other, and the parent does not move', () => {
    const parent = new RandomStream(9);
    const first = parent.bits();
    const children = [0, 1, 2].map((purpose) => parent.split(purpose).bits());
    expect(new Set([first, ...children]).size).toBe(4);
    expect([first, parent.bits(), parent.bits()]).toEqual(draw(9, 3));
    expect(new RandomStream(9).split(1).bits()).toBe(children[1]);
  });

  test('split streams do not correlate', () => {
    const [a, b] = [1, 2].map((purpose) => new RandomStream(4).split(purpose));
    let product = 0;
    for (let i = 0; i < 10000; i++) product += a.normal() * b.normal();
    expect(Math.abs(product / 10000)).toBeLessThan(0.04);
  });
});
