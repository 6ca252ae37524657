import { describe, expect, test } from 'vitest';
import {
  type Contender,
  geometricMean,
  interleave,
  local,
  median,
  ratioOf,
  roundsFor,
  type Timing,
  takeTurns,
} from '../../bench/measure.ts';

const options = { rounds: 3, seconds: 0.002 };

describe('turns', () => {
  test('contenders alternate, and the same rounds stand at the same place', async () => {
    const order: string[] = [];
    const contender = (name: string, times: readonly number[]): Contender => {
      let round = 0;
      return {
        name,
        warmUp: () => times[0]!,
        turn: async () => {
          order.push(name);
          return times[round++]!;
        },
      };
    };
    const timings = await takeTurns([contender('a', [1, 2, 3]), contender('b', [4, 8, 6])], options);
    expect(order).toEqual(['a', 'b', 'a', 'b', 'a', 'b']);
    expect(timings).toEqual([
      { name: 'a', milliseconds: { min: 1, median: 2 }, rounds: [1, 2, 3] },
      { name: 'b', milliseconds: { min: 4, median: 6 }, rounds: [4, 8, 6] },
    ]);
  });

  test('who is slow sits rounds out', async () => {
    const slow: Contender = { name: 'slow', warmUp: () => 1000, turn: () => 1000 };
    const [timing] = await takeTurns([slow], options);
    expect(timing!.rounds).toEqual([1000, undefined, undefined]);
    expect(timing!.milliseconds).toEqual({ min: 1000, median: 1000 });
  });

  test('how many rounds are worth it', () => {
    expect(roundsFor(0.001, { rounds: 7, seconds: 0.1 })).toBe(7);
    expect(roundsFor(500, { rounds: 7, seconds: 0.1 })).toBe(4);
    expect(roundsFor(60_000, { rounds: 7, seconds: 0.1 })).toBe(1);
  });

  test('a runnable is staged before each turn and runs within it', async () => {
    let [staged, runs] = [0, 0];
    const runnable = { name: 'own', before: () => void staged++, run: () => void runs++ };
    const [timing] = await takeTurns([local(runnable)], options);
    expect(staged).toBe(1 + options.rounds);
    expect(runs).toBeGreaterThan(options.rounds);
    expect(timing!.rounds.every((time) => time !== undefined && time >= 0)).toBe(true);
  });

  test('runnables that answer at once need no promise', () => {
    const timings = interleave([{ name: 'a', run: () => undefined }], options);
    expect(timings.map(({ name, rounds }) => [name, rounds.length])).toEqual([['a', 3]]);
  });

  test('what throws is named', () => {
    const broken = {
      name: 'broken',
      run: () => {
        throw new Error('out of paper');
      },
    };
    expect(() => interleave([broken], options)).toThrow(/bench: broken failed, Error: out of paper/);
  });
});

describe('statistics', () => {
  const timing = (...rounds: (number | undefined)[]): Timing => ({
    name: '',
    milliseconds: { min: 0, median: 0 },
    rounds,
  });

  test('a ratio is the median over rounds, so a machine that slows down does not matter', () => {
    expect(ratioOf(timing(1, 10, 2), timing(2, 20, 5))).toBe(2);
  });

  test('rounds that one of the two sat out do not count', () => {
    expect(ratioOf(timing(1, 1, 1), timing(3, undefined, undefined))).toBe(3);
    expect(ratioOf(timing(1, undefined), timing(3, 9))).toBe(3);
  });

  test('medians of odd and even counts', () => {
    expect(median([5, 1, 3])).toBe(3);
    expect(median([4, 1, 3, 2])).toBe(2.5);
  });

  test('in a geometric mean twice as fast and twice as slow cancel out', () => {
    expect(geometricMean([2, 0.5])).toBeCloseTo(1, 12);
    expect(geometricMean([1, 8])).toBeCloseTo(Math.sqrt(8), 12);
  });
});
