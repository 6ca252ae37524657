import { describe, expect, test } from 'vitest';
import { FileFormatError } from '../../packages/tensor/src/files/arrays.ts';
import { decodeNpy, encodeNpy } from '../../packages/tensor/src/files/npy.ts';
import { decodeSafetensors, encodeSafetensors } from '../../packages/tensor/src/files/safetensors.ts';
import { expectFormatError } from './filesExpect.ts';
import { bool, float32 } from './filesGolden.ts';

describe('damaged safetensors', () => {
  const tensor = '"dtype":"F32","shape":[2],"data_offsets":[0,8]';

  test.each([
    ['non-JSON header', 'hello', 'header should have "{" here', 8],
    ['header that is no map', '[1]', 'header should have "{" here', 8],
    ['header that does not end', `{"a":{${tensor}}`, 'header should have "," here', 8 + 53],
    ['two headers', `{"a":{${tensor}}}{}`, 'header goes on after its end', 8 + 54],
    ['comma too many', `{"a":{${tensor}},}`, 'header should have a string here', 8 + 54],
    ['name twice', `{"a":{${tensor}},"a":{${tensor}}}`, '"a" comes twice', 8 + 54],
    ['name twice, once escaped', `{"a":{${tensor}},"\\u0061":{${tensor}}}`, '"a" comes twice', 8 + 54],
    ['field twice', `{"a":{"dtype":"F32","dtype":"F32"}}`, '"dtype" comes twice', 8 + 20],
    ['unknown field', `{"a":{${tensor},"strides":[1]}}`, '"a" has the unknown field "strides"', 8 + 53],
    ['missing field', '{"a":{"dtype":"F32","shape":[2]}}', '"a" needs dtype, shape and two data_offsets', 9],
    ['one offset', '{"a":{"dtype":"F32","shape":[2],"data_offsets":[8]}}', 'two data_offsets', 9],
    ['unknown dtype', '{"a":{"dtype":"F4","shape":[2],"data_offsets":[0,8]}}', 'unsupported dtype "F4"', 9],
    [
      'negative size',
      '{"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}',
      'an integer of at least 0',
      8 + 29,
    ],
    [
      'NaN size',
      '{"a":{"dtype":"F32","shape":[NaN],"data_offsets":[0,8]}}',
      'an integer of at least 0',
      8 + 29,
    ],
    [
      'fractional size',
      '{"a":{"dtype":"F32","shape":[2.0],"data_offsets":[0,8]}}',
      'header should have "," here',
      8 + 30,
    ],
    [
      'padded size',
      '{"a":{"dtype":"F32","shape":[02],"data_offsets":[0,8]}}',
      'integer starts with a zero',
      8 + 29,
    ],
    [
      'huge size',
      `{"a":{"dtype":"F32","shape":[${'9'.repeat(400)}],"data_offsets":[0,8]}}`,
      'integer is too large',
      8 + 29,
    ],
    [
      'sizes that overflow',
      `{"a":{"dtype":"F32","shape":[${2 ** 40},${2 ** 40}],"data_offsets":[0,8]}}`,
      'does not fill bytes 0 to 8',
      9,
    ],
    [
      'sizes that wrap to the right length',
      `{"a":{"dtype":"F32","shape":[${2 ** 32},${2 ** 32},2],"data_offsets":[0,8]}}`,
      'does not fill',
      9,
    ],
    [
      'offsets backwards',
      '{"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}',
      'does not fill bytes 8 to 0',
      9,
    ],
    [
      'more elements than bytes',
      '{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}',
      '"a" F32 [3] does not fill bytes 0 to 8',
      9,
    ],
    [
      'gap',
      '{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}',
      '"a" starts at 4 where 0 is due and leaves a gap',
      9,
    ],
    [
      'past the end',
      '{"a":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}}',
      '"a" ends at 16, the data at 8',
      9,
    ],
    [
      'bytes left over',
      '{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}',
      '4 bytes belong to no tensor',
      8 + 54 + 4,
    ],
    ['metadata that is no text', '{"__metadata__":{"a":1}}', 'header should have a string here', 8 + 21],
    ['bad escape', '{"\\x":1}', 'string is damaged', 9],
    ['string that does not end', '{"abc', 'string does not end', 9],
    ['escape at the very end', '{"abc\\', 'string does not end', 9],
  ])('%s', (_, header, message, byteOffset) => {
    expectFormatError(() => decodeSafetensors(file(header)), 'safetensors', message, byteOffset);
  });

  test('overlap', () => {
    const header = `{"a":{${tensor}},"b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}`;
    expectFormatError(
      () => decodeSafetensors(file(header)),
      'safetensors',
      '"b" starts at 4 where 8 is due and overlaps',
      62,
    );
  });

  test('names that are not UTF-8', () => {
    const bytes = file('{"??":1}');
    bytes[10] = 0xff;
    expectFormatError(() => decodeSafetensors(bytes), 'safetensors', 'string is damaged', 9);
  });

  test('a length of header that lies', () => {
    const bytes = file(`{"a":{${tensor}}}`);
    const view = new DataView(bytes.buffer);
    view.setUint32(0, 71, true);
    expectFormatError(() => decodeSafetensors(bytes), 'safetensors', 'header of 71 bytes in a file of 70', 0);
    view.setBigUint64(0, 2n ** 64n - 1n, true);
    expectFormatError(
      () => decodeSafetensors(bytes),
      'safetensors',
      'header of 18446744073709552000 bytes',
      0,
    );
    view.setBigUint64(0, 0n, true);
    expectFormatError(() => decodeSafetensors(bytes), 'safetensors', 'header should have "{" here', 8);
  });

  test('every truncation', () => {
    const bytes = encodeSafetensors({ a: float32([3], [1, 2, 3]), b: bool([2], [1, 0]) }, { k: 'v' });
    for (let end = 0; end < bytes.length; end++) {
      expect(() => decodeSafetensors(bytes.subarray(0, end))).toThrow(FileFormatError);
    }
  });

  test.each([
    ['BOOL', 1, [2], 'bool element 0 does not fit bool'],
    ['U32', 4, [0, 0, 0, 128], 'uint32 element 0 does not fit int32'],
    ['I64', 8, [0, 0, 0, 128, 0, 0, 0, 0], 'int64 element 0 does not fit int32'],
    ['I64', 8, [0, 0, 0, 0, 255, 255, 255, 255], 'int64 element 0 does not fit int32'],
    ['U64', 8, [0, 0, 0, 0, 1, 0, 0, 0], 'uint64 element 0 does not fit int32'],
  ])('%s value that ours cannot hold', (dtype, width, data, message) => {
    const header = `{"a":{"dtype":"${dtype}","shape":[1],"data_offsets":[0,${width}]}}`;
    expectFormatError(() => decodeSafetensors(file(header, data)), 'safetensors', message, 8 + header.length);
  });

  function file(header: string, data: number[] = [0, 0, 0, 0, 0, 0, 0, 0]): Uint8Array {
    const text = new TextEncoder().encode(header);
    const bytes = new Uint8Array(8 + text.length + data.length);
    bytes[0] = text.length & 255;
    bytes[1] = text.length >> 8;
    bytes.set(text, 8);
    bytes.set(data, 8 + text.length);
    return bytes;
  }
});

