import { type ArrayLikeTensor, FileFormatError, type NamedArrays, namedEntries } from './arrays.ts';
import { decodeNpy, encodeNpy } from './npy.ts';
import { readZip } from './zipRead.ts';
import { writeZip } from './zipWrite.ts';

export interface NpzOptions {
  /** What the arrays may come to when unpacked: a small archive can hold gigabytes of zeros. */
  maximumBytes?: number;
}

const ENDING = '.npy';

/** Several npy files in one zip archive, as `numpy.savez` writes them; nothing is compressed. */
export function encodeNpz(arrays: NamedArrays): Uint8Array {
  const files = namedEntries(arrays).map(([name, array]) => [name + ENDING, encodeNpy(array)] as const);
  return writeZip(new Map(files));
}

/** Reads what `numpy.savez` and `numpy.savez_compressed` write. */
export function decodeNpz(bytes: Uint8Array, options: NpzOptions = {}): Map<string, ArrayLikeTensor> {
  const arrays = new Map<string, ArrayLikeTensor>();
  for (const [name, content] of readZip(bytes, options.maximumBytes ?? 2 ** 31)) {
    if (!name.endsWith(ENDING)) throw new FileFormatError('npz', `"${name}" is not an npy file`, 0);
    arrays.set(name.slice(0, -ENDING.length), decodeNpy(content));
  }
  return arrays;
}
