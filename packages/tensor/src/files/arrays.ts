import { bytesPerElement, type TypedData } from '../dtype.ts';
import type { DType } from '../types/shape.ts';

/** What a file holds of a tensor; a `Tensor` is one as it stands. */
export interface ArrayLikeTensor {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly data: TypedData;
}

export type NamedArrays = ReadonlyMap<string, ArrayLikeTensor> | Readonly<Record<string, ArrayLikeTensor>>;

/** The file is damaged, foreign or not supported; `byteOffset` is where that shows. */
export class FileFormatError extends Error {
  override readonly name = 'FileFormatError';
  readonly byteOffset: number;

  constructor(format: string, rule: string, byteOffset: number) {
    super(`${format}: ${rule} (at byte ${byteOffset})`);
    this.byteOffset = byteOffset;
  }
}

export function namedEntries<Value>(
  named: ReadonlyMap<string, Value> | Readonly<Record<string, Value>>,
): [string, Value][] {
  return named instanceof Map ? [...named] : Object.entries(named);
}

/** The product of a shape read from a file, or undefined where it is no count that memory could hold. */
export function elementCount(shape: readonly number[]): number | undefined {
  if (shape.includes(0)) return 0;
  const count = shape.reduce((product, size) => product * size, 1);
  return Number.isSafeInteger(count) ? count : undefined;
}

/** An array's bytes as every format here stores them: row-major and little-endian, as memory is. */
export function arrayBytes(op: string, name: string, { dtype, shape, data }: ArrayLikeTensor): Uint8Array {
  const place = `${op}: ${name === '' ? 'array' : `"${name}"`}`;
  if (!Object.hasOwn(bytesPerElement, dtype)) throw new TypeError(`${place} has the unknown dtype ${dtype}`);
  if (data.BYTES_PER_ELEMENT !== bytesPerElement[dtype]) {
    throw new TypeError(`${place} is ${dtype}, its data a ${data.constructor.name}`);
  }
  const valid = shape.every((size) => Number.isSafeInteger(size) && size >= 0);
  if (!valid || elementCount(shape) !== data.length) {
    throw new RangeError(`${place} has ${data.length} elements for the shape [${shape.join(', ')}]`);
  }
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}
