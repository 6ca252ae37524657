import { afterEach, describe, expect, test, vi } from 'vitest';
import { type ArrayLikeTensor, FileFormatError } from '../../packages/tensor/src/files/arrays.ts';
import { encodeNpy } from '../../packages/tensor/src/files/npy.ts';
import { encodeNpz } from '../../packages/tensor/src/files/npz.ts';
import { encodeSafetensors } from '../../packages/tensor/src/files/safetensors.ts';
import { randomIntegers } from '../../packages/tensor/src/random/fill.ts';
import { foldIn, randomKey } from '../../packages/tensor/src/random/keys.ts';
import type { RandomKey } from '../../packages/tensor/src/random/threefry.ts';
import { bool, decodeAny, float32, goldenBytes, int32 } from './filesGolden.ts';

/**
 * Damages sound files in random ways. Whatever comes of it, a decoder must give sound arrays or a
 * FileFormatError with a place inside the file, and must never ask for more memory than the file accounts for.
 */
const MUTATIONS = 2000;
const arrays = { w: float32([2, 3], [1, 2, 3, 4, 5, 6]), m: bool([3], [1, 0, 1]), i: int32([2], [5, -5]) };
const subjects: [fileName: string, bytes: Uint8Array, growth: number][] = [
  ['own.safetensors', encodeSafetensors(arrays, { config: '{}' }), 4],
  ['mixed.safetensors', goldenBytes('mixed.safetensors'), 4],
  ['own.npy', encodeNpy(arrays.w), 4],
  ['fortran_int64.npy', goldenBytes('fortran_int64.npy'), 4],
  ['own.npz', encodeNpz(arrays), 4],
  ['stored.npz', goldenBytes('stored.npz'), 4],
  ['deflated.npz', goldenBytes('deflated.npz'), 2 * 1032],
  ['streamed.npz', goldenBytes('streamed.npz'), 2 * 1032],
];

afterEach(() => {
  vi.unstubAllGlobals();
});

describe(`${MUTATIONS * subjects.length} damaged files`, () => {
  test.each(subjects)('%s', (fileName, sound, growth) => {
    const largest = watchAllocations();
    let refused = 0;
    for (let round = 0; round < MUTATIONS; round++) {
      const damaged = damage(sound, foldIn(foldIn(randomKey(7), fileName), round));
      largest.bytes = 0;
      const result = attempt(fileName, damaged);
      expect(largest.bytes).toBeLessThanOrEqual(growth * damaged.length + 4096);
      if (result instanceof Map) result.forEach(expectSound);
      else expectPlaced(result, damaged);
      if (!(result instanceof Map)) refused++;
    }
    expect(refused).toBeGreaterThan(MUTATIONS / 3);
    expect(attempt(fileName, sound)).toBeInstanceOf(Map);
  });
});

/** One to three wounds, each of a kind that real files suffer. */
function damage(sound: Uint8Array, key: RandomKey): Uint8Array {
  const draws = randomIntegers(new Int32Array(16), key, 0, 2 ** 30);
  let bytes: Uint8Array = Uint8Array.from(sound);
  for (let wound = 0; wound <= draws[0] % 3; wound++) {
    const [kind, a, b, c] = draws.subarray(1 + 4 * wound);
    bytes = wounds[kind % wounds.length](bytes, a % (bytes.length + 1), b, c);
  }
  return bytes;
}

const INTERESTING = [0, 1, 0x7f, 0x80, 0xff, 0x20, 0x22, 0x2c, 0x2d, 0x30, 0x39, 0x5c, 0x5d, 0x7b, 0x7d];
const WORDS = [0, 1, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff, 0xfffffff0, 65536];

const wounds: ((bytes: Uint8Array, at: number, b: number, c: number) => Uint8Array)[] = [
  (bytes, at) => bytes.slice(0, at),
  (bytes, at, b) => edit(bytes, at, (byte) => byte ^ (1 << (b % 8))),
  (bytes, at, b) => edit(bytes, at, () => INTERESTING[b % INTERESTING.length]),
  (bytes, at, b) => edit(bytes, at, () => b & 255),
  (bytes, at, b) => splice(bytes, at, 1 + (b % 16), new Uint8Array(0)),
  (bytes, at, b, c) => splice(bytes, at, 0, new Uint8Array(1 + (b % 16)).fill(c)),
  (bytes, at, b, c) => splice(bytes, at, 0, bytes.slice(b % bytes.length, (b % bytes.length) + (c % 64))),
  (bytes, at, b) => overwriteWord(bytes, at, WORDS[b % WORDS.length]),
  (bytes, at, b) => changeDigit(bytes, at, b % 10),
  (bytes, at, b) => splice(bytes, bytes.length, 0, new Uint8Array(1 + (at % 40)).fill(b)),
];

function edit(bytes: Uint8Array, at: number, change: (byte: number) => number): Uint8Array {
  if (at < bytes.length) bytes[at] = change(bytes[at]);
  return bytes;
}

function splice(bytes: Uint8Array, at: number, removed: number, added: Uint8Array): Uint8Array {
  return Uint8Array.from([...bytes.subarray(0, at), ...added, ...bytes.subarray(at + removed)]);
}

function overwriteWord(bytes: Uint8Array, at: number, word: number): Uint8Array {
  for (let byte = 0; byte < 4; byte++) edit(bytes, at + byte, () => word >>> (8 * byte));
  return bytes;
}

/** Changes the next decimal digit: shapes and offsets in headers are written in them. */
function changeDigit(bytes: Uint8Array, from: number, digit: number): Uint8Array {
  const at = bytes.findIndex((byte, index) => index >= from && byte >= 0x30 && byte <= 0x39);
  return edit(bytes, at < 0 ? from : at, () => 0x30 + digit);
}

/** Counts what typed arrays are asked for by length while a file is read. */
function watchAllocations(): { bytes: number } {
  const largest = { bytes: 0 };
  for (const type of [Float32Array, Int32Array, Uint8Array, Uint16Array]) {
    const watched = new Proxy(type, {
      construct(target, parameters) {
        if (typeof parameters[0] === 'number') {
          largest.bytes = Math.max(largest.bytes, parameters[0] * target.BYTES_PER_ELEMENT);
        }
        return Reflect.construct(target, parameters);
      },
    });
    vi.stubGlobal(type.name, watched);
  }
  return largest;
}

function attempt(fileName: string, bytes: Uint8Array): Map<string, ArrayLikeTensor> | unknown {
  try {
    return decodeAny(fileName, bytes);
  } catch (error) {
    return error;
  }
}

function expectSound({ dtype, shape, data }: ArrayLikeTensor): void {
  const count = shape.reduce((product, size) => product * size, 1);
  const kind = { float32: 'Float32Array', int32: 'Int32Array', bool: 'Uint8Array' }[dtype];
  if (data.length !== count || data.constructor.name !== kind) {
    expect.fail(`${data.constructor.name} of ${data.length} for ${dtype} [${shape}]`);
  }
}

function expectPlaced(error: unknown, bytes: Uint8Array): void {
  if (!(error instanceof FileFormatError)) throw error;
  if (!(error.byteOffset >= 0 && error.byteOffset <= bytes.length)) expect.fail(error.message);
}
