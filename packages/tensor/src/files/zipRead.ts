import { FileFormatError } from './arrays.ts';
import { crc32 } from './crc32.ts';
import { inflate } from './inflate.ts';
import { CENTRAL, DEFLATED, ENCRYPTED, ENDING, LOCAL, SIZES_FOLLOW, STORED, ZIP64 } from './zipLayout.ts';

const FORMAT = 'zip';
/** No deflate stream grows by more: two bits can stand for 258 bytes. */
const LARGEST_EXPANSION = 1032;

interface Entry {
  name: string;
  nameBytes: Uint8Array;
  flags: number;
  method: number;
  checksum: number;
  packed: number;
  size: number;
  localStart: number;
  /** Where the directory lists it. */
  at: number;
}

/** Unpacks every file; together they may not come to more than `maximumBytes`. */
export function readZip(bytes: Uint8Array, maximumBytes: number): Map<string, Uint8Array> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const { entries, start } = readDirectory(bytes, view);
  requirePlausibleSizes(entries, maximumBytes);
  const dataStarts = locate(bytes, view, entries, start);
  const files = new Map<string, Uint8Array>();
  for (const [index, entry] of entries.entries()) {
    if (files.has(entry.name)) throw new FileFormatError(FORMAT, `"${entry.name}" comes twice`, entry.at);
    files.set(entry.name, unpack(bytes, entry, dataStarts[index]));
  }
  return files;
}

function readDirectory(bytes: Uint8Array, view: DataView): { entries: Entry[]; start: number } {
  const ending = findEnding(view);
  const count = view.getUint16(ending + 10, true);
  const size = view.getUint32(ending + 12, true);
  const start = view.getUint32(ending + 16, true);
  if (count === 0xffff || size === ZIP64 || start === ZIP64) {
    throw new FileFormatError(FORMAT, 'zip64 archives (4 GiB and more) are not supported', ending);
  }
  if (view.getUint32(ending + 4, true) !== 0 || view.getUint16(ending + 8, true) !== count) {
    throw new FileFormatError(FORMAT, 'archives split over several files are not supported', ending);
  }
  if (start + size !== ending) {
    throw new FileFormatError(
      FORMAT,
      `directory of ${size} bytes at ${start} does not end at ${ending}`,
      ending,
    );
  }
  const entries: Entry[] = [];
  let at = start;
  while (at < ending) {
    const entry = readEntry(bytes, view, at, ending);
    entries.push(entry);
    at +=
      CENTRAL.bytes + entry.nameBytes.length + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
  }
  if (at !== ending || entries.length !== count) {
    throw new FileFormatError(
      FORMAT,
      `directory lists ${entries.length} files where ${count} are due`,
      start,
    );
  }
  return { entries, start };
}

/** The ending comes last but for a comment, whose length must reach exactly to the end of the file. */
function findEnding(view: DataView): number {
  const last = view.byteLength - ENDING.bytes;
  for (let at = last; at >= Math.max(0, last - 0xffff); at--) {
    const matches = view.getUint32(at, true) === ENDING.signature;
    if (matches && view.getUint16(at + 20, true) === last - at) return at;
  }
  throw new FileFormatError(
    FORMAT,
    'end of the directory is missing: truncated, or not a zip file',
    Math.max(0, last),
  );
}

function readEntry(bytes: Uint8Array, view: DataView, at: number, ending: number): Entry {
  const fits = at + CENTRAL.bytes <= ending && view.getUint32(at, true) === CENTRAL.signature;
  if (!fits || at + CENTRAL.bytes + view.getUint16(at + 28, true) > ending) {
    throw new FileFormatError(FORMAT, 'directory is damaged', at);
  }
  const nameStart = at + CENTRAL.bytes;
  const nameBytes = bytes.slice(nameStart, nameStart + view.getUint16(at + 28, true));
  const entry = {
    name: decodeName(nameBytes, nameStart),
    nameBytes,
    flags: view.getUint16(at + 8, true),
    method: view.getUint16(at + 10, true),
    checksum: view.getUint32(at + 16, true),
    packed: view.getUint32(at + 20, true),
    size: view.getUint32(at + 24, true),
    localStart: view.getUint32(at + 42, true),
    at,
  };
  requireSupported(entry);
  return entry;
}

