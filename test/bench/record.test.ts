import { describe, expect, test } from 'vitest';
import type { Timing } from '../../bench/measure.ts';
import { bestRatio, type EngineTiming, recordsOf } from '../../bench/record.ts';

const timing = (...rounds: number[]): Timing => {
  const sorted = [...rounds].sort((a, b) => a - b);
  return { name: '', milliseconds: { min: sorted[0]!, median: sorted[sorted.length >> 1]! }, rounds };
};

const timings: EngineTiming[] = [
  { engine: 'sonograd', threads: 1, timing: timing(4, 2, 4) },
  { engine: 'sonograd', threads: 4, timing: timing(1, 1, 2) },
  { engine: 'limit', threads: 1, timing: timing(2, 1, 2) },
  { engine: 'limit', threads: 4, timing: timing(2, 2, 4) },
  { engine: 'tfjsWasm', threads: 1, timing: timing(12, 6, 12) },
  { engine: 'torch', threads: 1, timing: timing(2, 1, 2) },
  { engine: 'torch', threads: 4, timing: timing(3, 3, 6) },
];

const records = recordsOf({
  suite: 'matmul',
  name: '512³',
  flops: 8e6,
  // The limit does 16e6 flops a call on one thread and as many more on others.
  limitWork: (threads) => (16e6 * threads) / 8e6,
  timings,
});

describe('records', () => {
  test('one for each engine and number of threads, none for the limit', () => {
    expect(records.map(({ engine, threads }) => `${engine} ${threads}`)).toEqual([
      'sonograd 1',
      'sonograd 4',
      'tfjsWasm 1',
      'torch 1',
      'torch 4',
    ]);
  });

  test('have the fields that readers of the JSON rely on', () => {
    expect(JSON.parse(JSON.stringify(records[0]))).toEqual({
      suite: 'matmul',
      name: '512³',
      engine: 'sonograd',
      threads: 1,
      ms: { min: 2, median: 4 },
      gflops: 2,
      ofPeak: 0.25,
      ratio: { tfjsWasm: 3, tfjsCpu: null, jaxJs: null, torch: 0.5 },
    });
  });

  test('torch is compared on as many threads, the others on their one', () => {
    expect(records[1]!.ratio).toEqual({ tfjsWasm: 6, tfjsCpu: null, jaxJs: null, torch: 3 });
  });

  test('the share of the limit counts what both do in a call', () => {
    // Ours: 8 Mflop in 1 ms, so 8 GFLOP/s; the limit: 64 Mflop in 2 ms, so 32 GFLOP/s.
    expect(records[1]!.ofPeak).toBe(0.25);
    expect(records[4]!.ofPeak).toBeCloseTo(2 / 3 / 8, 12);
  });

  test('the peers themselves have no ratios', () => {
    expect(records[3]!.ratio).toEqual({ tfjsWasm: null, tfjsCpu: null, jaxJs: null, torch: null });
  });

  test('work without flops or limit has neither figure', () => {
    const [record] = recordsOf({ suite: 's', name: 'n', timings: timings.slice(0, 1) });
    expect([record!.gflops, record!.ofPeak]).toEqual([null, null]);
  });
});

describe('the better of all threads', () => {
  test('on both sides, each in its best round', () => {
    expect(bestRatio(records, 'torch')).toBe(1);
    expect(bestRatio(records, 'tfjsWasm')).toBe(6);
  });

  test('null where the peer was not there', () => {
    expect(bestRatio(records, 'jaxJs')).toBeNull();
  });
});
