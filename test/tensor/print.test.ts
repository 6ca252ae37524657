import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatTensor } from '../../packages/tensor/src/print/formatTensor.ts';
import type { DType } from '../../packages/tensor/src/types/shape.ts';

interface PrintCase {
  shape: number[];
  dtype: DType;
  data: (number | string)[] | null;
  text: string;
}

const golden = new URL('../golden/print.json', import.meta.url);
const cases = Object.entries(JSON.parse(readFileSync(golden, 'utf8')) as Record<string, PrintCase>);

describe('laid out as PyTorch does it', () => {
  test.each(cases)('%s', (_, { shape, dtype, data, text }) => {
    const values = data?.map(number) ?? wave(shape);
    expect(formatTensor(values, shape, dtype)).toBe(inOurWords(text, dtype));
  });
});

describe('suffixes', () => {
  test('dtype, unless it is float32', () => {
    expect(formatTensor([1, 2], [2], 'int32')).toBe('tensor([1, 2], dtype=int32)');
    expect(formatTensor([1, 0], [2], 'bool')).toBe('tensor([ true, false], dtype=bool)');
    expect(formatTensor([], [0], 'int32')).toBe('tensor([], dtype=int32)');
  });

  test('the shape of a tensor that has no elements to show it', () => {
    expect(formatTensor([], [2, 0], 'int32')).toBe('tensor([], size=[2, 0], dtype=int32)');
    expect(formatTensor([], [0], 'float32')).toBe('tensor([])');
  });

  test('requiresGrad', () => {
    const options = { requiresGrad: true };
    expect(formatTensor([1.5], [1], 'float32', options)).toBe('tensor([1.5000], requiresGrad=true)');
    expect(formatTensor([2], [], 'float32', options)).toBe('tensor(2., requiresGrad=true)');
  });

  test('one that does not fit starts a line of its own', () => {
    const row = Array.from({ length: 9 }, (_, index) => index + 0.5);
    expect(formatTensor(row, [9], 'float32', { requiresGrad: true, lineWidth: 82 })).toBe(
      'tensor([0.5000, 1.5000, 2.5000, 3.5000, 4.5000, 5.5000, 6.5000, 7.5000, 8.5000],\n' +
        '       requiresGrad=true)',
    );
  });
});

describe('options', () => {
  test('precision', () => {
    expect(formatTensor([Math.PI, -1], [2], 'float32', { precision: 2 })).toBe('tensor([ 3.14, -1.00])');
    expect(formatTensor([1e-9, 1], [2], 'float32', { precision: 1 })).toBe('tensor([1.0e-09, 1.0e+00])');
  });

  test('threshold and edge items', () => {
    const count = Array.from({ length: 12 }, (_, index) => index);
    const options = { threshold: 10, edgeItems: 2 };
    expect(formatTensor(count, [12], 'float32', options)).toBe('tensor([ 0.,  1.,  ..., 10., 11.])');
    expect(formatTensor(count, [4, 3], 'int32', options)).toBe(
      'tensor([[ 0,  1,  2],\n        [ 3,  4,  5],\n        [ 6,  7,  8],\n        [ 9, 10, 11]], dtype=int32)',
    );
    expect(formatTensor(count, [6, 2], 'int32', options)).toContain(
      '[ 2,  3],\n        ...,\n        [ 8,  9]',
    );
  });

  test('line width', () => {
    expect(formatTensor([1, 2, 3, 4], [4], 'float32', { lineWidth: 20 })).toBe(
      'tensor([1., 2., 3.,\n        4.])',
    );
    expect(formatTensor([1, 2], [2], 'float32', { lineWidth: 1 })).toBe('tensor([1.,\n        2.])');
  });
});

test('a million elements cost no more than the few that are shown', () => {
  const data = new Float32Array(1_000_000);
  expect(formatTensor(data, [1000, 1000], 'float32').split('\n')).toHaveLength(7);
});

