import { readdirSync, readFileSync } from 'node:fs';
import type { ArrayLikeTensor } from '../../packages/tensor/src/files/arrays.ts';
import { decodeNpy } from '../../packages/tensor/src/files/npy.ts';
import { decodeNpz } from '../../packages/tensor/src/files/npz.ts';
import { decodeSafetensors } from '../../packages/tensor/src/files/safetensors.ts';
import type { DType } from '../../packages/tensor/src/types/shape.ts';

export interface Expected {
  dtype: DType;
  shape: number[];
  data: (number | string | boolean)[];
}

const folder = new URL('../golden/files/', import.meta.url);

/** By file name, then by array name; the array of an npy file has the empty name. */
export const expected: Record<string, Record<string, Expected>> = JSON.parse(
  readFileSync(new URL('../golden/files.json', import.meta.url), 'utf8'),
);

export const goldenFiles = readdirSync(folder).sort();

export function goldenBytes(name: string): Uint8Array {
  return new Uint8Array(readFileSync(new URL(name, folder)));
}

export function decodeAny(fileName: string, bytes: Uint8Array): Map<string, ArrayLikeTensor> {
  if (fileName.endsWith('.npy')) return new Map([['', decodeNpy(bytes)]]);
  return fileName.endsWith('.npz') ? decodeNpz(bytes) : decodeSafetensors(bytes).tensors;
}

export function float32(shape: number[], data: number[]): ArrayLikeTensor {
  return { dtype: 'float32', shape, data: Float32Array.from(data) };
}

export function int32(shape: number[], data: number[]): ArrayLikeTensor {
  return { dtype: 'int32', shape, data: Int32Array.from(data) };
}

export function bool(shape: number[], data: number[]): ArrayLikeTensor {
  return { dtype: 'bool', shape, data: Uint8Array.from(data) };
}
