import { deflateRawSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { FileFormatError } from '../../packages/tensor/src/files/arrays.ts';
import { crc32 } from '../../packages/tensor/src/files/crc32.ts';
import { decodeNpz, encodeNpz } from '../../packages/tensor/src/files/npz.ts';
import { writeZip } from '../../packages/tensor/src/files/zipWrite.ts';
import { expectFormatError } from './filesExpect.ts';
import { float32, goldenBytes, int32 } from './filesGolden.ts';

describe('damaged npz', () => {
  const archive = encodeNpz({ a: float32([2], [1, 2]), b: int32([1], [3]) });
  const directory = new DataView(archive.buffer).getUint32(archive.length - 6, true);
  const secondEntry = directory + 46 + 5;
  const secondFile = 30 + 5 + 136;

  test('every truncation, and bytes after the end', () => {
    for (let end = 0; end < archive.length; end++) {
      expect(() => decodeNpz(archive.subarray(0, end))).toThrow(FileFormatError);
    }
    const longer = new Uint8Array(archive.length + 1);
    longer.set(archive);
    expectFormatError(() => decodeNpz(longer), 'zip', 'end of the directory is missing', archive.length - 21);
  });

  test.each<[string, number, number[], string, number]>([
    [
      'zip64 ending',
      archive.length - 12,
      [0xff, 0xff],
      'zip64 archives (4 GiB and more) are not supported',
      archive.length - 22,
    ],
    ['zip64 entry', secondEntry + 24, [255, 255, 255, 255], '"b.npy" needs zip64', secondEntry],
    ['several disks', archive.length - 18, [1], 'split over several files', archive.length - 22],
    ['directory elsewhere', archive.length - 6, [1, 0], 'does not end at', archive.length - 22],
    ['more entries than listed', archive.length - 12, [1], 'split over several files', archive.length - 22],
    ['damaged entry', secondEntry, [0], 'directory is damaged', secondEntry],
    ['encrypted', secondEntry + 8, [1], '"b.npy" is encrypted', secondEntry],
    ['unknown method', secondEntry + 10, [14], '"b.npy" is packed by method 14', secondEntry],
    ['sizes that differ', secondEntry + 24, [1], '"b.npy" cannot unpack 132 bytes to 1', secondEntry],
    [
      'bomb',
      secondEntry + 10,
      [8, 0, 0, 0, 33, 0, 0, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 16],
      '"b.npy" cannot unpack 4 bytes to 268435456',
      secondEntry,
    ],
    [
      'no header of its own',
      secondEntry + 42,
      [9, 9, 9, 0],
      '"b.npy" has no header of its own at 592137',
      secondEntry,
    ],
    [
      'both entries on one file',
      secondEntry + 42,
      [0, 0, 0, 0],
      '"b.npy" and its entry in the directory differ',
      0,
    ],
    [
      'another name than listed',
      secondFile + 30,
      [0x63],
      '"b.npy" and its entry in the directory differ',
      secondFile,
    ],
    [
      'another checksum than listed',
      secondFile + 14,
      [1, 2, 3, 4],
      'entry in the directory differ',
      secondFile,
    ],
    ['another method than listed', secondFile + 8, [8], 'entry in the directory differ', secondFile],
    ['name that is not UTF-8', secondEntry + 46, [0xff], 'file name is not UTF-8', secondEntry + 46],
    ['damaged contents', secondFile + 35 + 128, [9], '"b.npy" does not match its checksum', secondFile + 35],
  ])('%s', (_, at, bytes, message, byteOffset) => {
    const damaged = archive.slice();
    damaged.set(bytes, at);
    expectFormatError(() => decodeNpz(damaged), 'zip', message, byteOffset);
  });

  test('one name twice', () => {
    const damaged = archive.slice();
    damaged[secondEntry + 46] = 0x61;
    damaged[secondFile + 30] = 0x61;
    expectFormatError(() => decodeNpz(damaged), 'zip', '"a.npy" comes twice', secondEntry);
  });

  test('files that overlap, or leave bytes between them', () => {
    const inner = writeZip(new Map([['b', Uint8Array.of(1, 2, 3)]]));
    const outer = writeZip(new Map([['a', inner.slice(0, 34)]]));
    const nested = withDirectory(outer.slice(0, 65), [
      outer.slice(65, 65 + 47),
      pointTo(inner.slice(34, 34 + 47), 31),
    ]);
    expectFormatError(() => decodeNpz(nested), 'zip', 'files overlap', 31);
    const gap = new Uint8Array(75);
    gap.set(outer.subarray(0, 65));
    expectFormatError(
      () => decodeNpz(withDirectory(gap, [outer.slice(65, 65 + 47)])),
      'zip',
      'bytes belong to no file',
      65,
    );
  });

  test('a file that is no npy file', () => {
    const text = writeZip(new Map([['readme.txt', Uint8Array.of(1)]]));
    expectFormatError(() => decodeNpz(text), 'npz', '"readme.txt" is not an npy file', 0);
    const damaged = writeZip(new Map([['a.npy', Uint8Array.of(1)]]));
    expectFormatError(() => decodeNpz(damaged), 'npy', 'magic string', 0);
  });

  test('more than maximumBytes, however well packed', () => {
    const options = { maximumBytes: 200 };
    expect(() => decodeNpz(archive, options)).toThrow('"b.npy" takes the contents past maximumBytes=200');
    expect(() => decodeNpz(goldenBytes('deflated.npz'), options)).toThrow('past maximumBytes=200');
  });

  test('an honest bomb is only unpacked when asked for', () => {
    const zeros = new Uint8Array(3_000_000);
    const bomb = deflated('a.npy', zeros);
    expect(bomb.length).toBeLessThan(5000);
    expect(() => decodeNpz(bomb, { maximumBytes: 1_000_000 })).toThrow('past maximumBytes=1000000');
    expectFormatError(() => decodeNpz(bomb), 'npy', 'magic string', 0);
  });

  test('archives that need zip64 are not written', () => {
    expect(() => writeZip(new Map([['a'.repeat(70_000), new Uint8Array(1)]]))).toThrow('need zip64');
  });
});

function deflated(name: string, content: Uint8Array): Uint8Array {
  const packed = Uint8Array.from(deflateRawSync(content, { level: 9 }));
  const stored = writeZip(new Map([[name, packed]]));
  const view = new DataView(stored.buffer);
  const directory = view.getUint32(stored.length - 6, true);
  for (const fields of [8, directory + 10]) {
    view.setUint16(fields, 8, true);
    view.setUint32(fields + 6, crc32(content), true);
    view.setUint32(fields + 14, content.length, true);
  }
  return stored;
}

function withDirectory(files: Uint8Array, entries: Uint8Array[]): Uint8Array {
  const size = entries.reduce((sum, entry) => sum + entry.length, 0);
  const out = new Uint8Array(files.length + size + 22);
  const view = new DataView(out.buffer);
  out.set(files);
  let at = files.length;
  for (const entry of entries) {
    out.set(entry, at);
    at += entry.length;
  }
  view.setUint32(at, 0x06054b50, true);
  view.setUint16(at + 8, entries.length, true);
  view.setUint16(at + 10, entries.length, true);
  view.setUint32(at + 12, size, true);
  view.setUint32(at + 16, files.length, true);
  return out;
}

function pointTo(entry: Uint8Array, fileAt: number): Uint8Array {
  new DataView(entry.buffer, entry.byteOffset).setUint32(42, fileAt, true);
  return entry;
}
