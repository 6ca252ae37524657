import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import {
  type DownloadOptions,
  type DownloadProgress,
  type DownloadSource,
  download,
} from '../../../packages/experiments/src/fetch/download.ts';
import { InputError } from '../../../packages/experiments/src/inputError.ts';
import { scratchFolder } from '../corporaSupport.ts';
import { sha256, startServer } from './fetchServer.ts';

const scratch = scratchFolder();
const content = Uint8Array.from({ length: 300_000 }, (_, i) => (i * 7919) >> 3);
const server = await startServer(content);
const quick: DownloadOptions = { pauseMs: 1, stallMs: 250, attempts: 3 };

let path = '';
let count = 0;
beforeEach(() => {
  path = join(scratch, `${count++}.bin`);
  server.content = content;
  server.etag = '"one"';
});

const fetchIt = (source: Partial<DownloadSource> = {}, options: DownloadOptions = {}) =>
  download({ url: server.url, file: 'file', ...source }, path, { ...quick, ...options });

function expectWhole(): void {
  expect(sha256(readFileSync(path))).toBe(sha256(content));
  expect(existsSync(`${path}.part`)).toBe(false);
  expect(existsSync(`${path}.part.mark`)).toBe(false);
}

describe('a server that does as it should', () => {
  test('a file, with progress', async () => {
    server.plan();
    const steps: DownloadProgress[] = [];
    const known = { bytes: content.length, sha256: sha256(content) };
    await fetchIt(known, { onProgress: (step) => steps.push(step) });
    expectWhole();
    expect(steps.at(-1)).toEqual({ file: 'file', doneBytes: 300_000, totalBytes: 300_000 });
    const done = steps.map(({ doneBytes }) => doneBytes);
    expect(done).toEqual([...done].sort((a, b) => a - b));
    expect(server.asked).toEqual([undefined]);
  });

  test('a file whose length nobody tells', async () => {
    server.plan({ kind: 'more', bytes: 0 });
    const steps: DownloadProgress[] = [];
    await fetchIt({}, { onProgress: (step) => steps.push(step) });
    expectWhole();
    expect(steps[0]?.totalBytes).toBeUndefined();
  });
});

describe('a line that breaks', () => {
  test('goes on from where it broke', async () => {
    server.plan({ kind: 'cut', after: 100_000 }, { kind: 'cut', after: 50_000 });
    await fetchIt();
    expectWhole();
    expect(server.asked).toHaveLength(3);
    const starts = server.asked.map((range) => Number(range?.match(/\d+/)?.[0] ?? 0));
    expect(starts[0]).toBe(0);
    expect(starts[1]).toBeGreaterThan(0);
    expect(starts[2]).toBeGreaterThan(starts[1]!);
  });

  test('any number of times, as long as there is a step forward', async () => {
    server.plan(...Array.from({ length: 8 }, () => ({ kind: 'cut', after: 30_000 }) as const));
    // A cut may swallow what was under way: one try without progress is borne, and eight cuts are more than four tries.
    await fetchIt({}, { attempts: 4 });
    expectWhole();
  });

  test('a server that falls silent is asked again', async () => {
    server.plan({ kind: 'stall', after: 120_000 }, { kind: 'silent' });
    await fetchIt({ sha256: sha256(content) });
    expectWhole();
    expect(server.asked).toHaveLength(3);
  });

  test('a later run goes on, too', async () => {
    server.plan({ kind: 'cut', after: 100_000 });
    await expect(fetchIt({}, { attempts: 1 })).rejects.toThrow(/the line|terminated|ECONNRESET|UND_ERR/);
    expect(existsSync(path)).toBe(false);
    const came = readFileSync(`${path}.part`).length;
    expect(came).toBeGreaterThan(0);
    server.plan();
    await fetchIt();
    expectWhole();
    expect(server.asked).toEqual([`bytes=${came}-`]);
  });

  test('a file that has changed meanwhile is taken from its beginning', async () => {
    server.content = content.map((byte) => byte ^ 255);
    server.plan({ kind: 'cut', after: 100_000 });
    await expect(fetchIt({}, { attempts: 1 })).rejects.toThrow(InputError);
    server.content = content;
    server.etag = '"two"';
    server.plan();
    await fetchIt();
    expectWhole();
    expect(server.asked[0]).toMatch(/^bytes=\d+-$/);
  });

  test('a server without marks or ranges is asked for the whole again', async () => {
    server.etag = undefined;
    server.plan({ kind: 'cut', after: 100_000 });
    await fetchIt();
    expectWhole();
    expect(server.asked).toEqual([undefined, undefined]);
    server.etag = '"one"';
    server.plan({ kind: 'cut', after: 100_000 }, { kind: 'whole' });
    await fetchIt();
    expectWhole();
  });

  test('a weak mark is no mark', async () => {
    server.etag = 'W/"one"';
    server.plan({ kind: 'cut', after: 100_000 });
    await fetchIt();
    expectWhole();
    expect(server.asked).toEqual([undefined, undefined]);
  });
});

