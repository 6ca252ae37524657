import { crc32 } from './crc32.ts';
import { CENTRAL, ENDING, LOCAL, UTF8_NAMES, ZIP64 } from './zipLayout.ts';

/** Every header says that version 2.0 of the format is enough to read it. */
const VERSION = 20;
/** 1 January 1980, so that the same contents give the same bytes on any day. */
const FIRST_DAY = 0x21;

interface Part {
  name: Uint8Array;
  content: Uint8Array;
  checksum: number;
}

/** Stores files as they are, without compression. */
export function writeZip(files: ReadonlyMap<string, Uint8Array>): Uint8Array {
  const parts = [...files].map(([name, content]) => {
    return { name: new TextEncoder().encode(name), content, checksum: crc32(content) };
  });
  const directoryStart = sum(parts, ({ name, content }) => LOCAL.bytes + name.length + content.length);
  const directoryBytes = sum(parts, ({ name }) => CENTRAL.bytes + name.length);
  const total = directoryStart + directoryBytes + ENDING.bytes;
  if (total >= ZIP64 || parts.length >= 0xffff || parts.some(({ name }) => name.length > 0xffff)) {
    throw new RangeError(`writeZip: ${parts.length} files of ${total} bytes together need zip64`);
  }
  const out = new Uint8Array(total);
  const view = new DataView(out.buffer);
  let at = 0;
  let directory = directoryStart;
  for (const part of parts) {
    writeDirectoryEntry(out, view, directory, part, at);
    writeFile(out, view, at, part);
    directory += CENTRAL.bytes + part.name.length;
    at += LOCAL.bytes + part.name.length + part.content.length;
  }
  writeEnding(view, directory, parts.length, directoryStart);
  return out;
}

function writeFile(out: Uint8Array, view: DataView, at: number, part: Part): void {
  view.setUint32(at, LOCAL.signature, true);
  writeCommonFields(view, at + 4, part);
  out.set(part.name, at + LOCAL.bytes);
  out.set(part.content, at + LOCAL.bytes + part.name.length);
}

function writeDirectoryEntry(out: Uint8Array, view: DataView, at: number, part: Part, fileAt: number): void {
  view.setUint32(at, CENTRAL.signature, true);
  view.setUint16(at + 4, VERSION, true);
  writeCommonFields(view, at + 6, part);
  view.setUint32(at + 42, fileAt, true);
  out.set(part.name, at + CENTRAL.bytes);
}

/** The fields that both headers of a file share, from the version to the length of its name. */
function writeCommonFields(view: DataView, at: number, { name, content, checksum }: Part): void {
  view.setUint16(at, VERSION, true);
  view.setUint16(at + 2, UTF8_NAMES, true);
  view.setUint16(at + 8, FIRST_DAY, true);
  view.setUint32(at + 10, checksum, true);
  view.setUint32(at + 14, content.length, true);
  view.setUint32(at + 18, content.length, true);
  view.setUint16(at + 22, name.length, true);
}

function writeEnding(view: DataView, at: number, count: number, directoryStart: number): void {
  view.setUint32(at, ENDING.signature, true);
  view.setUint16(at + 8, count, true);
  view.setUint16(at + 10, count, true);
  view.setUint32(at + 12, at - directoryStart, true);
  view.setUint32(at + 16, directoryStart, true);
}

function sum(parts: readonly Part[], size: (part: Part) => number): number {
  return parts.reduce((total, part) => total + size(part), 0);
}