function decodeName(bytes: Uint8Array, at: number): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new FileFormatError(FORMAT, 'file name is not UTF-8', at);
  }
}

function requireSupported({ name, flags, method, packed, size, localStart, at }: Entry): void {
  if (flags & ENCRYPTED) throw new FileFormatError(FORMAT, `"${name}" is encrypted`, at);
  if (packed === ZIP64 || size === ZIP64 || localStart === ZIP64) {
    throw new FileFormatError(FORMAT, `"${name}" needs zip64, which is not supported`, at);
  }
  if (method !== STORED && method !== DEFLATED) {
    throw new FileFormatError(
      FORMAT,
      `"${name}" is packed by method ${method}; only 0 and 8 are supported`,
      at,
    );
  }
  if (method === STORED ? size !== packed : size > LARGEST_EXPANSION * packed) {
    throw new FileFormatError(FORMAT, `"${name}" cannot unpack ${packed} bytes to ${size}`, at);
  }
}

function requirePlausibleSizes(entries: readonly Entry[], maximumBytes: number): void {
  let total = 0;
  for (const { name, size, at } of entries) {
    total += size;
    if (total > maximumBytes) {
      throw new FileFormatError(FORMAT, `"${name}" takes the contents past maximumBytes=${maximumBytes}`, at);
    }
  }
}

/** Where each file's bytes start. Files lie one behind the other, so no byte can be unpacked twice. */
function locate(bytes: Uint8Array, view: DataView, entries: readonly Entry[], end: number): number[] {
  const dataStarts = entries.map((entry) => dataStart(bytes, view, entry, end));
  const order = entries
    .map((_, index) => index)
    .sort((a, b) => entries[a].localStart - entries[b].localStart);
  let free = 0;
  let slack = 0;
  for (const index of order) {
    requireAdjacent(entries[index].localStart, free, slack);
    free = dataStarts[index] + entries[index].packed;
    slack = entries[index].flags & SIZES_FOLLOW ? 24 : 0;
  }
  requireAdjacent(end, free, slack);
  return dataStarts;
}

/** Between two files there is nothing, or the sizes and checksum of the first in at most 24 bytes. */
function requireAdjacent(next: number, free: number, slack: number): void {
  if (next < free || next > free + slack) {
    throw new FileFormatError(
      FORMAT,
      `${next < free ? 'files overlap' : 'bytes belong to no file'}`,
      Math.min(next, free),
    );
  }
}

function dataStart(bytes: Uint8Array, view: DataView, entry: Entry, end: number): number {
  const { name, nameBytes, localStart: at } = entry;
  if (at + LOCAL.bytes > end || view.getUint32(at, true) !== LOCAL.signature) {
    throw new FileFormatError(FORMAT, `"${name}" has no header of its own at ${at}`, entry.at);
  }
  const nameLength = view.getUint16(at + 26, true);
  const start = at + LOCAL.bytes + nameLength + view.getUint16(at + 28, true);
  if (start + entry.packed > end) throw new FileFormatError(FORMAT, `"${name}" runs into the directory`, at);
  const sameName =
    nameLength === nameBytes.length && nameBytes.every((byte, i) => byte === bytes[at + LOCAL.bytes + i]);
  if (!sameName || view.getUint16(at + 8, true) !== entry.method || !agreesOnSizes(view, entry)) {
    throw new FileFormatError(FORMAT, `"${name}" and its entry in the directory differ`, at);
  }
  return start;
}

/** NumPy leaves room for zip64 sizes in a file's own header; then, or when they follow the data, the directory counts. */
function agreesOnSizes(view: DataView, { flags, checksum, packed, size, localStart }: Entry): boolean {
  if (flags & SIZES_FOLLOW) return true;
  const own = [14, 18, 22].map((field) => view.getUint32(localStart + field, true));
  return (
    own[0] === checksum && (own[1] === packed || own[1] === ZIP64) && (own[2] === size || own[2] === ZIP64)
  );
}

function unpack(
  bytes: Uint8Array,
  { name, method, packed, size, checksum }: Entry,
  start: number,
): Uint8Array {
  const content =
    method === STORED ? bytes.subarray(start, start + size) : inflate(bytes, start, start + packed, size);
  if (crc32(content) !== checksum)
    throw new FileFormatError(FORMAT, `"${name}" does not match its checksum`, start);
  return content;
}
