import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { engine, setEngine } from '@sonograd/tensor';
import { Command } from 'commander';
import { afterEach, describe, expect, test } from 'vitest';
import {
  corpusName,
  type SettingOptions,
  settingsFrom,
  type ToolOptions,
  toolsFrom,
  wholeFrom,
  withSettingOptions,
  withToolOptions,
} from '../../../packages/experiments/src/cli/options.ts';
import { corpusHomes } from '../../../packages/experiments/src/fetch/homes.ts';
import { findPipeline } from '../../../packages/experiments/src/pipelines/registry.ts';
import { mergeSettings } from '../../../packages/experiments/src/settings/settings.ts';
import { folder, sonograd, spawnSonograd, writeDigits } from './support.ts';

afterEach(() => setEngine('threads'));

function parse(...args: string[]): ToolOptions & SettingOptions {
  const command = withToolOptions(withSettingOptions(new Command()));
  return command.exitOverride().parse(args, { from: 'user' }).opts();
}

const settingsOf = (...args: string[]) =>
  mergeSettings(...settingsFrom(findPipeline('embed-concat'), parse(...args)));

describe('options become settings', () => {
  test('none is none', () => {
    expect(settingsOf()).toEqual({});
  });

  test('seed, epochs of every phase, single fields', () => {
    expect(settingsOf('--seed', '7', '--epochs', '3', '--set', 'autoencoder.code=16')).toEqual({
      seed: 7,
      autoencoder: { code: 16, training: { epochs: 3 } },
      classifier: { training: { epochs: 3 } },
    });
  });

  test('--set wins over options, options over the file, and of two the later', () => {
    const file = join(folder('files'), 'settings.json');
    writeFileSync(file, JSON.stringify({ seed: 1, damaged: 'skip', autoencoder: { code: 8, hidden: 9 } }));
    const args = ['--config', file, '--seed', '2', '--set', 'seed=3', '--set', 'seed=4'];
    expect(settingsOf(...args)).toEqual({ seed: 4, damaged: 'skip', autoencoder: { code: 8, hidden: 9 } });
  });

  test('the config.json of a run does as a file', () => {
    const file = join(folder('files'), 'config.json');
    writeFileSync(file, JSON.stringify({ pipeline: 'embed-concat', config: { seed: 5 }, started: '' }));
    expect(settingsOf('--config', file)).toEqual({ seed: 5 });
  });

  test('--data takes the corpus that was named, in a file or by --set', () => {
    const digits = writeDigits(folder('digits'), { takes: 4 });
    expect(settingsOf('--data', digits)).toEqual({ corpus: { name: 'fsdd', folder: digits } });
    expect(settingsOf('--data', digits, '--set', 'corpus.name=folder')).toEqual({
      corpus: { name: 'folder', folder: digits },
    });
    expect(settingsOf('--data', digits, '--set', 'corpus.name=synth')).toEqual({ corpus: { name: 'synth' } });
  });

  test('the name of a corpus, where there is one', () => {
    expect(corpusName({ corpus: { name: 'fsdd' } })).toBe('fsdd');
    for (const settings of [{}, { corpus: null }, { corpus: 'fsdd' }, { corpus: { name: 3 } }]) {
      expect(corpusName(settings)).toBeUndefined();
    }
  });

  test.each(['', ' ', 'many', '1.5', '-1', '1e99', 'NaN'])('%j is no seed', (text) => {
    expect(() => wholeFrom(0)(text)).toThrow('It must be a whole number of at least 0.');
  });
});

describe('options become tools', () => {
  const desk = {
    out: () => undefined,
    progress: { note: () => undefined, bar: () => () => undefined, training: () => ({}) },
    signal: new AbortController().signal,
  };

  test('as many threads as were asked for; one needs no pool', () => {
    expect(toolsFrom(parse('--threads', '3'), desk).threads).toBe(3);
    expect(engine()).toMatchObject({ name: 'threads', threads: 3 });
    expect(toolsFrom(parse('--threads', '1'), desk).threads).toBe(1);
    expect(engine()).toMatchObject({ name: 'simd' });
  });

  test('without a word the engine stays as it is', () => {
    setEngine('reference');
    expect(toolsFrom(parse(), desk)).toMatchObject({ cacheFolder: join('.cache', 'features') });
    expect(engine().name).toBe('reference');
  });
});

describe('fetch', () => {
  test('a corpus that is there is not fetched again', async () => {
    const path = folder('mnist');
    for (const { file } of corpusHomes.mnist.downloads) writeFileSync(join(path, file), '');
    const told = await sonograd('fetch', 'mnist', '--to', path);
    expect(told).toMatchObject({ code: 0, out: [`mnist: already there, ${path}`] });
  });

  test('a folder that holds something else is left alone', async () => {
    const path = folder('taken');
    mkdirSync(join(path, 'mine'));
    const told = await sonograd('fetch', 'fsdd', '--to', path);
    expect(told.code).toBe(2);
    expect(told.notes.at(-1)).toMatch(/^fetch: the place is taken .*taken$/);
    expect(existsSync(join(path, 'mine'))).toBe(true);
  });

  test('a corpus nobody knows', async () => {
    const told = await sonograd('fetch', 'librispeech');
    expect(told.code).toBe(2);
    expect(told.notes.at(-1)).toMatch(/Allowed choices are fsdd, audiomnist, mnist/);
  });
});

describe('as a process', () => {
  async function run(...args: string[]) {
    const child = spawnSonograd(...args);
    const [out, notes] = ['', ''].map(() => [] as string[]);
    child.stdout?.on('data', (text) => out!.push(String(text)));
    child.stderr?.on('data', (text) => notes!.push(String(text)));
    const code = await child.ended;
    return { code, out: out!.join(''), notes: notes!.join('') };
  }

  test('results on standard output, all else on standard error; the last line is the object', async () => {
    const place = folder('process');
    const runs = ['--runs', join(place, 'runs'), '--cache', join(place, 'cache')];
    const args = ['--quick', '--json', '--set', 'corpus.takes=1', '--epochs', '1'];
    const { code, out, notes } = await run('train', 'embed-average', ...args, ...runs);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ pipeline: 'embed-average', metrics: { parameters: 8906 } });
    expect(notes).toMatch(/features of 60 clips\n.*run: .*\ntraining: classifier\n/s);
    expect(notes).not.toContain('\u001b');
  });

  test('a mistake is one line and code 2', async () => {
    const { code, out, notes } = await run('train', 'embed-averages');
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(notes.trim().split('\n')).toHaveLength(1);
  });
});
