import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeSafetensors } from '@sonograd/tensor';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { InputError } from '../../packages/experiments/src/inputError.ts';
import { reportData } from '../../packages/experiments/src/runs/reportData.ts';
import { RunFolder, requireWritable } from '../../packages/experiments/src/runs/runFolder.ts';
import { readTrained } from '../../packages/experiments/src/runs/trained.ts';

const scratch = mkdtempSync(join(tmpdir(), 'sonograd-runs-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const record = {
  pipeline: 'embed-average',
  config: { seed: 1 },
  started: '2026-11-21T02:05:09.123Z',
  version: '1',
};

let count = 0;
let root: string;
let run: RunFolder;
beforeEach(() => {
  root = join(scratch, String(count++));
  run = RunFolder.create(root, record);
});

describe('RunFolder', () => {
  test('is named by time and pipeline; a second of the same second gets a number', () => {
    expect(run.name).toBe('20261121-020509-embed-average');
    expect(RunFolder.create(root, record).name).toBe('20261121-020509-embed-average-2');
    expect(RunFolder.create(root, record).name).toBe('20261121-020509-embed-average-3');
  });

  test('keeps what it takes to run again', () => {
    expect(RunFolder.open(run.path).record()).toEqual(record);
    expect(readdirSync(run.path).sort()).toEqual(['config.json', 'samples']);
  });

  test('files come back as they were written, and no others lie beside them', () => {
    run.writeJson('metrics.json', { testAccuracy: 0.5 });
    run.write('samples/a.wav', Uint8Array.of(1, 2, 3));
    expect(run.readJson('metrics.json')).toEqual({ testAccuracy: 0.5 });
    expect([...run.readBytes('samples/a.wav')]).toEqual([1, 2, 3]);
    expect(readdirSync(run.path).sort()).toEqual(['config.json', 'metrics.json', 'samples']);
    expect(run.has('metrics.json')).toBe(true);
    expect(run.has('report.html')).toBe(false);
  });

  test('lines of metrics: appended, read, replaced for one phase', () => {
    expect(run.metrics()).toEqual([]);
    const lines = [
      { phase: 'autoencoder', kind: 'step', step: 1, loss: 2 },
      { phase: 'classifier', kind: 'step', step: 1, loss: 3 },
      { phase: 'classifier', kind: 'step', step: 2, loss: 1 },
    ];
    for (const line of lines) run.appendMetrics(line);
    expect(run.metrics()).toEqual(lines);
    run.replaceMetrics('classifier', [lines[1]!]);
    expect(run.metrics()).toEqual(lines.slice(0, 2));
    run.replaceMetrics('autoencoder', []);
    expect(run.metrics()).toEqual([lines[1]]);
  });

  test('half a line at the end, where the power failed, does not count', () => {
    run.appendMetrics({ phase: 'a', step: 1 });
    writeFileSync(run.file('metrics.jsonl'), `${readFileSync(run.file('metrics.jsonl'))}{"phase":"a","st`);
    expect(run.metrics()).toEqual([{ phase: 'a', step: 1 }]);
  });

  test.each([
    ['nothing there', undefined, /^run: it does not exist, .*config\.json$/],
    ['half a file', '{"pipeline": "emb', /^run: not JSON, .*config\.json$/],
    ['another file', '{"name": "x"}', /^run: config\.json does not say which pipeline ran, /],
  ])('%s is no run', (name, text, message) => {
    const path = join(root, name);
    mkdirSync(path);
    if (text !== undefined) writeFileSync(join(path, 'config.json'), text);
    expect(() => RunFolder.open(path)).toThrow(InputError);
    expect(() => RunFolder.open(path)).toThrow(message);
  });

  test('a place where nothing can be written', () => {
    writeFileSync(join(root, 'file'), '');
    const below = join(root, 'file', 'runs');
    expect(() => requireWritable(below)).toThrow(/^run: a part of the path is a file, not a folder, /);
    expect(() => RunFolder.create(below, record)).toThrow(InputError);
    requireWritable(join(root, 'a', 'b'));
    expect(existsSync(join(root, 'a', 'b'))).toBe(true);
  });
});

describe('readTrained', () => {
  const weights = (metadata: Record<string, string>) =>
    encodeSafetensors(new Map([['w', { dtype: 'float32', shape: [1], data: Float32Array.of(1) }]]), metadata);

  test('before there are weights', () => {
    expect(() => readTrained(run)).toThrow(
      `run: nothing is trained yet, go on with it: sonograd resume ${run.path}`,
    );
  });

  test.each([
    ['no safetensors', Uint8Array.of(1, 2, 3), /^run: the checkpoint is damaged, .*best\.safetensors$/],
    ['weights alone', weights({}), /^run: the checkpoint is damaged, decodeCheckpoint: .*best\.safetensors$/],
  ])('%s', (_, bytes, message) => {
    run.write('best.safetensors', bytes);
    expect(() => readTrained(run)).toThrow(InputError);
    expect(() => readTrained(run)).toThrow(message);
  });
});

describe('reportData', () => {
  const corpus = {
    name: 'synth',
    licence: 'MIT',
    home: 'here',
    train: 1,
    validation: 0,
    test: 1,
    speakers: 2,
  };

  test('sections may be left out', () => {
    expect(reportData.parse({ title: 'A run', corpus })).toMatchObject({
      examples: [],
      latent: [],
      layers: [],
    });
  });

  test.each([
    ['a field nobody knows', { title: 'A run', corpus, tabels: [] }],
    [
      'a digit that is none',
      { title: 'A', corpus, latent: [{ id: 'x', digit: 10, speaker: 'y', code: [1] }] },
    ],
    ['no corpus', { title: 'A run' }],
  ])('%s is refused', (_, data) => {
    expect(reportData.safeParse(data).success).toBe(false);
  });
});
