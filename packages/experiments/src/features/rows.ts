import { closeSync, openSync, readSync } from 'node:fs';
import { InputError } from '../inputError.ts';

/** A long row of numbers, in memory or on disk. */
export interface Rows {
  /** Copies `out.length` numbers from place `from`. */
  read(from: number, out: Float32Array): void;
  close(): void;
}

/** Opens a file of float32: into memory where it is small enough, else it is read where it lies. */
export function openRows(path: string, length: number, inMemoryBytes: number): Rows {
  const file = new FileRows(path);
  if (4 * length > inMemoryBytes) return file;
  const data = new Float32Array(length);
  try {
    file.read(0, data);
  } finally {
    file.close();
  }
  return memoryRows(data);
}

export function memoryRows(data: Float32Array): Rows {
  return {
    read: (from, out) => out.set(data.subarray(from, from + out.length)),
    close: () => undefined,
  };
}

/** One row behind the other, `length` numbers of the first; nobody reads across the seam. */
export function joinRows(first: Rows, length: number, second: Rows): Rows {
  return {
    read: (from, out) => (from < length ? first.read(from, out) : second.read(from - length, out)),
    close() {
      first.close();
      second.close();
    },
  };
}

/** The system keeps in memory what is read often; this process holds no more than one row. */
class FileRows implements Rows {
  private readonly file: number;
  private readonly path: string;
  private closed = false;

  constructor(path: string) {
    this.path = path;
    this.file = openSync(path, 'r');
  }

  read(from: number, out: Float32Array): void {
    const bytes = new Uint8Array(out.buffer, out.byteOffset, out.byteLength);
    for (let at = 0; at < bytes.length; ) {
      const wanted = Math.min(bytes.length - at, 2 ** 30);
      const got = readSync(this.file, bytes, at, wanted, 4 * from + at);
      if (got === 0)
        throw new InputError(`features: the cache was cut off, delete it and run again, ${this.path}`);
      at += got;
    }
  }

  close(): void {
    if (!this.closed) closeSync(this.file);
    this.closed = true;
  }
}
