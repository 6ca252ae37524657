import { gunzipSync } from 'node:zlib';
import { firstLine, InputError } from '../inputError.ts';

/** Unsigned bytes of any number of axes: the format of the MNIST files. */
export interface Idx {
  readonly shape: readonly number[];
  readonly data: Uint8Array;
}

/** No file of this kind is larger; a header that lies about its size ends here. */
const mostBytes = 2 ** 30;

/** Reads an idx file, gzipped or plain. */
export function decodeIdx(file: Uint8Array, path: string): Idx {
  const bytes = file[0] === 0x1f && file[1] === 0x8b ? gunzip(file, path) : file;
  const axes = bytes[3] ?? 0;
  if (bytes.length < 4 || bytes[0] !== 0 || bytes[1] !== 0 || bytes[2] !== 8 || axes === 0) {
    throw new InputError(
      `mnist: this is no idx file of bytes, it begins [${[...bytes.subarray(0, 4)].join(', ')}], ${path}`,
    );
  }
  const headerBytes = 4 + 4 * axes;
  if (bytes.length < headerBytes)
    throw new InputError(`mnist: the header is cut off, ${bytes.length} bytes, ${path}`);
  const header = new DataView(bytes.buffer, bytes.byteOffset, headerBytes);
  const shape = Array.from({ length: axes }, (_, axis) => header.getUint32(4 + 4 * axis));
  const size = shape.reduce((product, length) => product * length, 1);
  if (bytes.length - headerBytes !== size) {
    throw new InputError(
      `mnist: the header says [${shape.join(', ')}], ${bytes.length - headerBytes} bytes follow, ${path}`,
    );
  }
  return { shape, data: bytes.subarray(headerBytes) };
}

function gunzip(file: Uint8Array, path: string): Uint8Array {
  try {
    return gunzipSync(file, { maxOutputLength: mostBytes });
  } catch (error) {
    throw new InputError(`mnist: the file cannot be unpacked (${firstLine(error)}), ${path}`, {
      cause: error,
    });
  }
}
