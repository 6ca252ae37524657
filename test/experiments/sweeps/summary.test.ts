import { describe, expect, test } from 'vitest';
import { sweepTables } from '../../../packages/experiments/src/cli/commands/sweep.ts';
import { sweepDeclaration } from '../../../packages/experiments/src/sweeps/declaration.ts';
import { dotChart } from '../../../packages/experiments/src/sweeps/dotChart.ts';
import { sweepPage } from '../../../packages/experiments/src/sweeps/page.ts';
import type { Outcome } from '../../../packages/experiments/src/sweeps/performSweep.ts';
import { planSweep } from '../../../packages/experiments/src/sweeps/plan.ts';
import { showSpread, spread, summarise } from '../../../packages/experiments/src/sweeps/summary.ts';

const declaration = sweepDeclaration.parse({
  title: 'Bread & <butter>',
  pipeline: 'embed-average',
  base: { 'corpus.speakers': 2, 'corpus.takes': 1 },
  factors: { 'model.hidden': [8, 16] },
});

const plan = (options = {}) => planSweep('bread', declaration, { seeds: [0, 1, 2], ...options });

/** Outcomes by `cell/folder`: a figure, or a word for a failure; what is not there has not run. */
function outcomes(of: ReturnType<typeof plan>, figures: Record<string, number | string>): Outcome[] {
  return of.tasks.flatMap((task): Outcome[] => {
    const figure = figures[task.folder];
    if (figure === undefined) return [];
    if (typeof figure === 'string') return [{ task, failure: figure }];
    const metrics = { testAccuracy: figure, testClips: 40, parameters: task.cell === 'hidden=8' ? 100 : 200 };
    return [{ task, result: { metrics, run: `out/bread/${task.folder}/runs/x`, seconds: 2 } }];
  });
}

describe('spread', () => {
  test('mean and standard deviation of a sample, by hand', () => {
    expect(spread([2, 4, 9])).toEqual({ mean: 5, deviation: Math.sqrt(13), values: [2, 4, 9] });
    expect(spread([3, 3])).toMatchObject({ mean: 3, deviation: 0 });
    expect(spread([7])).toEqual({ mean: 7, deviation: null, values: [7] });
  });

  test.each([
    [{ mean: 0.93124, deviation: 0.00431, values: [] }, '0.9312 ± 0.0043'],
    [{ mean: 0.5, deviation: 0.25, values: [] }, '0.50 ± 0.25'],
    [{ mean: 123.4, deviation: 12.3, values: [] }, '123 ± 12'],
    [{ mean: 8906, deviation: 0, values: [] }, '8,906'],
    [{ mean: 0.123456, deviation: null, values: [] }, '0.1235'],
    [{ mean: 1, deviation: 1e-16, values: [] }, '1'],
    [{ mean: 1, deviation: 1e-10, values: [] }, '1.00000000 ± 0.00000000'],
  ])('%j reads %s', (value, shown) => {
    expect(showSpread(value)).toBe(shown);
  });
});

