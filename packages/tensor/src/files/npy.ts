import type { TypedData } from '../dtype.ts';
import type { DType } from '../types/shape.ts';
import { type ArrayLikeTensor, arrayBytes, elementCount, FileFormatError } from './arrays.ts';
import { decodeElements, type ElementName, elementTypes } from './elements.ts';
import { HeaderReader } from './headerReader.ts';

/**
 * NumPy's format: a magic string, a version, a Python dictionary that gives dtype, order and shape, then the
 * elements. (https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html)
 */
export type NpyVersion = 1 | 2 | 3;

const FORMAT = 'npy';
const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];
const descriptions: Record<DType, string> = { float32: '<f4', int32: '<i4', bool: '|b1' };
const elementOfDescription = new Map<string, ElementName>([
  ['<f2', 'float16'],
  ['<f4', 'float32'],
  ['<f8', 'float64'],
  ['|i1', 'int8'],
  ['<i2', 'int16'],
  ['<i4', 'int32'],
  ['<i8', 'int64'],
  ['|u1', 'uint8'],
  ['<u2', 'uint16'],
  ['<u4', 'uint32'],
  ['<u8', 'uint64'],
  ['|b1', 'bool'],
]);

interface Header {
  element: ElementName;
  fortranOrder: boolean;
  shape: number[];
}

/** Version 1 is what every reader knows; 2 and 3 differ only in the width of a length and in the encoding. */
export function encodeNpy(array: ArrayLikeTensor, version: NpyVersion = 1): Uint8Array {
  const data = arrayBytes('encodeNpy', '', array);
  const lengthBytes = version === 1 ? 2 : 4;
  const tuple = array.shape.length === 1 ? `${array.shape[0]},` : array.shape.join(', ');
  const text = `{'descr': '${descriptions[array.dtype]}', 'fortran_order': False, 'shape': (${tuple}), }`;
  const start = MAGIC.length + 2 + lengthBytes;
  const dataStart = Math.ceil((start + text.length + 1) / 64) * 64;
  const out = new Uint8Array(dataStart + data.length);
  out.set([...MAGIC, version, 0]);
  const view = new DataView(out.buffer);
  if (version === 1) view.setUint16(8, dataStart - start, true);
  else view.setUint32(8, dataStart - start, true);
  out.set(new TextEncoder().encode(`${text.padEnd(dataStart - start - 1)}\n`), start);
  out.set(data, dataStart);
  return out;
}

export function decodeNpy(bytes: Uint8Array): ArrayLikeTensor {
  const { start, dataStart } = headerBounds(bytes);
  const { element, fortranOrder, shape } = readHeader(
    new HeaderReader(FORMAT, 'python', bytes, start, dataStart),
  );
  const { bytes: width, dtype } = elementTypes[element];
  const count = elementCount(shape);
  const stored = bytes.length - dataStart;
  if (count === undefined || count * width !== stored) {
    throw new FileFormatError(
      FORMAT,
      `${element} [${shape.join(', ')}] does not fill ${stored} bytes of data`,
      dataStart,
    );
  }
  const data = decodeElements(FORMAT, element, bytes, dataStart, count);
  return { dtype, shape, data: fortranOrder ? toRowMajor(data, shape) : data };
}

function headerBounds(bytes: Uint8Array): { start: number; dataStart: number } {
  const wrong = MAGIC.findIndex((byte, at) => bytes[at] !== byte);
  if (wrong >= 0) throw new FileFormatError(FORMAT, 'magic string is not that of an npy file', wrong);
  const [major, minor] = [bytes[6], bytes[7]];
  if (!(major >= 1 && major <= 3) || minor !== 0) {
    throw new FileFormatError(FORMAT, `version ${major}.${minor} is not known`, 6);
  }
  const start = major === 1 ? 10 : 12;
  if (bytes.length < start) throw new FileFormatError(FORMAT, 'file ends in its header length', bytes.length);
  const view = new DataView(bytes.buffer, bytes.byteOffset, start);
  const length = major === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  if (length > bytes.length - start) {
    throw new FileFormatError(FORMAT, `header of ${length} bytes in a file of ${bytes.length}`, 8);
  }
  return { start, dataStart: start + length };
}

function readHeader(reader: HeaderReader): Header {
  const start = reader.at;
  let element: ElementName | undefined;
  let fortranOrder: boolean | undefined;
  let shape: number[] | undefined;
  reader.members((field, at) => {
    if (field === 'descr') element = readDescription(reader);
    else if (field === 'fortran_order') fortranOrder = readBoolean(reader);
    else if (field === 'shape') shape = reader.counts('(', ')');
    else throw reader.error(`unknown field "${field}"`, at);
  });
  reader.expectEnd();
  if (element === undefined || fortranOrder === undefined || shape === undefined) {
    throw reader.error('header needs descr, fortran_order and shape', start);
  }
  return { element, fortranOrder, shape };
}

function readDescription(reader: HeaderReader): ElementName {
  const { at } = reader;
  if (reader.take('[')) throw reader.error('structured arrays are not supported', at);
  const description = reader.string();
  const element = elementOfDescription.get(description);
  if (element !== undefined) return element;
  const fault = description.startsWith('>')
    ? 'big-endian'
    : description === '|O'
      ? 'pickled objects'
      : 'unknown';
  throw reader.error(`dtype "${description}" is not supported: ${fault}`, at);
}

function readBoolean(reader: HeaderReader): boolean {
  const { at } = reader;
  const word = reader.word();
  if (word !== 'True' && word !== 'False') throw reader.error('fortran_order should be True or False', at);
  return word === 'True';
}

/** Fortran order has the first axis next to each other in memory; ours has the last. */
function toRowMajor(data: TypedData, shape: readonly number[]): TypedData {
  const out = data.slice();
  const strides = shape.map((_, axis) => shape.slice(0, axis).reduce((product, size) => product * size, 1));
  const index = new Array<number>(shape.length).fill(0);
  let source = 0;
  for (let at = 0; at < out.length; at++) {
    out[at] = data[source];
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      source += strides[axis];
      if (++index[axis] < shape[axis]) break;
      source -= strides[axis] * shape[axis];
      index[axis] = 0;
    }
  }
  return out;
}
