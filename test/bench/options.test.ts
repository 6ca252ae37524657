import { describe, expect, test } from 'vitest';
import { parseOptions, usage } from '../../bench/options.ts';

describe('options of the benchmarks', () => {
  test('without any: everything, on one thread and on all cores', () => {
    expect(parseOptions([], 4)).toEqual({
      only: [],
      quick: false,
      peers: false,
      json: undefined,
      threads: [1, 4],
      writeDocs: false,
      help: false,
    });
  });

  test('a machine of one core has nothing to compare, one of many is compared on four', () => {
    expect(parseOptions([], 1).threads).toEqual([1]);
    expect(parseOptions([], 2).threads).toEqual([1, 2]);
    expect(parseOptions([], 64).threads).toEqual([1, 4]);
  });

  test('all of them', () => {
    const args = ['--only', 'conv,matmul/512', '--only', 'fft', '--quick', '--peers', '--json', 'out.json'];
    expect(parseOptions([...args, '--threads', '4,2,4', '--write-docs', '--help'], 4)).toEqual({
      only: ['conv', 'matmul/512', 'fft'],
      quick: true,
      peers: true,
      json: 'out.json',
      threads: [2, 4],
      writeDocs: true,
      help: true,
    });
  });

  test.each(['0', 'two', '1,', '1.5', '65', ''])('--threads %s is refused by name', (text) => {
    expect(() => parseOptions(['--threads', text], 4)).toThrow(/--threads takes whole numbers from 1 to 64/);
  });

  test('an option that does not exist is refused', () => {
    expect(() => parseOptions(['--fast'], 4)).toThrow(/--fast/);
    expect(() => parseOptions(['conv'], 4)).toThrow(/conv/);
  });

  test('the usage names every option', () => {
    for (const option of ['--only', '--quick', '--threads', '--json', '--write-docs', '--help']) {
      expect(usage).toContain(option);
    }
  });
});
