import { createData, type TypedData } from '../dtype.ts';
import type { DType } from '../types/shape.ts';
import { FileFormatError } from './arrays.ts';

/** How elements of one stored type are read; `read` gives undefined for a value that ours cannot hold. */
interface ElementType {
  readonly bytes: number;
  readonly dtype: DType;
  /** Absent where the stored bytes are our bytes. */
  readonly read?: (view: DataView, at: number) => number | undefined;
}

export const elementTypes = {
  float16: { bytes: 2, dtype: 'float32', read: (view, at) => halfToFloat(view.getUint16(at, true)) },
  bfloat16: { bytes: 2, dtype: 'float32', read: (view, at) => brainToFloat(view.getUint16(at, true)) },
  float32: { bytes: 4, dtype: 'float32' },
  float64: { bytes: 8, dtype: 'float32', read: (view, at) => view.getFloat64(at, true) },
  int8: { bytes: 1, dtype: 'int32', read: (view, at) => view.getInt8(at) },
  int16: { bytes: 2, dtype: 'int32', read: (view, at) => view.getInt16(at, true) },
  int32: { bytes: 4, dtype: 'int32' },
  int64: { bytes: 8, dtype: 'int32', read: readInt64 },
  uint8: { bytes: 1, dtype: 'int32', read: (view, at) => view.getUint8(at) },
  uint16: { bytes: 2, dtype: 'int32', read: (view, at) => view.getUint16(at, true) },
  uint32: { bytes: 4, dtype: 'int32', read: (view, at) => within(view.getUint32(at, true)) },
  uint64: { bytes: 8, dtype: 'int32', read: readUint64 },
  bool: {
    bytes: 1,
    dtype: 'bool',
    read: (view, at) => (view.getUint8(at) <= 1 ? view.getUint8(at) : undefined),
  },
} satisfies Record<string, ElementType>;

export type ElementName = keyof typeof elementTypes;

/** Copies `count` stored elements out of a file; the caller has checked that they lie inside. */
export function decodeElements(
  format: string,
  name: ElementName,
  bytes: Uint8Array,
  start: number,
  count: number,
): TypedData {
  const type: ElementType = elementTypes[name];
  const data = createData(type.dtype, count);
  if (type.read === undefined) {
    new Uint8Array(data.buffer).set(bytes.subarray(start, start + count * type.bytes));
    return data;
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset + start, count * type.bytes);
  for (let index = 0; index < count; index++) {
    const value = type.read(view, index * type.bytes);
    if (value === undefined) {
      throw new FileFormatError(
        format,
        `${name} element ${index} does not fit ${type.dtype}`,
        start + index * type.bytes,
      );
    }
    data[index] = value;
  }
  return data;
}

function within(value: number): number | undefined {
  return value < 2 ** 31 ? value : undefined;
}

/** A 64-bit integer fits 32 where the upper word only repeats the sign. */
function readInt64(view: DataView, at: number): number | undefined {
  const low = view.getInt32(at, true);
  return view.getInt32(at + 4, true) === low >> 31 ? low : undefined;
}

function readUint64(view: DataView, at: number): number | undefined {
  return view.getUint32(at + 4, true) === 0 ? within(view.getUint32(at, true)) : undefined;
}

function halfToFloat(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : Number.NaN;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1024 + fraction) * 2 ** (exponent - 25);
}

const float = new Float32Array(1);
const word = new Uint32Array(float.buffer);

/** A bfloat16 is the upper half of a float32. */
function brainToFloat(bits: number): number {
  word[0] = bits << 16;
  return float[0];
}
