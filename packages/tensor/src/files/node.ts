/** The file formats on disk, for Node alone: `@sonograd/tensor/files`. */
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { ArrayLikeTensor, NamedArrays } from './arrays.ts';
import { decodeNpy, encodeNpy } from './npy.ts';
import { decodeNpz, encodeNpz, type NpzOptions } from './npz.ts';
import { decodeSafetensors, encodeSafetensors, type Safetensors } from './safetensors.ts';

let writes = 0;

export function readFile(path: string): Uint8Array {
  return new Uint8Array(readFileSync(path));
}

/**
 * Writes beside the target, forces the bytes to the disk, then renames: whatever crashes when, a reader finds
 * the old file or the new one, whole.
 */
export function writeFileAtomic(path: string, bytes: Uint8Array): void {
  const temporary = join(dirname(path), `.${basename(path)}.${process.pid}.${writes++}.tmp`);
  try {
    writeSynced(temporary, bytes);
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
  syncDirectory(dirname(path));
}

export function saveSafetensors(
  path: string,
  tensors: NamedArrays,
  metadata?: Parameters<typeof encodeSafetensors>[1],
): void {
  writeFileAtomic(path, encodeSafetensors(tensors, metadata));
}

export function loadSafetensors(path: string): Safetensors {
  return decodeSafetensors(readFile(path));
}

export function saveNpy(path: string, array: ArrayLikeTensor): void {
  writeFileAtomic(path, encodeNpy(array));
}

export function loadNpy(path: string): ArrayLikeTensor {
  return decodeNpy(readFile(path));
}

export function saveNpz(path: string, arrays: NamedArrays): void {
  writeFileAtomic(path, encodeNpz(arrays));
}

export function loadNpz(path: string, options?: NpzOptions): Map<string, ArrayLikeTensor> {
  return decodeNpz(readFile(path), options);
}

function writeSynced(path: string, bytes: Uint8Array): void {
  const file = openSync(path, 'wx');
  try {
    for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** The new name is on the disk once its directory is; Windows cannot open one, and orders this by itself. */
function syncDirectory(path: string): void {
  if (process.platform === 'win32') return;
  const directory = openSync(path, 'r');
  try {
    fsyncSync(directory);
  } finally {
    closeSync(directory);
  }
}
