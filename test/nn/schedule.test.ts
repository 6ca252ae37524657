import { constant, cosine, exponential, oneCycle, reduceOnPlateau, type Schedule, step } from '@sonograd/nn';
import { describe, expect, test } from 'vitest';
import type { ScheduleIndex } from '../golden/cases.ts';
import { goldenNames, readGolden } from '../golden/readGolden.ts';

// Golden files name schedules and their options as data, so that types cannot follow.
const schedules = { constant, cosine, exponential, oneCycle, reduceOnPlateau, step } as unknown as Record<
  string,
  (options: unknown) => Schedule
>;

describe.each(goldenNames('nn/schedules'))('%s follows PyTorch', (name) => {
  const { cases } = readGolden<ScheduleIndex>('nn/schedules', name);

  test.each(cases.map((given) => [JSON.stringify(given.options), given] as const))('with %s', (_, given) => {
    const schedule = schedules[name]!(given.options);
    given.rates.forEach((rate, at) => {
      expect(Math.abs(schedule.rateAt(at) - rate) / rate, `step ${at}`).toBeLessThanOrEqual(given.tolerance);
      if (given.metrics !== undefined) schedule.observe!(given.metrics[at]!);
    });
  });
});

describe('schedules', () => {
  test('a plateau goes on from its state as if nothing had happened', () => {
    const metrics = [1, 0.9, 0.91, 0.92, 0.93, 0.94, 0.95, 0.96];
    const whole = reduceOnPlateau({ rate: 1, patience: 1 });
    const first = reduceOnPlateau({ rate: 1, patience: 1 });
    for (const metric of metrics) whole.observe!(metric);
    for (const metric of metrics.slice(0, 4)) first.observe!(metric);
    const second = reduceOnPlateau({ rate: 1, patience: 1 });
    second.restore!(first.state!());
    for (const metric of metrics.slice(4)) second.observe!(metric);
    expect(second.rateAt(0)).toBe(whole.rateAt(0));
    expect(second.rateAt(0)).toBeLessThan(0.2);
  });

  test('cosine rises over its warm-up and ends at the lowest rate', () => {
    const schedule = cosine({ rate: 1, totalSteps: 100, warmUpSteps: 10, lowestRate: 0.1 });
    expect(schedule.rateAt(0)).toBeCloseTo(0.1);
    expect(schedule.rateAt(9)).toBe(1);
    expect(schedule.rateAt(1000)).toBeCloseTo(0.1);
  });

  test('nonsense is refused', () => {
    expect(() => step({ rate: 1, stepSize: 0 })).toThrow('step: stepSize must be above 0, got 0');
    expect(() => cosine({ rate: 1, totalSteps: -1 })).toThrow('cosine: totalSteps must be above 0, got -1');
  });
});
