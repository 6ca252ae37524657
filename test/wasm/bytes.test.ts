import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ByteWriter } from '../../packages/wasm/src/assembler/bytes.ts';

function written(write: (out: ByteWriter) => void): number[] {
  const out = new ByteWriter(1);
  write(out);
  return [...out.finish()];
}

/** Reads LEB128 as the standard defines it. */
function readLeb128(bytes: readonly number[], signed: boolean): bigint {
  let value = 0n;
  let shift = 0n;
  for (const byte of bytes) {
    value |= BigInt(byte & 0x7f) << shift;
    shift += 7n;
  }
  const isNegative = signed && ((bytes.at(-1) as number) & 0x40) !== 0;
  return isNegative ? value - (1n << shift) : value;
}

function isOneNumber(bytes: readonly number[]): boolean {
  return bytes.every((byte, index) => byte >= 0x80 === index < bytes.length - 1);
}

describe('LEB128', () => {
  test('unsigned numbers come back, in as few bytes as hold them', () => {
    fc.assert(
      fc.property(fc.nat(0xffff_ffff), (value) => {
        const bytes = written((out) => out.unsigned(value));
        expect(readLeb128(bytes, false)).toBe(BigInt(value));
        expect(isOneNumber(bytes)).toBe(true);
        expect(bytes.length).toBe(Math.max(1, Math.ceil(value.toString(2).length / 7)));
      }),
    );
  });

  test('signed numbers of 32 bits come back', () => {
    fc.assert(
      fc.property(fc.integer(), (value) => {
        const bytes = written((out) => out.signed(value));
        expect(readLeb128(bytes, true)).toBe(BigInt(value));
        expect(isOneNumber(bytes)).toBe(true);
        expect(bytes.length).toBeLessThanOrEqual(5);
      }),
    );
  });

  test('an unsigned number above 2^31 is written as the signed one with the same bits', () => {
    expect(written((out) => out.signed(0xffff_ffff))).toEqual(written((out) => out.signed(-1)));
  });

  test('signed numbers of 64 bits come back, and wrap', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (value) => {
        const bytes = written((out) => out.signedBig(value));
        expect(readLeb128(bytes, true)).toBe(value);
        expect(written((out) => out.signedBig(value + 2n ** 64n))).toEqual(bytes);
      }),
    );
  });

  test.each([
    [0, [0x00]],
    [63, [0x3f]],
    [64, [0xc0, 0x00]],
    [-1, [0x7f]],
    [-64, [0x40]],
    [-65, [0xbf, 0x7f]],
    [624485, [0xe5, 0x8e, 0x26]],
    [-123456, [0xc0, 0xbb, 0x78]],
  ])('signed %i is %j', (value, bytes) => {
    expect(written((out) => out.signed(value))).toEqual(bytes);
  });
});

describe('other formats', () => {
  test('floats are little-endian, NaN and zeros included', () => {
    for (const value of [1.5, -0, Number.NaN, Infinity, 1e-45]) {
      expect(written((out) => out.f32(value))).toEqual([...new Uint8Array(Float32Array.of(value).buffer)]);
      expect(written((out) => out.f64(value))).toEqual([...new Uint8Array(Float64Array.of(value).buffer)]);
    }
  });

  test('an opcode is one byte, or its prefix and a number', () => {
    expect(written((out) => out.opcode(0x6a))).toEqual([0x6a]);
    expect(written((out) => out.opcode(0xfd_0000 + 0x0b))).toEqual([0xfd, 0x0b]);
    expect(written((out) => out.opcode(0xfd_0000 + 0x105))).toEqual([0xfd, 0x85, 0x02]);
  });

  test('text is ASCII behind its length', () => {
    expect(written((out) => out.text('ab'))).toEqual([2, 0x61, 0x62]);
    expect(() => written((out) => out.text('aπ'))).toThrow("module: names must be ASCII, got 'aπ'");
  });

  test('what is sized comes behind its length', () => {
    const content = new ByteWriter();
    content.append(new Uint8Array(200).fill(7));
    expect(written((out) => out.sized(content))).toEqual([0xc8, 0x01, ...new Array<number>(200).fill(7)]);
  });

  test('a byte can be replaced, and what was finished stays as it is', () => {
    const out = new ByteWriter();
    out.byte(1);
    out.byte(2);
    const before = out.finish();
    out.replace(0, 9);
    expect([...before]).toEqual([1, 2]);
    expect([...out.finish()]).toEqual([9, 2]);
  });
});
