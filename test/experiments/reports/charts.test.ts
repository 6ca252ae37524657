import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { histogram } from '../../../packages/experiments/src/reports/charts/histogram.ts';
import { lineChart, type Point } from '../../../packages/experiments/src/reports/charts/lineChart.ts';
import { linearScale, logScale, scaleFor } from '../../../packages/experiments/src/reports/charts/scale.ts';
import { scatter } from '../../../packages/experiments/src/reports/charts/scatter.ts';

describe('scales', () => {
  test('linear: round steps around the values', () => {
    expect(linearScale(0.13, 0.97).ticks).toEqual([0, 0.2, 0.4, 0.6, 0.8, 1]);
    expect(linearScale(0, 580).ticks).toEqual([0, 200, 400, 600]);
    expect(linearScale(-3, 3).ticks).toEqual([-4, -2, 0, 2, 4]);
  });

  test('linear: the ends of the axis are 0 and 1, and all values lie between', () => {
    fc.assert(
      fc.property(
        fc.double({ min: -1e6, max: 1e6, noNaN: true }),
        fc.double({ min: 1e-3, max: 1e6, noNaN: true }),
        (low, span) => {
          const scale = linearScale(low, low + span);
          expect(scale.place(scale.domain[0])).toBe(0);
          expect(scale.place(scale.domain[1])).toBe(1);
          expect(scale.place(low)).toBeGreaterThan(-1e-6);
          expect(scale.place(low + span)).toBeLessThan(1 + 1e-6);
          expect(scale.ticks.length).toBeLessThan(9);
        },
      ),
      { numRuns: 60 },
    );
  });

  test('linear: values that are all alike get an axis too', () => {
    for (const value of [0, 5, -2]) expect(linearScale(value, value).ticks.length).toBeGreaterThan(1);
  });

  test('logarithmic: equal factors are equal distances, ticks are powers of ten', () => {
    const scale = logScale(0.001, 1000);
    expect(scale.ticks).toEqual([0.001, 0.01, 0.1, 1, 10, 100, 1000]);
    expect(scale.place(1)).toBeCloseTo(0.5, 12);
    expect(scale.place(0.01) - scale.place(0.001)).toBeCloseTo(scale.place(100) - scale.place(10), 12);
  });

  test('logarithmic: ticks between powers where there are few', () => {
    expect(logScale(0.004, 0.09).ticks).toEqual([0.005, 0.01, 0.02, 0.05]);
  });

  test('steep falls are logarithmic; what is flat, or not above zero, is not', () => {
    expect(scaleFor([1, 0.001]).domain).toEqual([0.001, 1]);
    expect(scaleFor([1, 0.5]).domain).toEqual([0.5, 1]);
    expect(scaleFor([100, 0]).domain[0]).toBe(0);
    expect(scaleFor([]).domain).toEqual([0, 1]);
  });
});

const curve = (count: number, of: (x: number) => number): Point[] =>
  Array.from({ length: count }, (_, x) => ({ x, y: of(x) }));

const chart = (points: readonly Point[], dots = false): string =>
  lineChart({ title: 'Loss', xTitle: 'step', series: [{ name: 'training', color: 0, dots, points }] }).text;

const pathOf = (text: string): number[][] =>
  (/<path class="line[^>]* d="M([^"]*)"/.exec(text)?.[1] ?? '')
    .split('L')
    .map((pair) => pair.split(' ').map(Number));

describe('line chart', () => {
  test('few points are all there; higher values stand higher', () => {
    const places = pathOf(chart(curve(5, (x) => x)));
    expect(places).toHaveLength(5);
    for (let i = 1; i < 5; i++) {
      expect(places[i]![0]!).toBeGreaterThan(places[i - 1]![0]!);
      expect(places[i]![1]!).toBeLessThan(places[i - 1]![1]!);
    }
  });

  test('many points become 160 strips with a band, and nothing lies outside the chart', () => {
    const text = chart(curve(10_000, (x) => Math.sin(x)));
    expect(text).toContain('class="band"');
    const places = pathOf(text);
    expect(places).toHaveLength(160);
    for (const [x, y] of places) {
      expect(x).toBeGreaterThanOrEqual(56);
      expect(x).toBeLessThanOrEqual(546);
      expect(y).toBeGreaterThanOrEqual(12);
      expect(y).toBeLessThanOrEqual(240);
    }
  });

  test('dots say their values', () => {
    const text = chart([{ x: 100, y: 0.25 }], true);
    expect(text).toContain('<title>training: 0.25 at 100</title>');
    expect(text).toContain('aria-label="Loss: training 0.25"');
  });

  test('a loss that blew up is drawn as far as it was finite', () => {
    const text = chart([...curve(5, (x) => x), { x: 5, y: Number.NaN }, { x: 6, y: Infinity }]);
    expect(pathOf(text)).toHaveLength(5);
    expect(text).not.toMatch(/d="[^"]*(NaN|Infinity)/);
  });

  test('no finite value at all still gives a chart', () => {
    expect(chart([{ x: 1, y: Number.NaN }])).not.toMatch(/(d|x|y)="[^"]*(NaN|Infinity)/);
  });
});

describe('histogram', () => {
  test('a bar for each count, the highest as high as the picture, and a line at zero', () => {
    const { text } = histogram({ edges: [-1, 0, 1], counts: [4, 1] }, 'outputs');
    expect(
      Array.from(text.matchAll(/<rect [^>]*height="([\d.]+)"/g), ([, height]) => Number(height)),
    ).toEqual([28, 14]);
    expect(text).toContain('d="M60 0V28"');
    expect(text).toContain('aria-label="outputs: from -1 to 1"');
  });

  test('no line where zero is not in range', () => {
    expect(histogram({ edges: [1, 2], counts: [1] }, 'x').text).not.toContain('<path');
  });

  test('nothing counted, nothing broken', () => {
    expect(histogram({ edges: [0, 0], counts: [0] }, 'x').text).not.toContain('NaN');
  });
});

describe('scatter', () => {
  const mark = (x: number, y: number) => ({
    x,
    y,
    sign: '7',
    title: 'seven',
    colors: { digit: 7, speaker: 12 },
  });
  const places = (text: string) =>
    Array.from(
      text.matchAll(/<text x="([-\d.]+)" y="([-\d.]+)"/g),
      ([, x, y]) => [Number(x), Number(y)] as const,
    );

  test('both axes have one scale, and up is up', () => {
    const [a, b, c] = places(scatter('map', [mark(0, 0), mark(2, 0), mark(0, 1)]).text);
    expect(b![0] - a![0]).toBeCloseTo(2 * (a![1] - c![1]), 0);
    expect(c![1]).toBeLessThan(a![1]);
  });

  test('all in one place is a place', () => {
    const { text } = scatter('map', [mark(3, 3), mark(3, 3)]);
    expect(text).not.toContain('NaN');
    expect(places(text)[0]).toEqual([220, 114]);
  });

  test('colours come round after ten', () => {
    expect(scatter('map', [mark(0, 0)]).text).toContain('--digit:var(--c7);--speaker:var(--c2)');
  });
});
