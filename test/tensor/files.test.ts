import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 as zlibCrc32 } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ArrayLikeTensor } from '../../packages/tensor/src/files/arrays.ts';
import { crc32 } from '../../packages/tensor/src/files/crc32.ts';
import { decodeNpy, encodeNpy } from '../../packages/tensor/src/files/npy.ts';
import { decodeNpz, encodeNpz } from '../../packages/tensor/src/files/npz.ts';
import { decodeSafetensors, encodeSafetensors } from '../../packages/tensor/src/files/safetensors.ts';
import { bool, decodeAny, expected, float32, goldenBytes, goldenFiles, int32 } from './filesGolden.ts';

describe('files of NumPy and of the safetensors format', () => {
  test.each(goldenFiles)('%s', (fileName) => {
    const arrays = decodeAny(fileName, goldenBytes(fileName));
    const wanted = expected[fileName];
    expect([...arrays.keys()].sort()).toEqual(Object.keys(wanted).sort());
    for (const [name, { dtype, shape, data }] of Object.entries(wanted)) {
      const array = arrays.get(name)!;
      expect([array.dtype, array.shape]).toEqual([dtype, shape]);
      expect([...array.data]).toEqual(data.map(number));
    }
  });

  test('metadata of safetensors', () => {
    const { metadata } = decodeSafetensors(goldenBytes('mixed.safetensors'));
    expect([...metadata]).toEqual([
      ['config', '{"layers": 2}'],
      ['unit', 'µ'],
    ]);
  });
});

const anyArray = fc
  .tuple(
    fc.array(fc.nat(4), { maxLength: 4 }),
    fc.constantFrom('float32' as const, 'int32' as const, 'bool' as const),
  )
  .chain(([shape, dtype]): fc.Arbitrary<ArrayLikeTensor> => {
    const count = shape.reduce((product, size) => product * size, 1);
    const exactly = { minLength: count, maxLength: count };
    if (dtype === 'float32')
      return fc.float32Array(exactly).map((data): ArrayLikeTensor => ({ dtype, shape, data }));
    if (dtype === 'int32')
      return fc.int32Array(exactly).map((data): ArrayLikeTensor => ({ dtype, shape, data }));
    return fc.uint8Array({ ...exactly, max: 1 }).map((data): ArrayLikeTensor => ({ dtype, shape, data }));
  });
const anyNamed = fc
  .uniqueArray(fc.tuple(fc.string({ unit: 'grapheme' }), anyArray), {
    maxLength: 5,
    selector: ([name]) => name,
  })
  .map((pairs) => new Map(pairs.filter(([name]) => name !== '__metadata__')));

describe('what is written is read back', () => {
  test('npy, in each version', () => {
    fc.assert(
      fc.property(anyArray, fc.constantFrom(1 as const, 2 as const, 3 as const), (array, version) => {
        const bytes = encodeNpy(array, version);
        expect(decodeNpy(bytes)).toEqual(array);
        expect((bytes.length - array.data.byteLength) % 64).toBe(0);
      }),
    );
  });

  test('npz', () => {
    fc.assert(
      fc.property(anyNamed, (named) => {
        expect(decodeNpz(encodeNpz(named))).toEqual(named);
      }),
    );
  });

  test('safetensors', () => {
    fc.assert(
      fc.property(anyNamed, fc.dictionary(fc.string(), fc.string()), (named, metadata) => {
        const decoded = decodeSafetensors(encodeSafetensors(named, metadata));
        expect(decoded.tensors).toEqual(named);
        expect(decoded.metadata).toEqual(new Map(Object.entries(metadata)));
      }),
    );
  });

  test('from a view into the middle of a buffer, to one', () => {
    const heap = Float32Array.from({ length: 100 }, (_, index) => index);
    const array = { dtype: 'float32' as const, shape: [3], data: heap.subarray(10, 13) };
    const shifted = new Uint8Array(1000);
    for (const bytes of [encodeNpy(array), encodeSafetensors({ x: array }), encodeNpz({ x: array })]) {
      shifted.set(bytes, 3);
      const name = bytes[0] === 0x93 ? 'x.npy' : bytes[0] === 0x50 ? 'x.npz' : 'x.safetensors';
      const [decoded] = decodeAny(name, shifted.subarray(3, 3 + bytes.length)).values();
      expect([...decoded.data]).toEqual([10, 11, 12]);
    }
  });

  test('what is read shares no memory with the file', () => {
    const bytes = encodeNpy(float32([2], [1, 2]));
    const { data } = decodeNpy(bytes);
    bytes.fill(0);
    expect([...data]).toEqual([1, 2]);
  });
});

