import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { explainSystemError, InputError, systemCode } from '../inputError.ts';
import { type Answer, askServer, Passing } from './request.ts';

export interface DownloadSource {
  readonly url: string;
  /** The name it gets. */
  readonly file: string;
  /** Its length, where that is known. */
  readonly bytes?: number;
  /** Where it is not: more than this will not be taken. */
  readonly mostBytes?: number;
  readonly sha256?: string;
}

export interface DownloadProgress {
  readonly file: string;
  readonly doneBytes: number;
  /** Undefined while nobody says. */
  readonly totalBytes: number | undefined;
}

export interface DownloadOptions {
  readonly onProgress?: (progress: DownloadProgress) => void;
  readonly signal?: AbortSignal;
  /** Tries without a step forward before it gives up. Default: 5. */
  readonly attempts?: number;
  /** The first pause between tries; each is twice the one before, a minute at most. Default: 500. */
  readonly pauseMs?: number;
  /** A server that is silent for so long is left and asked again. Default: 30,000. */
  readonly stallMs?: number;
}

/**
 * Downloads a file to `path`. What came of it waits in `path.part`, and a later call goes on from there if the server
 * still has the same file. Nothing is called `path` before its length and checksum are right.
 */
export async function download(
  source: DownloadSource,
  path: string,
  options: DownloadOptions = {},
): Promise<void> {
  const { attempts = 5, pauseMs = 500, signal } = options;
  let furthest = 0;
  for (let failures = 0; ; ) {
    const failure = await attempt(source, path, options).catch((error: unknown) => {
      if (error instanceof Passing) return error;
      throw explainSystemError('fetch', path, error);
    });
    if (failure === undefined) return;
    const came = await sizeOf(`${path}.part`);
    failures = came > furthest ? 1 : failures + 1;
    furthest = Math.max(furthest, came);
    if (failures >= attempts) {
      const advice = 'run it again later, it goes on from there';
      throw new InputError(`fetch: ${failure.message} (${attempts} tries; ${advice})`, { cause: failure });
    }
    await wait(
      Math.min(pauseMs * 2 ** (failures - 1), 60_000),
      undefined,
      signal === undefined ? {} : { signal },
    );
  }
}

async function attempt(source: DownloadSource, path: string, options: DownloadOptions): Promise<undefined> {
  const part = `${path}.part`;
  const { stallMs = 30_000, signal } = options;
  const have = await sizeOf(part);
  const mark = await readFile(`${part}.mark`, 'utf8').catch(() => undefined);
  const answer = await askServer({ url: source.url, have, mark, stallMs, signal });
  requireLength(source, answer.totalBytes);
  await rm(`${part}.mark`, { force: true });
  if (answer.mark !== undefined) await writeFile(`${part}.mark`, answer.mark);
  await receive(source, part, answer, options);
  await requireChecksum(source, part);
  await rename(part, path);
  await rm(`${part}.mark`, { force: true });
}

async function receive(
  source: DownloadSource,
  part: string,
  { from, totalBytes = source.bytes, bytes }: Answer,
  { onProgress }: DownloadOptions,
): Promise<void> {
  const most = totalBytes ?? source.mostBytes ?? Infinity;
  const file = await open(part, from > 0 ? 'a' : 'w');
  let doneBytes = from;
  try {
    for await (const piece of bytes) {
      if (doneBytes + piece.length > most) {
        await rm(part);
        throw new Passing(`more came than the ${most} bytes of the file, ${source.url}`);
      }
      await file.writeFile(piece);
      doneBytes += piece.length;
      onProgress?.({ file: source.file, doneBytes, totalBytes });
    }
    await file.sync();
  } finally {
    await file.close();
  }
  if (totalBytes !== undefined && doneBytes < totalBytes) {
    throw new Passing(`the line broke at byte ${doneBytes} of ${totalBytes}, ${source.url}`);
  }
}

function requireLength(
  { bytes, mostBytes = Infinity, url }: DownloadSource,
  total: number | undefined,
): void {
  if (total === undefined) return;
  const rule = bytes === undefined ? `at most ${mostBytes}` : `${bytes}`;
  if (bytes === undefined ? total <= mostBytes : total === bytes) return;
  throw new Passing(`the file should have ${rule} bytes, the server says ${total}, ${url}`);
}

/** What fails here is wrong from some byte on that nobody knows, so none of it is kept. */
async function requireChecksum({ sha256, url }: DownloadSource, part: string): Promise<void> {
  if (sha256 === undefined) return;
  const hash = createHash('sha256');
  for await (const piece of createReadStream(part)) hash.update(piece);
  const found = hash.digest('hex');
  if (found === sha256) return;
  await rm(part);
  throw new Passing(
    `the checksum is wrong, ${found.slice(0, 12)}… instead of ${sha256.slice(0, 12)}…, ${url}`,
  );
}

async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return 0;
    throw error;
  }
}
