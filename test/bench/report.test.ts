import { describe, expect, test } from 'vitest';
import type { BenchRecord, Engine, Ratios } from '../../bench/record.ts';
import { document, pointsOf } from '../../bench/report/document.ts';
import { columns, digits, formatTime, markdownTable } from '../../bench/report/format.ts';
import { roofline } from '../../bench/report/roofline.ts';
import { summaryRows, tableRows } from '../../bench/report/table.ts';
import { verdictRows } from '../../bench/report/targets.ts';
import { allCases } from '../../bench/suites/index.ts';

const none: Ratios = { tfjsWasm: null, tfjsCpu: null, jaxJs: null, torch: null };

function record(
  name: string,
  engine: Engine,
  threads: number,
  median: number,
  more: Partial<BenchRecord> = {},
) {
  const suite = more.suite ?? 'matmul';
  return {
    gflops: 2,
    ofPeak: 0.5,
    ratio: none,
    ...more,
    suite,
    name,
    engine,
    threads,
    ms: { min: median, median },
  };
}

const records: BenchRecord[] = [
  record('512³', 'sonograd', 1, 6, { ofPeak: 0.9, ratio: { ...none, torch: 0.5, jaxJs: 3 } }),
  record('512³', 'sonograd', 4, 2, { ratio: { ...none, torch: 0.4 } }),
  record('512³', 'jaxJs', 1, 18),
  record('512³', 'torch', 1, 3),
  record('512³', 'torch', 4, 1),
];

describe('formats', () => {
  test('times take the unit that suits', () => {
    expect([0.000_25, 0.5, 12.34, 2500].map(formatTime)).toEqual(['250 ns', '500 µs', '12.3 ms', '2.50 s']);
  });

  test('three digits that mean something', () => {
    expect([0.123, 1.234, 12.34, 123.4].map(digits)).toEqual(['0.12', '1.23', '12.3', '123']);
  });

  test('columns stand under each other', () => {
    expect(
      columns([
        ['a', 'bb'],
        ['ccc', 'd'],
      ]),
    ).toEqual(['a    bb', 'ccc   d']);
  });

  test('tables for documents', () => {
    expect(
      markdownTable([
        ['a', 'b'],
        ['c', 'd'],
      ]),
    ).toBe('| a | b |\n| --- | --: |\n| c | d |');
  });
});

describe('the table', () => {
  test('has a column for each number of threads and each peer that took part', () => {
    const [head, row] = tableRows(records);
    expect(head).toEqual([
      'case',
      '1 thr.',
      'GFLOP/s',
      'of limit',
      '4 thr.',
      'GFLOP/s',
      'of limit',
      'jax-js',
      'torch 1',
      'torch 4',
      'torch best',
    ]);
    expect(row!.slice(7)).toEqual(['3.00×', '0.50×', '0.40×', '0.50×']);
    expect(row!.slice(0, 4)).toEqual(['512³', '6.00 ms', '2.00', '90 %']);
  });

  test('sums suites up', () => {
    expect(summaryRows(records)).toEqual([
      ['suite, geometric mean', 'jax-js', 'torch'],
      ['matmul', '9.00×', '0.50×'],
    ]);
    expect(summaryRows(records.slice(0, 2))).toEqual([]);
  });
});

describe('targets', () => {
  test('the missed ones come first', () => {
    const steps = [
      record('CNN', 'sonograd', 1, 10, { suite: 'steps' }),
      record('CNN', 'torch', 1, 5, { suite: 'steps' }),
    ];
    const [head, ...rows] = verdictRows([...records, ...steps]);
    expect(head![0]).toBe('target');
    expect(rows[0]).toEqual(['steps, geometric mean, torch', '1.50', '0.50', 'MISSED']);
    expect(rows).toContainEqual(['step CNN, torch', '1.00', '0.50', 'MISSED']);
    expect(rows).toContainEqual(['matmul 512³, of the microkernel', '0.85', '0.90', 'held']);
    expect(rows.at(-1)).toEqual(['matmul 512³, jaxJs', '2.00', '3.00', 'held']);
  });

  test('say nothing about what was not measured', () => {
    expect(verdictRows([])).toEqual([]);
  });
});

describe('the roofline', () => {
  const roofs = [
    { threads: 1, gflops: 50, gigabytesPerSecond: 25 },
    { threads: 4, gflops: null, gigabytesPerSecond: 40 },
  ];
  const picture = roofline(
    [
      { group: 'matmul', name: '<512> & "more"', threads: 1, intensity: 80, gflops: 45 },
      { group: 'fft', name: 'beyond the edge', threads: 4, intensity: 1e9, gflops: 1e-9 },
    ],
    roofs,
  );

  test('is well-formed: every element is closed, every attribute quoted, no stray markup', () => {
    const open: string[] = [];
    const tags = [...picture.matchAll(/<(\/?)([a-z]+)((?: [\w-]+="[^"<]*")*)(\/?)>/g)];
    expect(tags.length).toBe(picture.split('<').length - 1);
    for (const [, closing, name, , selfClosing] of tags) {
      if (closing) expect(open.pop()).toBe(name);
      else if (!selfClosing) open.push(name!);
    }
    expect(open).toEqual([]);
    expect(picture).not.toMatch(/NaN|undefined|Infinity/);
  });

  test('shows a roof where both limits are known, and a mark for each point', () => {
    expect(picture.match(/<polyline/g)).toHaveLength(1);
    expect(picture.match(/<title>/g)).toHaveLength(2);
    expect(picture).toContain('&lt;512&gt; &amp; "more"');
    expect(picture).toContain('prefers-color-scheme: dark');
  });
});

describe('the document', () => {
  const peaks = [{ threads: 1, gflops: 50, gigabytesPerSecond: 25 }];
  const text = document({
    cases: allCases,
    records,
    peaks,
    command: 'npm run bench -- --write-docs',
    load: 2.34,
  });

  test('says how it came about', () => {
    expect(text).toContain('`npm run bench -- --write-docs`');
    expect(text).toContain('with a load of 2.3 at the end');
    expect(text).toContain('| 1 | 50.0 GFLOP/s | 25.0 GB/s |');
    expect(text).toContain('![Roofline of the kernels](roofline.svg)');
  });

  test('holds the table of each suite', () => {
    expect(text).toContain('## matmul\n\n| case |');
    expect(text).toContain('| 512³ | 6.00 ms | 2.00 | 90 % |');
  });

  test('draws our own records of cases whose bytes are known', () => {
    expect(pointsOf({ cases: allCases, records })).toEqual([
      { group: 'matmul', name: '512³', threads: 1, intensity: 512 / 6, gflops: 2 },
      { group: 'matmul', name: '512³', threads: 4, intensity: 512 / 6, gflops: 2 },
    ]);
  });
});