describe('damaged npy', () => {
  const whole = encodeNpy(float32([2], [1, 2]));

  test.each([
    [
      'structured array',
      "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (2,)}",
      'structured arrays are not supported',
      19,
    ],
    [
      'pickled objects',
      "{'descr': '|O', 'fortran_order': False, 'shape': (2,)}",
      'dtype "|O" is not supported: pickled objects',
      19,
    ],
    [
      'big-endian',
      "{'descr': '>f4', 'fortran_order': False, 'shape': (2,)}",
      'dtype ">f4" is not supported: big-endian',
      19,
    ],
    [
      'text',
      "{'descr': '<U5', 'fortran_order': False, 'shape': (2,)}",
      'dtype "<U5" is not supported: unknown',
      19,
    ],
    [
      'order that is no truth value',
      "{'descr': '<f4', 'fortran_order': 0, 'shape': (2,)}",
      'fortran_order should be True or False',
      43,
    ],
    [
      'negative size',
      "{'descr': '<f4', 'fortran_order': False, 'shape': (-2,)}",
      'an integer of at least 0',
      61,
    ],
    ['NaN size', "{'descr': '<f4', 'fortran_order': False, 'shape': (nan,)}", 'an integer of at least 0', 61],
    [
      'huge size',
      `{'descr': '<f4', 'fortran_order': False, 'shape': (${2 ** 50}, ${2 ** 50})}`,
      'does not fill 8 bytes of data',
      128,
    ],
    ['missing field', "{'descr': '<f4', 'shape': (2,)}", 'header needs descr, fortran_order and shape', 10],
    ['field twice', "{'descr': '<f4', 'descr': '<f4'}", '"descr" comes twice', 27],
    ['unknown field', "{'descr': '<f4', 'order': False}", 'unknown field "order"', 27],
    ['code', "__import__('os')", 'header should have "{" here', 10],
    [
      'more after the header',
      "{'descr': '<f4', 'fortran_order': False, 'shape': (2,)} x",
      'header goes on after its end',
      66,
    ],
  ])('%s', (_, header, message, byteOffset) => {
    expectFormatError(() => decodeNpy(withHeader(header)), 'npy', message, byteOffset);
  });

  test('wrong magic and unknown versions', () => {
    expectFormatError(
      () => decodeNpy(Uint8Array.of(0x93, 0x4e, 0x55, 0x4e)),
      'npy',
      'magic string is not',
      3,
    );
    expectFormatError(() => decodeNpy(new Uint8Array(0)), 'npy', 'magic string is not', 0);
    for (const [major, minor] of [
      [0, 0],
      [4, 0],
      [1, 1],
    ]) {
      const bytes = whole.slice();
      bytes.set([major, minor], 6);
      expectFormatError(() => decodeNpy(bytes), 'npy', `version ${major}.${minor} is not known`, 6);
    }
  });

  test('lengths that lie', () => {
    const bytes = whole.slice();
    bytes.set([0xff, 0xff], 8);
    expectFormatError(() => decodeNpy(bytes), 'npy', 'header of 65535 bytes in a file of 136', 8);
    const version2 = encodeNpy(float32([2], [1, 2]), 2);
    version2.fill(0xff, 8, 12);
    expectFormatError(() => decodeNpy(version2), 'npy', 'header of 4294967295 bytes', 8);
  });

  test('every truncation, and bytes after the end', () => {
    for (let end = 0; end < whole.length; end++) {
      expect(() => decodeNpy(whole.subarray(0, end))).toThrow(FileFormatError);
    }
    const longer = new Uint8Array(whole.length + 1);
    longer.set(whole);
    expectFormatError(() => decodeNpy(longer), 'npy', 'float32 [2] does not fill 9 bytes of data', 128);
  });

  function withHeader(header: string): Uint8Array {
    const bytes = whole.slice();
    bytes.set(new TextEncoder().encode(`${header.padEnd(117)}\n`), 10);
    return bytes;
  }
});
