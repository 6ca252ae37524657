import { existsSync } from 'node:fs';
import { readdir, rename, rm, rmdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { explainSystemError, InputError, systemCode } from '../inputError.ts';
import { makeFolder } from '../makeFolder.ts';
import { type DownloadOptions, download } from './download.ts';
import { type CorpusHome, corpusHomes, type FetchableCorpus } from './homes.ts';
import { ArchiveError, unpack } from './unpack.ts';

export interface FetchOptions extends DownloadOptions {
  readonly onUnpack?: (progress: { files: number; expectedFiles: number }) => void;
}

/**
 * Brings a corpus from its public home into a folder. Everything happens in `folder.part` beside it, and what is there
 * is used by the next try; the folder itself appears when the corpus is whole.
 */
export function fetchCorpus(
  name: FetchableCorpus,
  folder: string,
  options: FetchOptions = {},
): Promise<'fetched' | 'already there'> {
  return fetchFrom(corpusHomes[name], name, folder, options);
}

export const fetchableCorpora = Object.keys(corpusHomes) as FetchableCorpus[];

/** The same from any home: a mirror, or a server of a test. */
export async function fetchFrom(
  home: CorpusHome,
  name: string,
  folder: string,
  options: FetchOptions = {},
): Promise<'fetched' | 'already there'> {
  const there = await countFiles(folder, home);
  if (there === home.expect.count) return 'already there';
  await requireNothing(folder, `${there} of ${home.expect.count} files of ${name}`);
  const staging = `${folder}.part`;
  const content = join(staging, 'content');
  try {
    await rm(content, { recursive: true, force: true });
    makeFolder('fetch', content);
    for (const source of home.downloads) {
      const path = join(staging, source.file);
      if (!existsSync(path)) await download(source, path, options);
    }
    for (const { file } of home.downloads) await place(home, join(staging, file), content, options);
    await requireComplete(home, name, staging, content);
    await rm(folder, { recursive: true, force: true });
    await rename(content, folder);
    await rm(staging, { recursive: true });
  } catch (error) {
    throw explainSystemError('fetch', staging, error);
  }
  return 'fetched';
}

/** An archive is unpacked, and stays until all is well; a plain file moves. */
async function place(
  { archive, expect }: CorpusHome,
  path: string,
  content: string,
  { signal, onUnpack }: FetchOptions,
): Promise<void> {
  if (archive === undefined) return rename(path, join(content, basename(path)));
  try {
    await unpack(path, archive.format, content, {
      ...archive,
      ...(signal === undefined ? {} : { signal }),
      onProgress: (files) => onUnpack?.({ files, expectedFiles: expect.count }),
    });
  } catch (error) {
    // It would be no better the next time.
    if (error instanceof ArchiveError) await rm(path);
    throw error;
  }
}

/** What is whole but not what it should be goes too, and the next try asks for it anew. */
async function requireComplete(
  home: CorpusHome,
  name: string,
  staging: string,
  content: string,
): Promise<void> {
  const count = await countFiles(content, home);
  if (count === home.expect.count) return;
  await rm(staging, { recursive: true });
  throw new InputError(`fetch: ${name} came with ${count} of ${home.expect.count} files, try again later`);
}

async function countFiles(folder: string, { expect }: CorpusHome): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch((error: unknown) => {
    if (systemCode(error) === 'ENOENT' || systemCode(error) === 'ENOTDIR') return [];
    throw explainSystemError('fetch', folder, error);
  });
  return entries.filter((entry) => entry.isFile() && expect.name.test(entry.name)).length;
}

/** An empty folder may be replaced; anything else is somebody's. */
async function requireNothing(folder: string, what: string): Promise<void> {
  try {
    await rmdir(folder);
  } catch (error) {
    const code = systemCode(error);
    if (code === 'ENOENT') return;
    if (code === 'ENOTEMPTY' || code === 'EEXIST' || code === 'ENOTDIR') {
      throw new InputError(`fetch: the place is taken (${what}), move it away or name another, ${folder}`);
    }
    throw explainSystemError('fetch', folder, error);
  }
}
