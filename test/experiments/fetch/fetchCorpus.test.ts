import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeEach, describe, expect, test } from 'vitest';
import { openFsdd } from '../../../packages/experiments/src/corpora/fsdd.ts';
import {
  fetchableCorpora,
  fetchCorpus,
  fetchFrom,
} from '../../../packages/experiments/src/fetch/fetchCorpus.ts';
import { type CorpusHome, corpusHomes } from '../../../packages/experiments/src/fetch/homes.ts';
import { scratchFolder, toneWav } from '../corporaSupport.ts';
import { sha256, startServer } from './fetchServer.ts';
import { zipOf } from './zip.ts';

const scratch = scratchFolder();
const names = ['0_theo_0', '1_theo_0', '2_theo_7'].map((name) => `recordings/${name}.wav`);
const archiveOf = (names: readonly string[]) =>
  zipOf(names.map((name) => ({ name: `fsdd-1/${name}`, content: toneWav(400) })));
const archive = archiveOf([...names, 'acquire/setup.py']);
const server = await startServer(archive);
const plain = await startServer(gzipSync(toneWav(500)));
const quick = { pauseMs: 1, stallMs: 500, attempts: 2 };

/** The home of FSDD on this machine, with three files. */
const home = (): CorpusHome => ({
  downloads: [{ url: server.url, file: 'a.zip', mostBytes: 1e6 }],
  archive: { ...corpusHomes.fsdd.archive, format: 'zip' },
  expect: { ...corpusHomes.fsdd.expect, count: 3 },
});

let folder = '';
let count = 0;
beforeEach(() => {
  folder = join(scratch, `home${count++}`, 'fsdd');
  server.content = archive;
  server.plan();
  plain.plan();
});

describe('fetchFrom', () => {
  test('an archive becomes a corpus, and nothing else stays', async () => {
    const seen: number[] = [];
    const onUnpack = ({ files }: { files: number }) => seen.push(files);
    expect(await fetchFrom(home(), 'fsdd', folder, { ...quick, onUnpack })).toBe('fetched');
    expect(openFsdd(folder).items()).toHaveLength(3);
    expect(readdirSync(join(folder, '..'))).toEqual(['fsdd']);
    expect(readdirSync(folder)).toEqual(['recordings']);
    expect(seen).toEqual([1, 2, 3]);
  });

  test('what is there is not fetched again', async () => {
    await fetchFrom(home(), 'fsdd', folder, quick);
    server.plan();
    expect(await fetchFrom(home(), 'fsdd', folder, quick)).toBe('already there');
    expect(server.asked).toEqual([]);
  });

  test('a broken line: the next run goes on', async () => {
    server.plan(
      { kind: 'cut', after: 300 },
      { kind: 'status', status: 503 },
      { kind: 'status', status: 503 },
    );
    await expect(fetchFrom(home(), 'fsdd', folder, quick)).rejects.toThrow(/run it again later/);
    expect(existsSync(folder)).toBe(false);
    server.plan();
    await fetchFrom(home(), 'fsdd', folder, quick);
    expect(server.asked).toEqual(['bytes=300-']);
    expect(openFsdd(folder).items()).toHaveLength(3);
  });

  test('an archive that would write elsewhere is thrown away, and a better one taken the next time', async () => {
    server.content = zipOf([{ name: '../../evil.wav', content: toneWav(1) }]);
    await expect(fetchFrom(home(), 'fsdd', folder, quick)).rejects.toThrow(/not to be trusted/);
    expect(existsSync(folder)).toBe(false);
    expect(readdirSync(join(folder, '..'), { recursive: true })).not.toContain('evil.wav');
    server.content = archive;
    await fetchFrom(home(), 'fsdd', folder, quick);
    expect(openFsdd(folder).items()).toHaveLength(3);
  });

  test('too few files', async () => {
    server.content = archiveOf(names.slice(1));
    await expect(fetchFrom(home(), 'fsdd', folder, quick)).rejects.toThrow(
      'fetch: fsdd came with 2 of 3 files, try again later',
    );
    expect(readdirSync(join(folder, '..'))).toEqual([]);
  });

  test('plain files are moved when all are there', async () => {
    const source = { url: plain.url, bytes: plain.content.length, sha256: sha256(plain.content) };
    const mnist: CorpusHome = {
      downloads: ['a-idx3-ubyte.gz', 'b-idx1-ubyte.gz'].map((file) => ({ ...source, file })),
      expect: { ...corpusHomes.mnist.expect, count: 2 },
    };
    plain.plan({ kind: 'serve' }, { kind: 'status', status: 404 });
    await expect(fetchFrom(mnist, 'mnist', folder, quick)).rejects.toThrow('the server answers 404');
    expect(existsSync(folder)).toBe(false);
    plain.plan();
    await fetchFrom(mnist, 'mnist', folder, quick);
    expect(plain.asked).toHaveLength(1);
    expect(readdirSync(folder).sort()).toEqual(['a-idx3-ubyte.gz', 'b-idx1-ubyte.gz']);
    expect(readFileSync(join(folder, 'b-idx1-ubyte.gz'))).toEqual(Buffer.from(plain.content));
  });

  test('an empty folder is taken, a folder with something in it is left alone', async () => {
    mkdirSync(folder, { recursive: true });
    await fetchFrom(home(), 'fsdd', folder, quick);
    const taken = join(scratch, 'taken');
    mkdirSync(taken);
    writeFileSync(join(taken, 'thesis.doc'), 'mine');
    await expect(fetchFrom(home(), 'fsdd', taken, quick)).rejects.toThrow(
      /^fetch: the place is taken \(0 of 3 files of fsdd\), move it away or name another, .*taken$/,
    );
    expect(readdirSync(taken)).toEqual(['thesis.doc']);
  });

  test('a file in the place of a folder', async () => {
    const file = join(scratch, 'file');
    writeFileSync(file, '');
    await expect(fetchFrom(home(), 'fsdd', file, quick)).rejects.toThrow(/the place is taken/);
    await expect(fetchFrom(home(), 'fsdd', join(file, 'x'), quick)).rejects.toThrow(/the place is taken/);
  });

  test('hung up, what came waits for the next run', async () => {
    server.plan({ kind: 'stall', after: 200 });
    const controller = new AbortController();
    const options = { ...quick, signal: controller.signal, onProgress: () => controller.abort() };
    await expect(fetchFrom(home(), 'fsdd', folder, options)).rejects.toThrow(/abort/i);
    server.plan();
    await fetchFrom(home(), 'fsdd', folder, quick);
    expect(server.asked).toEqual(['bytes=200-']);
  });
});

