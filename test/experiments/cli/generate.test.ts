import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodeWav } from '@sonograd/dsp';
import { beforeAll, describe, expect, test } from 'vitest';
import { decodePicture } from '../../../packages/experiments/src/corpora/pictureFile.ts';
import { RunFolder } from '../../../packages/experiments/src/runs/runFolder.ts';
import { folder, sonograd, train } from './support.ts';

const tiny = ['--quick', '--epochs', '1', '--set', 'judge.epochs=1', '--set', 'corpus.takes=1'];
let run: string;
beforeAll(async () => {
  run = (await train('vae', folder('runs'), ...tiny, '--threads', '2')).run;
});

interface Sound {
  readonly wav: string;
  readonly png: string;
  readonly heard: { readonly digit: number; readonly confidence: number };
}

async function generate(...args: string[]): Promise<Sound[]> {
  const told = await sonograd('generate', run, '--json', ...args);
  expect(told.code, told.notes.join('\n')).toBe(0);
  expect(told.out).toHaveLength(1);
  const { pipeline, run: said, sounds } = JSON.parse(told.out[0]!);
  expect([pipeline, said]).toEqual(['vae', run]);
  return sounds;
}

describe('sonograd generate', () => {
  test('writes so many sounds and pictures, and says what is heard in them', async () => {
    const out = join(folder('out'), 'new');
    const sounds = await generate('--count', '3', '--digit', '7', '--out', out);
    expect(sounds.map(({ wav }) => wav)).toEqual([1, 2, 3].map((n) => join(out, `digit7-seed0-${n}.wav`)));
    for (const { wav, png, heard } of sounds) {
      const { channels, sampleRate } = decodeWav(readFileSync(wav));
      expect(sampleRate).toBe(8000);
      expect(Math.max(...channels[0]!.map(Math.abs))).toBeCloseTo(0.9, 2);
      const { bins, frames, data } = decodePicture(readFileSync(png), png);
      expect([bins, frames]).toEqual([32, 32]);
      expect(new Set(data).size).toBeGreaterThan(10);
      expect(heard.digit).toBeGreaterThanOrEqual(0);
      expect(heard.confidence).toBeGreaterThanOrEqual(0.1);
    }
  });

  test("without --out they go where the run's report finds them; without --count there are eight", async () => {
    const sounds = await generate();
    expect(sounds).toHaveLength(8);
    for (const { wav } of sounds) expect(existsSync(wav)).toBe(true);
    expect(sounds[0]!.wav).toBe(join(run, 'samples', 'drawn-seed0-1.wav'));
    await sonograd('report', run);
    expect(readFileSync(join(run, 'report.html'), 'utf8')).toContain('drawn-seed0-1');
  });

  test('the same seed, the same sounds, however many; another seed, others', async () => {
    const out = folder('seeds');
    const bytes = async (...args: string[]) => {
      const sounds = await generate('--digit', '3', '--out', out, ...args);
      return sounds.map(({ wav }) => readFileSync(wav).toString('base64'));
    };
    const two = await bytes('--count', '2');
    expect((await bytes('--count', '3')).slice(0, 2)).toEqual(two);
    expect(await bytes('--count', '2', '--seed', '1')).not.toEqual(two);
    expect(two[0]).not.toBe(two[1]);
  });

  test('without --json, a table for people', async () => {
    const out = folder('people');
    const told = await sonograd('generate', run, '--count', '1', '--out', out);
    expect(told.out.join('\n')).toMatch(/heard as +sure by\n.*\n.*drawn-seed0-1\.wav +\d +\d+ %$/);
  });

  test.each([
    [['--digit', '12'], 'It must be a digit, 0 to 9.'],
    [['--digit', 'seven'], 'It must be a digit, 0 to 9.'],
    [['--count', '0'], 'It must be a whole number of at least 1.'],
    [['--seed', '-1'], 'It must be a whole number of at least 0.'],
  ])('%j is refused', async (args, message) => {
    const { code, notes } = await sonograd('generate', run, ...args);
    expect(code).toBe(2);
    expect(notes.join('\n')).toContain(message);
  });

  test('a pipeline that makes no sounds says so', async () => {
    const record = { pipeline: 'embed-average', config: {}, started: '2020-01-02T03:04:05Z', version: '' };
    const { path } = RunFolder.create(folder('others'), record);
    const { code, notes } = await sonograd('generate', path);
    expect(code).toBe(2);
    expect(notes).toEqual(['generate: this pipeline makes no sounds of its own, embed-average']);
    expect((await sonograd('interpolate', path, 'a.wav', 'b.wav')).notes).toEqual([
      'interpolate: this pipeline has no code to walk through, embed-average',
    ]);
  });

  test('a conditional model makes the digit it is told', async () => {
    const conditional = ['--set', 'model.conditional=true'];
    const other = await train('vae', folder('conditional'), ...tiny, ...conditional, '--threads', '2');
    const told = await sonograd('generate', other.run, '--digit', '4', '--count', '2', '--json');
    expect(told.code, told.notes.join('\n')).toBe(0);
    expect(JSON.parse(told.out.at(-1)!).sounds).toHaveLength(2);
  });
});
