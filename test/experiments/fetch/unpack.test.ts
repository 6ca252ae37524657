import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { type Header, pack } from 'tar-stream';
import { describe, expect, test } from 'vitest';
import { ArchiveError, requireInside, unpack } from '../../../packages/experiments/src/fetch/unpack.ts';
import { scratchFolder } from '../corporaSupport.ts';
import { type ZipEntry, zipOf } from './zip.ts';

const scratch = scratchFolder();
let count = 0;
const text = (content: string) => new TextEncoder().encode(content);

type TarEntry = Partial<Header> & { name: string; content?: string };

async function tarOf(entries: TarEntry[]): Promise<Uint8Array> {
  const tar = pack();
  for (const { content, ...header } of entries) tar.entry(header, content ?? '');
  tar.finalize();
  const pieces: Uint8Array[] = [];
  for await (const piece of tar as AsyncIterable<Uint8Array>) pieces.push(piece);
  return gzipSync(Buffer.concat(pieces));
}

interface Target {
  readonly folder: string;
  readonly run: () => Promise<void>;
}

/** An archive on disk, and a folder within another, so that whatever leaves it can be seen. */
function prepare(bytes: Uint8Array, format: 'zip' | 'tar.gz', options: object = {}): Target {
  const home = join(scratch, `${count++}`);
  const folder = join(home, 'inner', 'target');
  mkdirSync(folder, { recursive: true });
  const archive = join(home, `archive.${format}`);
  writeFileSync(archive, bytes);
  const keep = (path: string): string | undefined => path.replace(/^top\//, '');
  return { folder, run: () => unpack(archive, format, folder, { keep, mostBytes: 1e6, ...options }) };
}

const zipFile = (name: string, content: string, change: Partial<ZipEntry> = {}): ZipEntry => ({
  name,
  content: text(content),
  ...change,
});

describe('unpack', () => {
  const names = ['top/a.txt', 'top/deep/er/b.txt', `top/long/${'n'.repeat(150)}.txt`];

  test.each(['zip', 'tar.gz'] as const)('%s: files where they belong', async (format) => {
    const bytes =
      format === 'zip'
        ? zipOf([zipFile('top/', ''), ...names.map((name) => zipFile(name, name))])
        : await tarOf([
            { name: 'top/', type: 'directory' },
            ...names.map((name) => ({ name, content: name })),
          ]);
    const steps: number[] = [];
    const { folder, run } = prepare(bytes, format, { onProgress: (files: number) => steps.push(files) });
    await run();
    for (const name of names) expect(readFileSync(join(folder, name.slice(4)), 'utf8')).toBe(name);
    expect(steps).toEqual([1, 2, 3]);
  });

  test.each(['zip', 'tar.gz'] as const)('%s: what is not wanted is passed over', async (format) => {
    const bytes =
      format === 'zip'
        ? zipOf(names.map((name) => zipFile(name, 'x'.repeat(5000))))
        : await tarOf(names.map((name) => ({ name, content: 'x'.repeat(5000) })));
    const keep = (path: string) => (path.endsWith('b.txt') ? 'only.txt' : undefined);
    const { folder, run } = prepare(bytes, format, { keep });
    await run();
    expect(readdirSync(folder, { recursive: true })).toEqual(['only.txt']);
  });
});

describe('archives that are not to be trusted', () => {
  const escapes = ['../x', 'top/../../x', '/tmp/x', 'a/..', 'C:/x', 'a\\..\\x', '..'];

  test.each(escapes)('tar: %s stays outside, and so does all of it', async (name) => {
    const { folder, run } = prepare(await tarOf([{ name, content: 'evil' }]), 'tar.gz');
    await expect(run()).rejects.toThrow(ArchiveError);
    await expect(run()).rejects.toThrow(/^unpack: the archive is damaged or not to be trusted/);
    expect(readdirSync(join(folder, '..', '..'), { recursive: true }).sort()).toEqual(
      ['archive.tar.gz', 'inner', 'inner/target'].sort(),
    );
  });

  test.each(escapes)('zip: %s', async (name) => {
    const { folder, run } = prepare(zipOf([zipFile(name, 'evil')]), 'zip');
    await expect(run()).rejects.toThrow(ArchiveError);
    expect(readdirSync(join(folder, '..', '..'), { recursive: true })).toHaveLength(3);
  });

  test('an entry that nobody wants may not leave either', async () => {
    const bytes = await tarOf([{ name: '../x', content: 'evil' }]);
    await expect(prepare(bytes, 'tar.gz', { keep: () => undefined }).run()).rejects.toThrow(
      'an entry leaves its folder',
    );
  });

  test('links and devices', async () => {
    for (const type of ['symlink', 'link', 'character-device', 'fifo'] as const) {
      const bytes = await tarOf([{ name: 'top/l', type, linkname: '/etc/passwd' }]);
      const { folder, run } = prepare(bytes, 'tar.gz');
      await expect(run()).rejects.toThrow('a link or device, not a file, top/l');
      expect(readdirSync(folder)).toEqual([]);
    }
    const link = prepare(zipOf([zipFile('top/l', '/etc/passwd', { unixMode: 0o120777 })]), 'zip');
    await expect(link.run()).rejects.toThrow('a link or device, not a file, top/l');
  });

  test('a file that is there already is not written through', async () => {
    const { folder, run } = prepare(await tarOf([{ name: 'top/a', content: 'new' }]), 'tar.gz');
    const outside = join(folder, '..', 'outside.txt');
    writeFileSync(outside, 'old');
    symlinkSync(outside, join(folder, 'a'));
    await expect(run()).rejects.toThrow('there is one already, top/a');
    expect(readFileSync(outside, 'utf8')).toBe('old');
  });

  test('the same name twice', async () => {
    const twice = [zipFile('top/a', '1'), zipFile('top/a', '2')];
    await expect(prepare(zipOf(twice), 'zip').run()).rejects.toThrow('there is one already, top/a');
  });

  test('more comes out than should: 50 MB from 50 kB', async () => {
    const bomb = 'x'.repeat(50_000_000);
    for (const [bytes, format] of [
      [zipOf([zipFile('top/bomb', bomb)]), 'zip'],
      [await tarOf([{ name: 'top/bomb', content: bomb }]), 'tar.gz'],
    ] as const) {
      expect(bytes.length).toBeLessThan(100_000);
      await expect(prepare(bytes, format).run()).rejects.toThrow(
        'more comes out of it than it should, at top/bomb',
      );
    }
  });

  test('a zip that announces less than it holds', async () => {
    const entry = zipFile('top/a', 'x'.repeat(1000), { announcedBytes: 10 });
    await expect(prepare(zipOf([entry]), 'zip').run()).rejects.toThrow(ArchiveError);
  });
});

describe('archives that are damaged', () => {
  test('one wrong byte in a zip: the checksum tells', async () => {
    const entry = zipFile('top/a', 'hello', { crc: crc32(text('hullo')) });
    await expect(prepare(zipOf([entry]), 'zip').run()).rejects.toThrow('wrong checksum, top/a');
  });

  test('no archive at all', async () => {
    await expect(prepare(text('hello'), 'zip').run()).rejects.toThrow(ArchiveError);
    await expect(prepare(text('hello'), 'tar.gz').run()).rejects.toThrow(ArchiveError);
    await expect(prepare(gzipSync(text('x'.repeat(2000))), 'tar.gz').run()).rejects.toThrow(ArchiveError);
  });

  test('half an archive', async () => {
    // Bytes that no compressor makes small, so that half of them is half of the files.
    const noise = Array.from({ length: 20_000 }, (_, i) =>
      String.fromCharCode(33 + ((i * i * 31) % 89)),
    ).join('');
    const tar = await tarOf([
      { name: 'top/a', content: noise },
      { name: 'top/b', content: noise },
    ]);
    await expect(prepare(tar.subarray(0, tar.length >> 1), 'tar.gz').run()).rejects.toThrow(ArchiveError);
    const zip = zipOf([zipFile('top/a', noise)]);
    await expect(prepare(zip.subarray(0, zip.length >> 1), 'zip').run()).rejects.toThrow(ArchiveError);
  });

  test('whatever byte is wrong, an answer or one error, and nothing outside', async () => {
    const bytes = zipOf([zipFile('top/a', 'hello hello hello'), zipFile('top/b/c', 'x')]);
    await fc.assert(
      fc.asyncProperty(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), async (at, flip) => {
        const damaged = bytes.map((byte, i) => (i === at ? byte ^ flip : byte));
        const { folder, run } = prepare(damaged, 'zip');
        await run().catch((error: unknown) => expect(error).toBeInstanceOf(Error));
        expect(readdirSync(join(folder, '..'))).toEqual(['target']);
      }),
      { numRuns: 150 },
    );
  });

  test('an archive that is not there', async () => {
    const gone = unpack(join(scratch, 'gone.zip'), 'zip', scratch, { keep: () => 'x', mostBytes: 1 });
    await expect(gone).rejects.toThrow(/it does not exist/);
    const goneTar = unpack(join(scratch, 'gone.tar.gz'), 'tar.gz', scratch, {
      keep: () => 'x',
      mostBytes: 1,
    });
    await expect(goneTar).rejects.toThrow(/it does not exist/);
    expect(existsSync(join(scratch, 'x'))).toBe(false);
  });
});

describe('requireInside', () => {
  test('no path that passes leads out', () => {
    const step = fc.constantFrom('a', 'b.c', '..', '.', '', '...', 'C:', '\\', ' ');
    fc.assert(
      fc.property(fc.array(step, { maxLength: 5 }), (steps) => {
        const name = steps.join('/');
        let inside = true;
        try {
          requireInside(name);
        } catch {
          inside = false;
        }
        if (inside) expect(join('/home/folder', name).startsWith('/home/folder')).toBe(true);
        if (steps.includes('..') || steps[0] === '') expect(inside).toBe(false);
      }),
    );
  });

  test('plain names pass', () => {
    for (const name of ['a', 'a/b', 'a..b/c', '.hidden', 'a/./b'])
      expect(() => requireInside(name)).not.toThrow();
  });
});