describe('safetensors, byte by byte', () => {
  const tensors = { b: int32([1], [7]), mask: bool([3], [1, 0, 1]), a: float32([1, 1], [1.5]) };

  test('wide elements first, then by name; the header fills whole words', () => {
    const bytes = encodeSafetensors(tensors, { z: '1', a: '2' });
    const length = new DataView(bytes.buffer).getUint32(0, true);
    expect(length % 8).toBe(0);
    expect(new TextDecoder().decode(bytes.subarray(8, 8 + length)).trimEnd()).toBe(
      '{"__metadata__":{"a":"2","z":"1"},"a":{"dtype":"F32","shape":[1,1],"data_offsets":[0,4]},' +
        '"b":{"dtype":"I32","shape":[1],"data_offsets":[4,8]},"mask":{"dtype":"BOOL","shape":[3],"data_offsets":[8,11]}}',
    );
    expect([...bytes.subarray(8 + length)]).toEqual([0, 0, 0xc0, 0x3f, 7, 0, 0, 0, 1, 0, 1]);
  });

  test('the order of arguments leaves no trace', () => {
    const reversed = Object.fromEntries(Object.entries(tensors).reverse());
    expect(encodeSafetensors(reversed, { z: '1', a: '2' })).toEqual(
      encodeSafetensors(new Map(Object.entries(tensors)), new Map(Object.entries({ a: '2', z: '1' }))),
    );
  });

  test('names that mean something to JavaScript are only names', () => {
    const names = ['__proto__', 'constructor', '0', 'toString', ''];
    const named = new Map(names.map((name, index) => [name, int32([1], [index])]));
    expect(decodeSafetensors(encodeSafetensors(named)).tensors).toEqual(named);
  });
});

describe('arrays that contradict themselves are not written', () => {
  const wrongLength = { dtype: 'float32' as const, shape: [2, 3], data: new Float32Array(5) };
  const wrongData = { dtype: 'bool' as const, shape: [1], data: new Float32Array(1) };

  test('shape and data', () => {
    expect(() => encodeNpy(wrongLength)).toThrow('encodeNpy: array has 5 elements for the shape [2, 3]');
    expect(() => encodeSafetensors({ w: wrongLength })).toThrow('encodeSafetensors: "w" has 5 elements');
    expect(() => encodeNpy({ ...wrongLength, shape: [Number.NaN] })).toThrow('for the shape [NaN]');
    expect(() => encodeNpy({ ...wrongLength, shape: [-1, -5] })).toThrow('for the shape [-1, -5]');
  });

  test('dtype and data', () => {
    expect(() => encodeNpy(wrongData)).toThrow('encodeNpy: array is bool, its data a Float32Array');
    const unknown = { ...wrongLength, dtype: 'complex64' } as unknown as ArrayLikeTensor;
    expect(() => encodeNpy(unknown)).toThrow('encodeNpy: array has the unknown dtype complex64');
  });

  test('names and metadata', () => {
    expect(() => encodeSafetensors({ __metadata__: int32([1], [1]) })).toThrow(
      'no tensor may be called __metadata__',
    );
    const metadata = { layers: 2 } as unknown as Record<string, string>;
    expect(() => encodeSafetensors({}, metadata)).toThrow(
      'encodeSafetensors: metadata "layers" must be a string',
    );
  });
});

const python = spawnSync('python3', ['-c', 'import numpy'], { encoding: 'utf8' });

describe('NumPy reads what we write', () => {
  const script = [
    'import json, sys, numpy as np',
    'loaded = np.load(sys.argv[1])',
    'arrays = dict(loaded) if sys.argv[1].endswith("npz") else {"": loaded}',
    'print(json.dumps({k: [str(v.dtype), list(v.shape), v.reshape(-1).tolist()] for k, v in arrays.items()}))',
  ].join('\n');

  function readByNumPy(fileName: string, bytes: Uint8Array): Record<string, unknown> {
    const folder = mkdtempSync(join(tmpdir(), 'sonograd-files-'));
    try {
      writeFileSync(join(folder, fileName), bytes);
      const run = spawnSync('python3', ['-c', script, join(folder, fileName)], { encoding: 'utf8' });
      expect(run.stderr).toBe('');
      return JSON.parse(run.stdout);
    } finally {
      rmSync(folder, { recursive: true });
    }
  }

  test.skipIf(python.status !== 0)('npy in each version (needs python3 with NumPy)', () => {
    const array = float32([2, 3], [1, 2, 3, 4, 5, 6.5]);
    for (const version of [1, 2, 3] as const) {
      const read = readByNumPy('x.npy', encodeNpy(array, version));
      expect(read).toEqual({ '': ['float32', [2, 3], [1, 2, 3, 4, 5, 6.5]] });
    }
  });

  test.skipIf(python.status !== 0)('npz of every dtype, 0-d and empty (needs python3 with NumPy)', () => {
    const named = {
      w: float32([], [2.5]),
      'ä/b': int32([1, 2], [-1, 7]),
      m: bool([2], [1, 0]),
      e: float32([0, 3], []),
    };
    expect(readByNumPy('x.npz', encodeNpz(named))).toEqual({
      w: ['float32', [], [2.5]],
      'ä/b': ['int32', [1, 2], [-1, 7]],
      m: ['bool', [2], [true, false]],
      e: ['float32', [0, 3], []],
    });
  });
});

test('crc32: the check value of "123456789"', () => {
  expect(crc32(new TextEncoder().encode('123456789'))).toBe(0xcbf43926);
  expect(crc32(new Uint8Array(0))).toBe(0);
});

test.skipIf(zlibCrc32 === undefined)('crc32 agrees with zlib (needs a Node that has it)', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      expect(crc32(bytes)).toBe(zlibCrc32(bytes));
    }),
  );
});

function number(value: number | string | boolean): number {
  if (typeof value !== 'string') return Number(value);
  return value === 'nan' ? Number.NaN : value === 'inf' ? Infinity : -Infinity;
}
