import { describe, expect, test } from 'vitest';
import { fullName } from '../../bench/case.ts';
import { floors } from '../../bench/guard/floors.ts';
import { type Check, judge } from '../../bench/guard/guard.ts';
import { allCases } from '../../bench/suites/index.ts';

/** A kernel that measures these shares, one a try. */
function faked(
  name: string,
  floor: number,
  shares: readonly number[],
): Check & { readonly asked: () => number } {
  let asked = 0;
  return { name, floor, measure: async () => shares[asked++]!, asked: () => asked };
}

describe('the guard', () => {
  test('is content with one good measurement', async () => {
    const check = faked('matmul', 0.5, [0.6]);
    expect(await judge([check])).toEqual([{ name: 'matmul', floor: 0.5, share: 0.6, tries: 1, held: true }]);
  });

  test('tries again what was too slow, and only that', async () => {
    const [noisy, good] = [faked('noisy', 0.5, [0.3, 0.5]), faked('good', 0.5, [0.9])];
    const verdicts = await judge([noisy, good]);
    expect(verdicts.map(({ tries, held }) => [tries, held])).toEqual([
      [2, true],
      [1, true],
    ]);
    expect([noisy.asked(), good.asked()]).toEqual([2, 1]);
  });

  test('fails after three tries, with the best of them', async () => {
    const check = faked('conv', 0.5, [0.3, 0.49, 0.2, 0.9]);
    expect(await judge([check])).toEqual([{ name: 'conv', floor: 0.5, share: 0.49, tries: 3, held: false }]);
    expect(check.asked()).toBe(3);
  });

  test('goes round all of them before it tries one again', async () => {
    const order: string[] = [];
    const check = (name: string): Check => ({
      name,
      floor: 1,
      measure: () => order.push(name) / 1000,
    });
    await judge([check('a'), check('b')], 2);
    expect(order).toEqual(['a', 'b', 'a', 'b']);
  });
});

describe('the floors', () => {
  const names = new Set(allCases.map(fullName));

  test.each(Object.entries(floors))('%s is a case that has a limit', (name, floor) => {
    expect(names).toContain(name);
    expect(allCases.find((one) => fullName(one) === name)!.limit).not.toBe('none');
    expect(floor).toBeGreaterThan(0);
  });
});
