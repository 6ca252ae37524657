import type { DType } from './types/shape.ts';

/** What `x.data` is for each dtype. */
export interface DataOf {
  float32: Float32Array;
  int32: Int32Array;
  bool: Uint8Array;
}

export type TypedData = DataOf[DType];

export const bytesPerElement: Record<DType, number> = { float32: 4, int32: 4, bool: 1 };

export function createData(dtype: DType, length: number): TypedData {
  if (dtype === 'float32') return new Float32Array(length);
  return dtype === 'int32' ? new Int32Array(length) : new Uint8Array(length);
}

/** A view on existing bytes. */
export function viewData(
  dtype: DType,
  buffer: ArrayBufferLike,
  byteOffset: number,
  length: number,
): TypedData {
  if (dtype === 'float32') return new Float32Array(buffer, byteOffset, length);
  return dtype === 'int32'
    ? new Int32Array(buffer, byteOffset, length)
    : new Uint8Array(buffer, byteOffset, length);
}