describe('a server that lies', () => {
  test('about the length: refused before a byte is taken', async () => {
    server.plan({ kind: 'serve' }, { kind: 'serve' }, { kind: 'serve' });
    await expect(fetchIt({ bytes: 299_999 })).rejects.toThrow(
      /^fetch: the file should have 299999 bytes, the server says 300000, http.* \(3 tries; run it again later/,
    );
    expect(existsSync(path)).toBe(false);
    expect(existsSync(`${path}.part`)).toBe(false);
  });

  test('more than a corpus can have', async () => {
    await expect(fetchIt({ mostBytes: 1000 })).rejects.toThrow(
      'should have at most 1000 bytes, the server says 300000',
    );
    server.plan(...Array.from({ length: 3 }, () => ({ kind: 'more', bytes: 5 }) as const));
    await expect(fetchIt({ mostBytes: 300_002 })).rejects.toThrow(
      'more came than the 300002 bytes of the file',
    );
    expect(existsSync(`${path}.part`)).toBe(false);
  });

  test('announces more than it sends', async () => {
    server.plan({ kind: 'announce', bytes: 400_000 });
    await fetchIt({ sha256: sha256(content) });
    expectWhole();
  });

  test('one wrong byte: taken anew, given up in the end', async () => {
    server.plan({ kind: 'corrupt' });
    await fetchIt({ sha256: sha256(content) });
    expectWhole();
    path = join(scratch, 'corrupt.bin');
    server.plan({ kind: 'corrupt' }, { kind: 'corrupt' }, { kind: 'corrupt' });
    await expect(fetchIt({ sha256: sha256(content) })).rejects.toThrow(
      /^fetch: the checksum is wrong, [0-9a-f]{12}… instead of [0-9a-f]{12}…/,
    );
    expect(existsSync(path)).toBe(false);
    expect(existsSync(`${path}.part`)).toBe(false);
  });

  test('sends another stretch than the one asked for', async () => {
    server.plan({ kind: 'cut', after: 100_000 }, { kind: 'shift' });
    await expect(fetchIt()).rejects.toThrow(
      /^fetch: asked from byte \d+, the server sends 'bytes \d+-299999\/300000'/,
    );
  });
});

describe('failures with a name', () => {
  test.each([404, 403, 401])('%d is final, and asked once', async (status) => {
    server.plan({ kind: 'status', status }, { kind: 'status', status });
    await expect(fetchIt()).rejects.toThrow(`fetch: the server answers ${status}, ${server.url}`);
    expect(server.asked).toHaveLength(1);
  });

  test.each([500, 503, 429, 408])('%d may pass', async (status) => {
    server.plan({ kind: 'status', status }, { kind: 'status', status });
    await fetchIt();
    expectWhole();
    expect(server.asked).toHaveLength(3);
  });

  test('a server that is not there', async () => {
    const nobody = { url: 'http://127.0.0.1:9/file', file: 'file' };
    await expect(download(nobody, path, quick)).rejects.toThrow(
      /^fetch: .+, http:\/\/127\.0\.0\.1:9\/file \(3 tries/,
    );
  });

  test('the user hangs up: at once, and what came stays', async () => {
    server.plan({ kind: 'stall', after: 120_000 });
    const controller = new AbortController();
    const run = fetchIt(
      {},
      { signal: controller.signal, stallMs: 60_000, onProgress: () => controller.abort() },
    );
    await expect(run).rejects.toThrow(/abort/i);
    expect(readFileSync(`${path}.part`).length).toBeGreaterThan(0);
    await expect(fetchIt({}, { signal: controller.signal })).rejects.toThrow(/abort/i);
  });

  test('a place where no file can be', async () => {
    writeFileSync(join(scratch, 'occupied'), '');
    path = join(scratch, 'occupied', 'x');
    await expect(fetchIt()).rejects.toThrow(/^fetch: a part of the path is a file, not a folder/);
    path = join(scratch, 'folder');
    mkdirSync(`${path}.part`);
    await expect(fetchIt()).rejects.toThrow(/^fetch: it is a folder, not a file/);
  });
});
