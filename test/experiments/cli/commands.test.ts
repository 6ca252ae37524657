import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodeWav } from '@sonograd/dsp';
import { setEngine } from '@sonograd/tensor';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { pipelines } from '../../../packages/experiments/src/pipelines/registry.ts';
import { cache, folder, readJson, sonograd, train, writeDigits } from './support.ts';

let digits: string;
let run: string;
beforeAll(async () => {
  digits = writeDigits(folder('digits'));
  run = (await train('embed-concat', folder('runs'), '--quick')).run;
});
afterEach(() => setEngine('threads'));

test('another seed, another run', async () => {
  const curvesOf = async (seed: string) => {
    const { run } = await train('embed-average', folder(`seed ${seed}`), '--quick', '--seed', seed);
    return readFileSync(join(run, 'metrics.jsonl'), 'utf8');
  };
  expect(await curvesOf('3')).not.toBe(await curvesOf('4'));
});

test('wide layers, which threads share, give the same metrics on one', async () => {
  const wide = ['--quick', '--epochs', '1', '--set', 'autoencoder.hidden=512', '--set', 'corpus.takes=1'];
  const runs = [];
  for (const threads of ['1', '4']) {
    runs.push((await train('embed-concat', folder(`wide ${threads}`), ...wide, '--threads', threads)).run);
  }
  const [one, four] = runs.map((run) => readFileSync(join(run, 'best.safetensors')));
  expect(one!.equals(four!)).toBe(true);
});

describe('settings', () => {
  test('the weaker first: defaults, quick, file, options, --set', async () => {
    const first = await train('embed-average', folder('first'), '--quick', '--epochs', '2', '--seed', '5');
    expect(readJson(first.run, 'config.json')).toMatchObject({
      pipeline: 'embed-average',
      config: {
        seed: 5,
        corpus: { name: 'synth', speakers: 6, takes: 4 },
        features: { spectrum: { nMels: 128, ref: 'max' } },
        training: { epochs: 2 },
      },
    });
    const file = join(first.run, 'config.json');
    const args = ['--config', file, '--epochs', '3', '--set', 'training.epochs=1', '--set', 'model.hidden=8'];
    const second = await train('embed-average', folder('second'), ...args);
    expect(readJson(second.run, 'config.json')).toMatchObject({
      config: { seed: 5, training: { epochs: 1 }, model: { hidden: 8 } },
    });
  });

  test('--epochs sets every phase', async () => {
    const { run } = await train('embed-concat', folder('epochs'), '--quick', '--epochs', '1');
    expect(readJson(run, 'config.json')).toMatchObject({
      config: { autoencoder: { training: { epochs: 1 } }, classifier: { training: { epochs: 1 } } },
    });
  });

  test('--data knows a corpus by its names', async () => {
    const { run } = await train('embed-average', folder('data'), '--quick', '--data', digits);
    expect(readJson(run, 'config.json')).toMatchObject({
      config: { corpus: { name: 'fsdd', folder: digits } },
    });
    const stratified = ['--set', 'corpus.name=folder', '--set', 'split={"kind":"stratified"}'];
    const other = await train('embed-average', folder('named'), '--quick', '--data', digits, ...stratified);
    expect(readJson(other.run, 'config.json')).toMatchObject({ config: { corpus: { name: 'folder' } } });
  });

  test('moments of the training set travel with the weights', async () => {
    const corpus = ['--set', 'features.normalise={"kind":"mean-variance","over":"corpus","per":"bin"}'];
    const { run, code } = await train('embed-average', folder('moments'), '--quick', ...corpus);
    expect(code).toBe(0);
    const own = await sonograd('evaluate', run, '--json', ...cache);
    expect(JSON.parse(own.out.at(-1)!).metrics).toEqual(readJson(run, 'metrics.json'));
    expect(await sonograd('predict', run, join(digits, '7_anna_4.wav'))).toMatchObject({ code: 0 });
  });
});

describe('a trained run', () => {
  test('evaluate --data takes every clip of the folder', async () => {
    const told = await sonograd('evaluate', run, '--data', digits, '--json', ...cache);
    expect(JSON.parse(told.out.at(-1)!).metrics.testClips).toBe(readdirSync(digits).length);
    expect(told.notes.join('\n')).toMatch(/anna .*\n.*otto/);
  });

  test('predict gives a digit and its share of certainty for each file', async () => {
    const files = [7, 2].map((digit) => join(digits, `${digit}_anna_4.wav`));
    const told = await sonograd('predict', run, ...files, '--json');
    const { predictions } = JSON.parse(told.out.at(-1)!);
    expect(predictions.map(({ file }: { file: string }) => file)).toEqual(files);
    for (const { scores, digit, confidence } of predictions) {
      expect(scores).toHaveLength(10);
      expect(scores.reduce((sum: number, score: number) => sum + score, 0)).toBeCloseTo(1, 5);
      expect(scores[digit]).toBe(confidence);
    }
  });

  test('listen writes what goes in and what comes out', async () => {
    const told = await sonograd('listen', run, ...cache);
    expect(told.code).toBe(0);
    expect(told.out).toHaveLength(32);
    for (const path of told.out.filter((path) => path.endsWith('.wav'))) {
      const { channels, sampleRate } = decodeWav(readFileSync(path));
      expect(sampleRate).toBe(8000);
      expect(Math.max(...channels[0]!)).toBeGreaterThan(0.3);
    }
  });
});

describe('report', () => {
  test('one run, and several side by side', async () => {
    const other = await train('embed-average', folder('other'), '--quick');
    expect((await sonograd('report', run)).out).toEqual([join(run, 'report.html')]);
    const page = join(folder('pages'), 'both.html');
    const told = await sonograd('report', run, other.run, '--out', page, '--json');
    expect(JSON.parse(told.out.at(-1)!)).toEqual({ runs: [run, other.run], report: page });
    expect(readFileSync(page, 'utf8')).toContain('2 runs side by side');
  });

  test('a folder that is no run', async () => {
    expect(await sonograd('report', digits)).toMatchObject({ code: 2 });
  });
});

describe('lists and help', () => {
  test('pipelines and corpora, one line each', async () => {
    expect((await sonograd('pipelines')).out).toHaveLength(pipelines.length);
    expect((await sonograd('corpora')).out.join('\n')).toMatch(/^synth .*\n.*fsdd/);
  });

  test('help is no failure', async () => {
    const told = await sonograd('--help');
    expect(told.code).toBe(0);
    expect(told.out.join('\n')).toContain('Exit codes: 0 all is well');
    expect((await sonograd('train', '--help')).out.join('\n')).toContain('--set <path=value>');
  });
});

test('export-spectrograms draws folders by part and digit', async () => {
  const path = join(folder('pictures'), 'out');
  const args = ['--set', 'corpus.speakers=2', '--set', 'corpus.takes=1'];
  expect(await sonograd('export-spectrograms', path, ...args)).toMatchObject({ code: 0 });
  expect(existsSync(join(path, 'Train_spectrograms', '7', '7_voice000_0.png'))).toBe(true);
  expect(existsSync(join(path, 'Test_spectrograms', '7', '7_voice001_0.png'))).toBe(true);
  expect(await sonograd('export-spectrograms', path, ...args)).toMatchObject({ code: 2 });
});
