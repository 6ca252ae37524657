import { constants, deflateRawSync, inflateRawSync, type ZlibOptions } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { FileFormatError } from '../../packages/tensor/src/files/arrays.ts';
import { inflate } from '../../packages/tensor/src/files/inflate.ts';
import { fillUniform, randomIntegers } from '../../packages/tensor/src/random/fill.ts';
import { foldIn, randomKey } from '../../packages/tensor/src/random/keys.ts';

const key = randomKey(1951);
const contents = {
  empty: new Uint8Array(0),
  'one byte': Uint8Array.of(7),
  zeros: new Uint8Array(100_000),
  noise: Uint8Array.from(randomIntegers(new Int32Array(40_000), key, 0, 256)),
  skewed: Uint8Array.from(fillUniform(new Float32Array(40_000), key), (value) => 60 * value ** 4),
  text: new TextEncoder().encode('so much depends upon a red wheel barrow '.repeat(500)),
  floats: new Uint8Array(Float32Array.from({ length: 5000 }, (_, index) => Math.sin(index / 9)).buffer),
};
const settings: Record<string, ZlibOptions> = {
  'stored blocks': { level: 0 },
  fast: { level: 1 },
  best: { level: 9 },
  'fixed codes': { strategy: constants.Z_FIXED },
  'no matches': { strategy: constants.Z_HUFFMAN_ONLY },
  'runs only': { strategy: constants.Z_RLE },
  'small window': { windowBits: 9, memLevel: 1 },
};

describe.each(Object.entries(settings))('inflate what zlib packs: %s', (_, options) => {
  test.each(Object.entries(contents))('%s', (_name, content) => {
    const packed = deflateRawSync(content, options);
    expect(sameBytes(inflate(packed, 0, packed.length, content.length), content)).toBe(true);
  });
});

test('reads only its own stretch of the file', () => {
  const packed = deflateRawSync(contents.text);
  const framed = new Uint8Array(packed.length + 20).fill(255);
  framed.set(packed, 9);
  expect(sameBytes(inflate(framed, 9, 9 + packed.length, contents.text.length), contents.text)).toBe(true);
  expect(() => inflate(framed, 9, 10 + packed.length, contents.text.length)).toThrow(
    '1 bytes after the last block',
  );
});

describe('damaged streams', () => {
  const packed = deflateRawSync(contents.text);

  test('another length than the one due', () => {
    const { length } = contents.text;
    expect(() => inflate(packed, 0, packed.length, length + 1)).toThrow(
      `${length} bytes came out where ${length + 1} are due`,
    );
    expect(() => inflate(packed, 0, packed.length, length - 1)).toThrow(
      `more than the ${length - 1} bytes due come out`,
    );
  });

  test.each([
    ['block of the unknown kind 3', [0b111]],
    ['compressed data ends early', []],
    ['compressed data ends early', [0b101]],
    ['stored block contradicts its length', [1, 5, 0, 0, 0]],
    ['stored block ends early', [1, 5, 0, 0xfa, 0xff, 1, 2]],
    ['match reaches back before the start', [0b00000011, 0b00000010]],
    ['block has too many codes', [0b11111101, 0xff, 0xff]],
    [
      'code lengths do not make a code',
      [0b00000101, 0b11100000, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
    ],
  ])('%s', (message, bytes) => {
    expect(() => inflate(Uint8Array.from(bytes), 0, bytes.length, 1000)).toThrow(message);
  });

  test('every truncation is noticed', () => {
    const short = deflateRawSync(contents.floats.subarray(0, 2000));
    for (let end = 0; end < short.length; end++) {
      expect(() => inflate(short, 0, end, 2000)).toThrow(FileFormatError);
    }
  });

  test('3,000 mutations: refused, or the same bytes as zlib gives', () => {
    const source = contents.floats.subarray(0, 1200);
    const streams = Object.values(settings).map((options) => deflateRawSync(source, options));
    let read = 0;
    for (let round = 0; round < 3000; round++) {
      const [which, at, bit] = randomIntegers(new Int32Array(3), foldIn(key, round), 0, 2 ** 30);
      const damaged = Uint8Array.from(streams[which % streams.length]);
      damaged[at % damaged.length] ^= 1 << (bit % 8);
      const ours = attempt(() => inflate(damaged, 0, damaged.length, source.length));
      const theirs = attempt(() => Uint8Array.from(inflateRawSync(damaged)));
      if (ours instanceof Uint8Array) {
        read++;
        expect(theirs instanceof Uint8Array && sameBytes(ours, theirs)).toBe(true);
      } else {
        expect(ours).toBeInstanceOf(FileFormatError);
        expect(
          theirs instanceof Uint8Array && theirs.length === source.length && isWhole(damaged, theirs),
        ).toBe(false);
      }
    }
    expect(read).toBeGreaterThan(300);
  });
});

/** zlib ignores bytes after the last block; ours refuses them. */
function isWhole(packed: Uint8Array, content: Uint8Array): boolean {
  try {
    inflateRawSync(packed.subarray(0, packed.length - 1));
    return false;
  } catch {
    return content.length > 0;
  }
}

function attempt<Result>(run: () => Result): Result | unknown {
  try {
    return run();
  } catch (error) {
    return error;
  }
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}
