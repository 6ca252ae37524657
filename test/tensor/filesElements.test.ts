import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FileFormatError } from '../../packages/tensor/src/files/arrays.ts';
import { decodeElements, type ElementName, elementTypes } from '../../packages/tensor/src/files/elements.ts';
import { HeaderReader } from '../../packages/tensor/src/files/headerReader.ts';

const everyHalf = new Uint8Array(Uint16Array.from({ length: 65536 }, (_, bits) => bits).buffer);

describe('float16, all 65,536 of them', () => {
  const values = decodeElements('test', 'float16', everyHalf, 0, 65536);

  test('the known ones', () => {
    expect(values[0x0001]).toBe(2 ** -24);
    expect(values[0x03ff]).toBe(1023 * 2 ** -24);
    expect(values[0x0400]).toBe(2 ** -14);
    expect(values[0x3555]).toBe(0.333251953125);
    expect(values[0x3c00]).toBe(1);
    expect(values[0x7bff]).toBe(65504);
    expect([values[0x7c00], values[0xfc00]]).toEqual([Infinity, -Infinity]);
    expect(values[0x7e01]).toBeNaN();
  });

  test('rise without a gap, and mirror at zero', () => {
    for (let bits = 1; bits <= 0x7c00; bits++) {
      const [below, value, mirrored] = [values[bits - 1], values[bits], values[bits + 0x8000]];
      if (!(value > below && mirrored === -value))
        expect.fail(`bits ${bits}: ${below}, ${value}, ${mirrored}`);
    }
    expect(Object.is(values[0x8000], -0)).toBe(true);
  });
});

test('bfloat16, all of them: the upper half of a float32', () => {
  const values = decodeElements('test', 'bfloat16', everyHalf, 0, 65536);
  const bits = new Uint32Array(values.buffer);
  for (let upper = 0; upper < 65536; upper++) {
    const hasNoValue = (upper & 0x7f80) === 0x7f80 && (upper & 0x7f) !== 0;
    if (hasNoValue ? !Number.isNaN(values[upper]) : bits[upper] !== upper * 65536)
      expect.fail(`bits ${upper}`);
  }
});

describe('integers of every width', () => {
  const writers: [ElementName, (view: DataView, value: number) => void, low: number, high: number][] = [
    ['int8', (view, value) => view.setInt8(0, value), -128, 127],
    ['int16', (view, value) => view.setInt16(0, value, true), -32768, 32767],
    ['int32', (view, value) => view.setInt32(0, value, true), -(2 ** 31), 2 ** 31 - 1],
    ['int64', (view, value) => view.setBigInt64(0, BigInt(value), true), -(2 ** 52), 2 ** 52],
    ['uint8', (view, value) => view.setUint8(0, value), 0, 255],
    ['uint16', (view, value) => view.setUint16(0, value, true), 0, 65535],
    ['uint32', (view, value) => view.setUint32(0, value, true), 0, 2 ** 32 - 1],
    ['uint64', (view, value) => view.setBigUint64(0, BigInt(value), true), 0, 2 ** 52],
  ];

  test.each(writers)('%s: its own value, or refused where int32 cannot hold it', (name, write, low, high) => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), fc.boolean(), (drawn, near) => {
        const limit = near ? 2 ** 31 + (drawn % 3) : drawn;
        const value = Math.max(low, Math.min(high, limit));
        const bytes = new Uint8Array(8);
        write(new DataView(bytes.buffer), value);
        if (value >= -(2 ** 31) && value < 2 ** 31) {
          expect(decodeElements('test', name, bytes, 0, 1)[0]).toBe(value);
        } else {
          expect(() => decodeElements('test', name, bytes, 0, 1)).toThrow(FileFormatError);
        }
      }),
    );
  });

  test('the place of a value that does not fit', () => {
    const bytes = new Uint8Array(Float64Array.of(0, 0, 0).buffer);
    bytes[23] = 1;
    const read = () => decodeElements('test', 'int64', bytes, 8, 2);
    expect(read).toThrow('test: int64 element 1 does not fit int32 (at byte 16)');
  });
});

test('every element type reads from any byte offset', () => {
  const bytes = new Uint8Array(64);
  bytes.set([1, 0, 0, 0, 0, 0, 0, 0], 3);
  for (const [name, { bytes: width }] of Object.entries(elementTypes)) {
    const data = decodeElements('test', name as ElementName, bytes, 3, 1);
    expect(data).toHaveLength(1);
    if (name.includes('int')) expect([name, data[0], width]).toEqual([name, 1, width]);
  }
});

describe('HeaderReader', () => {
  const reader = (text: string, dialect: 'json' | 'python' = 'json') => {
    const bytes = new TextEncoder().encode(text);
    return new HeaderReader('test', dialect, bytes, 0, bytes.length);
  };

  test('strings: what JSON.parse gives', () => {
    const unit = fc.nat(0xffff).map((code) => String.fromCharCode(code));
    fc.assert(
      fc.property(fc.string({ unit }), (text) => {
        expect(reader(JSON.stringify(text)).string()).toBe(text);
      }),
    );
  });

  test('lists of counts: what JSON.parse gives', () => {
    fc.assert(
      fc.property(fc.array(fc.maxSafeNat()), fc.constantFrom('', ' ', '\n\t'), (counts, space) => {
        const text = `${space}[${counts.map((count) => `${space}${count}${space}`).join(',')}${space}]${space}`;
        const list = reader(text);
        expect(list.counts('[', ']')).toEqual(counts);
        list.expectEnd();
      }),
    );
  });

  test('a comma after the last item is Python, not JSON', () => {
    expect(reader('(3,)', 'python').counts('(', ')')).toEqual([3]);
    expect(reader('()', 'python').counts('(', ')')).toEqual([]);
    expect(() => reader('[3,]').counts('[', ']')).toThrow('an integer of at least 0 here (at byte 3)');
    expect(() => reader('(,)', 'python').counts('(', ')')).toThrow('(at byte 1)');
  });

  test('single quotes are Python, not JSON', () => {
    expect(reader("'a\"b'", 'python').string()).toBe('a"b');
    expect(() => reader("'a'").string()).toThrow('should have a string here (at byte 0)');
  });

  test('stops at its end, whatever follows', () => {
    const bytes = new TextEncoder().encode('[1, 23]');
    const cut = new HeaderReader('test', 'json', bytes, 0, 5);
    expect(() => cut.counts('[', ']')).toThrow('test: header should have "," here (at byte 5)');
  });

  test('a million opening brackets are one error, not a deep stack', () => {
    expect(() => reader('['.repeat(1_000_000)).counts('[', ']')).toThrow('(at byte 1)');
    expect(() => reader('{"a":'.repeat(1_000_000)).members(() => undefined)).toThrow('(at byte 5)');
  });
});