describe('the table', () => {
  const figures = {
    ...{ 'hidden=8/seed-0': 0.5, 'hidden=8/seed-1': 0.6, 'hidden=8/seed-2': 0.7 },
    ...{ 'hidden=16/seed-0': 0.8, 'hidden=16/seed-1': 'it broke', 'hidden=16/seed-2': 0.9 },
  };
  const summary = summarise(plan(), outcomes(plan(), figures));

  test('by hand: means and spreads of what came to its end', () => {
    const [eight, sixteen] = summary.cells;
    expect(eight).toMatchObject({ name: 'hidden=8', finished: 3, planned: 3 });
    expect(eight!.metrics.testAccuracy!.mean).toBeCloseTo(0.6, 12);
    expect(eight!.metrics.testAccuracy!.deviation).toBeCloseTo(0.1, 12);
    expect(sixteen).toMatchObject({ finished: 2, planned: 3 });
    expect(sixteen!.metrics.testAccuracy!.values).toEqual([0.8, 0.9]);
    expect(sixteen!.seconds).toEqual({ mean: 2, deviation: 0, values: [2, 2] });
    expect(summary.metric).toBe('testAccuracy');
    expect(summary.seeds).toEqual([0, 1, 2]);
  });

  test('failures are listed with their reasons, runs with their folders', () => {
    expect(summary.failures).toEqual([{ cell: 'hidden=16', seed: 1, speaker: null, reason: 'it broke' }]);
    expect(summary.runs).toHaveLength(5);
    expect(summary.runs[0]).toMatchObject({
      cell: 'hidden=8',
      seed: 0,
      run: 'out/bread/hidden=8/seed-0/runs/x',
    });
  });

  test('on a terminal: what never differs is left out', () => {
    expect(sweepTables(summary).split('\n')).toEqual([
      'cell         runs   testAccuracy  parameters  seconds',
      '─────────  ──────  ─────────────  ──────────  ───────',
      'hidden=8        3    0.60 ± 0.10         100        2',
      'hidden=16  2 of 3  0.850 ± 0.071         200        2',
      'failed: hidden=16, seed 1: it broke',
    ]);
  });

  test('nothing finished is a table without figures', () => {
    const nothing = summarise(plan(), []);
    expect(nothing.cells.map(({ metrics, seconds }) => [metrics, seconds])).toEqual([
      [{}, null],
      [{}, null],
    ]);
    expect(sweepTables(nothing)).toContain('0 of 3');
    expect(sweepPage(nothing, 'out/bread')).toContain('0 runs');
  });

  test('another metric may lead', () => {
    const other = plan({ metric: 'parameters' });
    expect(summarise(other, outcomes(other, figures)).metric).toBe('parameters');
  });

  test('the page: title as text, every row, links below its own folder, the failure', () => {
    const page = sweepPage(summary, 'out/bread');
    expect(page).toContain('<h1>Bread &amp; &lt;butter&gt;</h1>');
    expect(page).toContain('href="hidden=8/seed-0/runs/x/report.html"');
    for (const words of ['0.60 ± 0.10', '0.850 ± 0.071', 'it broke', '2 of 3', '<svg'])
      expect(page).toContain(words);
    expect(page).not.toContain('<script');
  });
});

describe('speakers left out', () => {
  const left = plan({ seeds: [0, 1], speakersOut: true });
  const folder = (cell: string, voice: string, seed: number) => `${cell}/without-${voice}-seed-${seed}`;

  test('a seed counts by its mean over speakers, and only when it has all of them', () => {
    const summary = summarise(
      left,
      outcomes(left, {
        [folder('hidden=8', 'voice000', 0)]: 0.2,
        [folder('hidden=8', 'voice001', 0)]: 0.6,
        [folder('hidden=8', 'voice000', 1)]: 0.4,
        [folder('hidden=8', 'voice001', 1)]: 0.8,
        [folder('hidden=16', 'voice000', 0)]: 0.9,
        [folder('hidden=16', 'voice001', 0)]: 'it broke',
      }),
    );
    const [eight, sixteen] = summary.cells;
    expect(eight!.metrics.testAccuracy!.values.map((value) => Number(value.toFixed(9)))).toEqual([0.4, 0.6]);
    expect(sixteen!.metrics).toEqual({});
    expect(summary.bySpeaker[0]!.cell).toBe('hidden=8');
    expect(summary.bySpeaker[0]!.speakers.voice001!.mean).toBeCloseTo(0.7, 12);
    const page = sweepPage(summary, 'out');
    expect(page).toContain('Speakers left out');
    expect(page).toContain('<td>voice001</td>');
  });
});

describe('the chart', () => {
  const chart = dotChart('Accuracy', [
    { name: 'a', spread: spread([0, 1]) },
    { name: 'a very long name that nobody can read to its end', spread: spread([0.5]) },
  ]).text;
  const circles = [...chart.matchAll(/<circle[^>]* cx="([\d.]+)" cy="([\d.]+)" r="([\d.]+)"/g)].map(
    ([, x, y, r]) => ({ x: Number(x), y: Number(y), r: Number(r) }),
  );

  test('a dot for each seed, a larger one for their mean, in a row', () => {
    const [low, high, mean] = circles.map(({ x }) => x) as [number, number, number];
    expect(circles.map(({ r }) => r)).toEqual([3, 3, 5.5, 3, 5.5]);
    expect(mean).toBeCloseTo((low + high) / 2, 0);
    expect(circles.slice(0, 3).map(({ y }) => circles[2]!.y - y)).toEqual([7, 7, 0]);
    expect(circles[3]!.y).toBeGreaterThan(circles[0]!.y);
  });

  test('one seed has no line of spread, two have one', () => {
    expect(chart.match(/class="line"/g)).toHaveLength(1);
  });

  test('words for those who do not see it, long names cut', () => {
    expect(chart).toContain('aria-label="Accuracy: a 0.50 ± 0.71; a very long name');
    expect(chart).toContain('…');
  });
});
