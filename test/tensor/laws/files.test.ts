import {
  type ArrayLikeTensor,
  type DType,
  decodeNpy,
  decodeNpz,
  decodeSafetensors,
  encodeNpy,
  encodeNpz,
  encodeSafetensors,
  fromArray,
  type NpyVersion,
  type Tensor,
} from '@sonograd/tensor';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { onEveryEngine } from '../engines.ts';
import { draw, expectBits, integers, sizeOf } from './plain.ts';

const side = fc.oneof({ weight: 5, arbitrary: fc.integer({ min: 1, max: 6 }) }, fc.constantFrom(0, 17, 64));
const someShape = fc.array(side, { maxLength: 5 }).filter((shape) => sizeOf(shape) <= 4000);

/** Any bits at all: NaN with a payload, subnormals, both zeros. */
function dataOf(dtype: DType, words: readonly number[]): ArrayLikeTensor['data'] {
  const bits = Int32Array.from(words);
  if (dtype === 'int32') return bits;
  return dtype === 'float32' ? new Float32Array(bits.buffer) : Uint8Array.from(words, (word) => word & 1);
}

const someArray: fc.Arbitrary<ArrayLikeTensor> = fc
  .tuple(someShape, fc.constantFrom<DType>('float32', 'int32', 'bool'), fc.infiniteStream(fc.integer()))
  .map(([shape, dtype, stream]) => {
    const words = Array.from({ length: sizeOf(shape) }, () => stream.next().value);
    return { shape, dtype, data: dataOf(dtype, words) };
  });

const bytesOf = ({ data }: ArrayLikeTensor) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength);

function expectSame(received: ArrayLikeTensor | undefined, expected: ArrayLikeTensor): void {
  expect(received).toBeDefined();
  expect([received!.dtype, received!.shape]).toEqual([expected.dtype, expected.shape]);
  expect(Buffer.compare(bytesOf(received!), bytesOf(expected))).toBe(0);
}

const someName = fc.string({ minLength: 1, maxLength: 12, unit: 'grapheme' });
const safeName = someName.filter((name) => name !== '__metadata__');
const holds = <T>(given: fc.Arbitrary<T>, law: (given: T) => void) =>
  fc.assert(fc.property(given, law), { numRuns: 60 });

describe('any array comes back from a file bit by bit', () => {
  test.each<NpyVersion>([1, 2, 3])('npy, version %i', (version) => {
    holds(someArray, (array) => expectSame(decodeNpy(encodeNpy(array, version)), array));
  });

  test('npy begins its elements at a multiple of 64 bytes', () => {
    holds(someArray, (array) => {
      expect((encodeNpy(array).length - bytesOf(array).length) % 64).toBe(0);
    });
  });

  test('safetensors, under any names', () => {
    const many = fc.uniqueArray(fc.tuple(safeName, someArray), { selector: ([name]) => name, maxLength: 5 });
    holds(many, (entries) => {
      const { tensors } = decodeSafetensors(encodeSafetensors(new Map(entries)));
      expect(tensors.size).toBe(entries.length);
      for (const [name, array] of entries) expectSame(tensors.get(name), array);
    });
  });

  test('safetensors, with any words beside them', () => {
    const words = fc.uniqueArray(fc.tuple(someName, fc.string({ unit: 'grapheme' })), {
      selector: ([name]) => name,
      maxLength: 6,
    });
    holds(fc.tuple(someArray, words), ([array, entries]) => {
      const { tensors, metadata } = decodeSafetensors(encodeSafetensors({ x: array }, new Map(entries)));
      expectSame(tensors.get('x'), array);
      expect([...metadata].sort()).toEqual([...new Map(entries)].sort());
    });
  });

  test('safetensors: the order of the entries changes no byte', () => {
    const many = fc.uniqueArray(fc.tuple(safeName, someArray), { selector: ([name]) => name, maxLength: 5 });
    holds(many, (entries) => {
      const [ahead, back] = [
        encodeSafetensors(new Map(entries)),
        encodeSafetensors(new Map(entries.toReversed())),
      ];
      expect(Buffer.compare(ahead, back)).toBe(0);
    });
  });

  test('npz, several in one archive', () => {
    const plainName = fc.stringMatching(/^[a-z][a-z0-9_]{0,8}$/);
    const many = fc.uniqueArray(fc.tuple(plainName, someArray), { selector: ([name]) => name, maxLength: 4 });
    holds(many, (entries) => {
      const arrays = decodeNpz(encodeNpz(new Map(entries)));
      expect([...arrays.keys()].sort()).toEqual(entries.map(([name]) => name).sort());
      for (const [name, array] of entries) expectSame(arrays.get(name), array);
    });
  });

  test('npy of what was read is what was read', () => {
    holds(someArray, (array) => {
      const bytes = encodeNpy(array);
      expect(Buffer.compare(encodeNpy(decodeNpy(bytes)), bytes)).toBe(0);
    });
  });
});

onEveryEngine('tensors in files', () => {
  test('are written as they stand, and made of what was read', () => {
    const weights = { weight: draw([3, 5]), steps: integers([1, -2, 3]) };
    const { tensors } = decodeSafetensors(encodeSafetensors(weights));
    const read = tensors.get('weight')!;
    expectBits(fromArray(read.data as Float32Array, read.shape) as Tensor, weights.weight);
    expectBits(tensors.get('steps')!.data, [1, -2, 3]);
  });

  test('in views are written as views', () => {
    const whole = draw([4, 6]);
    const read = decodeNpy(encodeNpy(whole.reshape([2, 12])));
    expect(read.shape).toEqual([2, 12]);
    expectBits(read.data, whole);
  });

  test('that were freed are refused', () => {
    const x = draw([3]);
    x.dispose();
    expect(() => encodeNpy(x)).toThrow('tensor [3]: its memory was freed by dispose()');
  });
});
