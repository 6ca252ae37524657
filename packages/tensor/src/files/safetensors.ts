import { bytesPerElement } from '../dtype.ts';
import type { DType } from '../types/shape.ts';
import {
  type ArrayLikeTensor,
  arrayBytes,
  elementCount,
  FileFormatError,
  type NamedArrays,
  namedEntries,
} from './arrays.ts';
import { decodeElements, type ElementName, elementTypes } from './elements.ts';
import { HeaderReader } from './headerReader.ts';

/**
 * safetensors: eight bytes of header length, a JSON header that gives dtype, shape and place of each tensor,
 * then the tensors' bytes, one right after the other. (https://github.com/huggingface/safetensors)
 */
export interface Safetensors {
  tensors: Map<string, ArrayLikeTensor>;
  metadata: Map<string, string>;
}

type Metadata = ReadonlyMap<string, string> | Readonly<Record<string, string>>;

interface Entry {
  name: string;
  element: ElementName;
  shape: number[];
  begin: number;
  end: number;
  /** Where the header names it. */
  at: number;
}

const FORMAT = 'safetensors';
const METADATA = '__metadata__';
const codes: Record<DType, string> = { float32: 'F32', int32: 'I32', bool: 'BOOL' };
const elementOfCode = new Map<string, ElementName>([
  ['F16', 'float16'],
  ['BF16', 'bfloat16'],
  ['F32', 'float32'],
  ['F64', 'float64'],
  ['I8', 'int8'],
  ['I16', 'int16'],
  ['I32', 'int32'],
  ['I64', 'int64'],
  ['U8', 'uint8'],
  ['U16', 'uint16'],
  ['U32', 'uint32'],
  ['U64', 'uint64'],
  ['BOOL', 'bool'],
]);

/** The same tensors and metadata give the same bytes, in whatever order they come. */
export function encodeSafetensors(tensors: NamedArrays, metadata: Metadata = {}): Uint8Array {
  const parts = namedEntries(tensors)
    .map(([name, array]) => ({ name, array, bytes: arrayBytes('encodeSafetensors', name, array) }))
    .sort((a, b) => widthOf(b.array) - widthOf(a.array) || byCodeUnits(a.name, b.name));
  const header = new TextEncoder().encode(headerText(parts, namedEntries(metadata)));
  const padded = Math.ceil(header.length / 8) * 8;
  const out = new Uint8Array(8 + padded + parts.reduce((sum, { bytes }) => sum + bytes.length, 0));
  new DataView(out.buffer).setUint32(0, padded, true);
  out.fill(0x20, 8, 8 + padded);
  out.set(header, 8);
  let at = 8 + padded;
  for (const { bytes } of parts) {
    out.set(bytes, at);
    at += bytes.length;
  }
  return out;
}

export function decodeSafetensors(bytes: Uint8Array): Safetensors {
  const dataStart = headerEnd(bytes);
  const { entries, metadata } = readHeader(new HeaderReader(FORMAT, 'json', bytes, 8, dataStart));
  requireSeamless(entries, dataStart, bytes.length);
  const tensors = new Map<string, ArrayLikeTensor>();
  for (const { name, element, shape, begin, end } of entries) {
    const { bytes: width, dtype } = elementTypes[element];
    const data = decodeElements(FORMAT, element, bytes, dataStart + begin, (end - begin) / width);
    tensors.set(name, { dtype, shape, data });
  }
  return { tensors, metadata };
}

