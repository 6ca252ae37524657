import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { encodeWav } from '@sonograd/dsp';
import { beforeAll, describe, expect, test } from 'vitest';
import { readAudio } from '../../../packages/experiments/src/corpora/source.ts';
import { writeFiles } from '../corporaSupport.ts';
import { folder, sonograd, train } from './support.ts';

const tiny = ['--quick', '--epochs', '2', '--set', 'judge.epochs=1', '--set', 'corpus.takes=1'];
let run: string;
let files: string[];
beforeAll(async () => {
  run = (await train('vae', folder('runs'), ...tiny, '--threads', '2')).run;
  const spoken = folder('spoken');
  const voice = (digit: number) =>
    readAudio({ kind: 'voice', speakerSeed: 900, digit, take: 0, sampleRate: 8000 });
  const wavs = Object.fromEntries(
    [1, 7].map((digit) => {
      const { samples, sampleRate } = voice(digit);
      return [`${digit}.wav`, encodeWav({ channels: [samples], sampleRate })];
    }),
  );
  writeFiles(spoken, wavs);
  files = Object.keys(wavs).map((name) => join(spoken, name));
});

async function interpolate(from: string, to: string, ...args: string[]): Promise<string[]> {
  const told = await sonograd('interpolate', run, from, to, '--json', ...args);
  expect(told.code, told.notes.join('\n')).toBe(0);
  return JSON.parse(told.out.at(-1)!).sounds.map(({ png }: { png: string }) => png);
}

const bytesOf = (paths: readonly string[]) => paths.map((path) => readFileSync(path).toString('base64'));

describe('sonograd interpolate', () => {
  test('goes from one file to another, both ends counted', async () => {
    const [one, seven] = files as [string, string];
    const there = await interpolate(one, seven, '--steps', '4', '--out', folder('there'));
    expect(there.map((path) => path.split('/').at(-1))).toEqual(
      [1, 2, 3, 4].map((step) => `step${step}of4.png`),
    );
    const back = await interpolate(seven, one, '--steps', '4', '--out', folder('back'));
    const [forth, reverse] = [bytesOf(there), bytesOf(back).reverse()];
    expect(forth[0]).toBe(reverse[0]);
    expect(forth[3]).toBe(reverse[3]);
    expect(new Set(forth).size).toBe(4);
  });

  test('a straight line and an arc have the same ends; two steps are only these', async () => {
    const [one, seven] = files as [string, string];
    const ways = await Promise.all(
      ['linear', 'spherical'].map((path) =>
        interpolate(one, seven, '--steps', '2', '--path', path, '--out', folder(path)),
      ),
    );
    expect(bytesOf(ways[0]!)).toEqual(bytesOf(ways[1]!));
    expect(ways[0]).toHaveLength(2);
  });

  test('from a file to itself nothing changes', async () => {
    const pictures = bytesOf(
      await interpolate(files[0]!, files[0]!, '--steps', '3', '--out', folder('still')),
    );
    expect(new Set(pictures).size).toBe(1);
  });

  test.each([
    [['--steps', '1'], 'It must be a whole number of at least 2.'],
    [['--path', 'crooked'], 'spherical, linear'],
  ])('%j is refused', async (args, message) => {
    const { code, notes } = await sonograd('interpolate', run, ...files, ...args);
    expect(code).toBe(2);
    expect(notes.join('\n')).toContain(message);
  });

  test('a file that is not there, and one that is no sound', async () => {
    const missing = await sonograd('interpolate', run, files[0]!, 'nowhere.wav');
    expect(missing.code).toBe(2);
    expect(missing.notes.join('\n')).toContain('nowhere.wav');
    const path = join(writeFiles(folder('text'), { 'text.wav': 'no sound at all' }), 'text.wav');
    const text = await sonograd('interpolate', run, files[0]!, path);
    expect(text.code).toBe(2);
    expect(text.notes.join('\n')).toContain('text.wav');
  });
});