describe('the table of homes', () => {
  test.each(fetchableCorpora)('%s: https, a limit or a checksum for every file', (name) => {
    for (const source of (corpusHomes[name] as CorpusHome).downloads) {
      expect(new URL(source.url).protocol).toBe('https:');
      expect(source.bytes ?? source.mostBytes).toBeGreaterThan(0);
      expect(source.sha256 ?? '0'.repeat(64)).toMatch(/^[0-9a-f]{64}$/);
      expect(source.sha256 !== undefined || (corpusHomes[name] as CorpusHome).archive !== undefined).toBe(
        true,
      );
    }
  });

  test('what is kept of the archives', () => {
    const { keep } = corpusHomes.fsdd.archive;
    expect(keep('free-spoken-digit-dataset-1.0.10/recordings/7_theo_3.wav')).toBe('recordings/7_theo_3.wav');
    expect(keep('free-spoken-digit-dataset-1.0.10/metadata.py')).toBe('metadata.py');
    expect(keep('free-spoken-digit-dataset-1.0.10/utils/fsdd.py')).toBeUndefined();
    const audioMnist = corpusHomes.audiomnist.archive.keep;
    expect(audioMnist('AudioMNIST-master/data/03/5_03_11.wav')).toBe('data/03/5_03_11.wav');
    expect(audioMnist('AudioMNIST-master/data/audioMNIST_meta.txt')).toBe('data/audioMNIST_meta.txt');
    expect(audioMnist('AudioMNIST-master/models/AlexNet/deploy.prototxt')).toBeUndefined();
  });

  test('names of whole corpora are counted, others are not', () => {
    expect(corpusHomes.fsdd.expect.name.test('7_theo_3.wav')).toBe(true);
    expect(corpusHomes.audiomnist.expect.name.test('5_03_11.wav')).toBe(true);
    expect(corpusHomes.mnist.downloads.every(({ file }) => corpusHomes.mnist.expect.name.test(file))).toBe(
      true,
    );
    expect(corpusHomes.fsdd.expect.name.test('metadata.py')).toBe(false);
  });

  test('a corpus that is there already needs no network', async () => {
    const there = join(scratch, 'mnist');
    mkdirSync(there);
    for (const { file } of corpusHomes.mnist.downloads) writeFileSync(join(there, file), '');
    expect(await fetchCorpus('mnist', there)).toBe('already there');
  });
});