test('three-digit exponents keep the columns aligned', () => {
  const text = formatTensor([1e-45, 1e38], [2, 1], 'float32');
  const [first, second] = text
    .slice('tensor('.length)
    .split('\n')
    .map((line) => line.trim());
  expect(first.length).toBe(second.length);
});

describe('where PyTorch lets columns slip, ours stay aligned', () => {
  test('nan and infinities', () => {
    const text = formatTensor([Number.NaN, Infinity, -Infinity, 1], [2, 2], 'float32');
    expect(text).toBe('tensor([[ nan,  inf],\n        [-inf,   1.]])');
  });

  test('negative zero', () => {
    expect(formatTensor([-0, 0, 1.5], [3], 'float32')).toBe('tensor([-0.0000,  0.0000,  1.5000])');
    expect(formatTensor([-0], [], 'float32')).toBe('tensor(-0.)');
  });
});

test('data that does not fill the shape is refused', () => {
  expect(() => formatTensor([1, 2, 3], [2, 2], 'float32')).toThrow(
    'formatTensor: 3 elements do not fill the shape [2, 2]',
  );
});

function number(value: number | string): number {
  if (typeof value === 'number') return value;
  return value === 'nan' ? Number.NaN : value === 'inf' ? Infinity : -Infinity;
}

function wave(shape: number[]): number[] {
  const count = shape.reduce((product, size) => product * size, 1);
  return Array.from({ length: count }, (_, index) => (((index * 7919) % 1000) - 500) / 16);
}

/** PyTorch hides the dtype of booleans and writes Python's words for them. */
function inOurWords(text: string, dtype: DType): string {
  const ours = text
    .replaceAll('torch.', '')
    .replaceAll('True', 'true')
    .replaceAll('False', 'false')
    .replace(/size=\((.*)\)\)/, 'size=[$1])');
  return dtype === 'bool' ? `${ours.slice(0, -1)}, dtype=bool)` : ours;
}

describe('whatever the values', () => {
  const shapes = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 4 });
  const tensors = shapes.chain((shape) => {
    const count = shape.reduce((product, size) => product * size, 1);
    return fc.record({
      shape: fc.constant(shape),
      data: fc.float32Array({ minLength: count, maxLength: count }),
    });
  });

  test('columns are aligned', () => {
    fc.assert(
      fc.property(tensors, ({ shape, data }) => {
        const rows = formatTensor(data, shape, 'float32').match(/[^[\]]+(?=\])/g) ?? [];
        expect(new Set(rows.map((row) => row.length)).size).toBe(1);
      }),
    );
  });

  test('brackets nest as the shape says', () => {
    fc.assert(
      fc.property(tensors, ({ shape, data }) => {
        const text = formatTensor(data, shape, 'float32').slice('tensor('.length, -1);
        const nested = JSON.parse(text.replace(/-?(?:inf|nan|[\d.]+(?:e[+-]\d+)?)/g, '0'));
        const found: number[] = [];
        for (let level = nested; Array.isArray(level); level = level[0]) found.push(level.length);
        expect(found).toEqual(shape);
      }),
    );
  });

  test('what is printed is the value, to the digits shown', () => {
    fc.assert(
      fc.property(fc.float32Array({ minLength: 1, maxLength: 20, noNaN: true }), (data) => {
        const text = formatTensor(data, [data.length], 'float32');
        const printed = text
          .match(/-?(?:inf|[\d.]+(?:e[+-]\d+)?)/g)!
          .map((word) => Number(word.replace('inf', 'Infinity')));
        for (const [at, value] of [...data].entries()) {
          const tolerance = /\de[+-]\d/.test(text) ? Math.abs(value) * 5.1e-5 : 5.1e-5;
          const isClose = printed[at] === value || Math.abs(printed[at] - value) <= tolerance;
          if (!isClose) expect.fail(`${value} printed as ${printed[at]} in ${text}`);
        }
      }),
    );
  });
});