function headerText(
  parts: { name: string; array: ArrayLikeTensor; bytes: Uint8Array }[],
  metadata: [string, string][],
) {
  const members: string[] = [];
  if (metadata.length > 0) {
    const notText = metadata.find(([, text]) => typeof text !== 'string');
    if (notText) throw new TypeError(`encodeSafetensors: metadata "${notText[0]}" must be a string`);
    const sorted = metadata.toSorted(([a], [b]) => byCodeUnits(a, b));
    const pairs = sorted.map(([name, text]) => `${JSON.stringify(name)}:${JSON.stringify(text)}`);
    members.push(`"${METADATA}":{${pairs.join(',')}}`);
  }
  let begin = 0;
  for (const { name, array, bytes } of parts) {
    if (name === METADATA) throw new RangeError(`encodeSafetensors: no tensor may be called ${METADATA}`);
    const end = begin + bytes.length;
    const info = { dtype: codes[array.dtype], shape: array.shape, data_offsets: [begin, end] };
    members.push(`${JSON.stringify(name)}:${JSON.stringify(info)}`);
    begin = end;
  }
  return `{${members.join(',')}}`;
}

function headerEnd(bytes: Uint8Array): number {
  if (bytes.length < 8)
    throw new FileFormatError(FORMAT, `file of ${bytes.length} bytes ends in its header length`, 0);
  const view = new DataView(bytes.buffer, bytes.byteOffset, 8);
  const length = view.getUint32(4, true) * 2 ** 32 + view.getUint32(0, true);
  if (length > bytes.length - 8) {
    throw new FileFormatError(FORMAT, `header of ${length} bytes in a file of ${bytes.length}`, 0);
  }
  return 8 + length;
}

function readHeader(reader: HeaderReader): { entries: Entry[]; metadata: Map<string, string> } {
  const entries: Entry[] = [];
  const metadata = new Map<string, string>();
  reader.members((name, at) => {
    if (name === METADATA) reader.members((key) => metadata.set(key, reader.string()));
    else entries.push(readEntry(reader, name, at));
  });
  reader.expectEnd();
  return { entries, metadata };
}

function readEntry(reader: HeaderReader, name: string, at: number): Entry {
  let code: string | undefined;
  let shape: number[] | undefined;
  let offsets: number[] | undefined;
  reader.members((field, fieldAt) => {
    if (field === 'dtype') code = reader.string();
    else if (field === 'shape') shape = reader.counts('[', ']');
    else if (field === 'data_offsets') offsets = reader.counts('[', ']');
    else throw reader.error(`"${name}" has the unknown field "${field}"`, fieldAt);
  });
  if (code === undefined || shape === undefined || offsets?.length !== 2) {
    throw reader.error(`"${name}" needs dtype, shape and two data_offsets`, at);
  }
  const element = elementOfCode.get(code);
  if (element === undefined) throw reader.error(`"${name}" has the unsupported dtype "${code}"`, at);
  const [begin, end] = offsets;
  const count = elementCount(shape);
  if (count === undefined || begin + count * elementTypes[element].bytes !== end) {
    throw reader.error(`"${name}" ${code} [${shape.join(', ')}] does not fill bytes ${begin} to ${end}`, at);
  }
  return { name, element, shape, begin, end, at };
}

/** Every byte after the header belongs to one tensor: no gaps, no overlaps, nothing at the end. */
function requireSeamless(entries: Entry[], dataStart: number, fileEnd: number): void {
  entries.sort((a, b) => a.begin - b.begin || a.end - b.end);
  let expected = 0;
  for (const { name, begin, end, at } of entries) {
    if (begin !== expected) {
      const fault = begin < expected ? 'overlaps the tensor before' : 'leaves a gap';
      throw new FileFormatError(
        FORMAT,
        `"${name}" starts at ${begin} where ${expected} is due and ${fault}`,
        at,
      );
    }
    if (end > fileEnd - dataStart) {
      throw new FileFormatError(FORMAT, `"${name}" ends at ${end}, the data at ${fileEnd - dataStart}`, at);
    }
    expected = end;
  }
  if (dataStart + expected < fileEnd) {
    throw new FileFormatError(
      FORMAT,
      `${fileEnd - dataStart - expected} bytes belong to no tensor`,
      dataStart + expected,
    );
  }
}

function widthOf({ dtype }: ArrayLikeTensor): number {
  return bytesPerElement[dtype];
}

function byCodeUnits(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
