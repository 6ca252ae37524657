import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { crc32, createGunzip } from 'node:zlib';
import { extract as extractTar } from 'tar-stream';
import { openPromise as openZip } from 'yauzl';
import { explainSystemError, firstLine, InputError, systemCode } from '../inputError.ts';
import { makeFolder } from '../makeFolder.ts';

/** It is the archive's fault, and another copy of it may be better. */
export class ArchiveError extends InputError {}

export type ArchiveFormat = 'zip' | 'tar.gz';

export interface UnpackOptions {
  /** Where below the folder an entry goes; undefined passes it over. */
  readonly keep: (path: string) => string | undefined;
  /** More than this does not come out of an honest archive. */
  readonly mostBytes: number;
  readonly onProgress?: (files: number) => void;
  readonly signal?: AbortSignal;
}

/** One entry of an archive of any format. */
interface ArchiveEntry {
  readonly name: string;
  readonly kind: 'file' | 'folder' | 'other';
  /** Where the format has one, the checksum of the contents. */
  readonly crc: number | undefined;
  readonly content: () => Promise<AsyncIterable<Uint8Array>>;
}

/**
 * Unpacks what is wanted of an archive into a folder. An entry that would lie outside of it, a link where a file should
 * be, a file that is there already, or more bytes than announced: and the archive is refused.
 */
export async function unpack(
  archive: string,
  format: ArchiveFormat,
  folder: string,
  options: UnpackOptions,
): Promise<void> {
  const entries = format === 'zip' ? zipEntries(archive) : tarEntries(archive);
  let files = 0;
  let room = options.mostBytes;
  try {
    for await (const entry of entries) {
      options.signal?.throwIfAborted();
      requireInside(entry.name);
      const place = entry.kind === 'folder' ? undefined : options.keep(entry.name);
      if (place === undefined) continue;
      requireInside(place);
      if (entry.kind === 'other') throw new InputError(`a link or device, not a file, ${entry.name}`);
      room -= await writeEntry(entry, join(folder, place), room);
      options.onProgress?.(++files);
    }
  } catch (error) {
    options.signal?.throwIfAborted();
    const explained = explainSystemError('unpack', folder, error);
    if (explained !== error) throw explained;
    const reason = firstLine(error);
    throw new ArchiveError(`unpack: the archive is damaged or not to be trusted (${reason}), ${archive}`, {
      cause: error,
    });
  }
}

/** Refuses names that could lead out of the folder, on this system or another. */
export function requireInside(name: string): void {
  const steps = name.split('/');
  const bad = name === '' || name.startsWith('/') || /[\\\0:]/.test(name) || steps.includes('..');
  if (bad) throw new InputError(`an entry leaves its folder, ${JSON.stringify(name)}`);
}

async function writeEntry(entry: ArchiveEntry, path: string, room: number): Promise<number> {
  makeFolder('unpack', dirname(path));
  // `wx`: what is there already stays as it is, whatever the archive says.
  const file = await open(path, 'wx').catch((error: unknown) => {
    throw systemCode(error) === 'EEXIST' ? new InputError(`there is one already, ${entry.name}`) : error;
  });
  let bytes = 0;
  let crc = 0;
  try {
    for await (const piece of await entry.content()) {
      bytes += piece.length;
      if (bytes > room) throw new InputError(`more comes out of it than it should, at ${entry.name}`);
      crc = crc32(piece, crc);
      await file.writeFile(piece);
    }
  } finally {
    await file.close();
  }
  if (entry.crc !== undefined && entry.crc !== crc) throw new InputError(`wrong checksum, ${entry.name}`);
  return bytes;
}

async function* zipEntries(archive: string): AsyncGenerator<ArchiveEntry> {
  const zip = await openZip(archive, { strictFileNames: true });
  try {
    for await (const entry of zip.eachEntry()) {
      const unixType = (entry.externalFileAttributes >>> 16) & 0o170000;
      const isFile = unixType === 0 || unixType === 0o100000;
      yield {
        name: entry.fileName,
        kind: entry.fileName.endsWith('/') ? 'folder' : isFile ? 'file' : 'other',
        crc: entry.crc32,
        content: () => zip.openReadStreamPromise(entry),
      };
    }
  } finally {
    zip.close();
  }
}

async function* tarEntries(archive: string): AsyncGenerator<ArchiveEntry> {
  const tar = extractTar();
  const flow = pipeline(createReadStream(archive), createGunzip(), tar);
  // The loop only learns that the stream has ended; why, the pipeline knows.
  const cause = flow.then(
    () => undefined,
    (error: unknown) => error,
  );
  try {
    for await (const stream of tar) {
      const { name, type } = stream.header;
      const kind = type === 'directory' ? 'folder' : (type ?? 'file') === 'file' ? 'file' : 'other';
      yield { name, kind, crc: undefined, content: async () => stream as AsyncIterable<Uint8Array> };
      stream.resume();
    }
    await flow;
  } catch (error) {
    throw (await cause) ?? error;
  } finally {
    tar.destroy();
  }
}
