import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readReportRuns } from '../../../packages/experiments/src/reports/reportRun.ts';
import { curves } from '../../../packages/experiments/src/reports/sections/curves.ts';
import { soundsSection } from '../../../packages/experiments/src/reports/sections/examples.ts';
import { corpusSection, figures } from '../../../packages/experiments/src/reports/sections/overview.ts';
import {
  confusionSection,
  scoresSection,
} from '../../../packages/experiments/src/reports/sections/scores.ts';
import { showSection } from '../../../packages/experiments/src/reports/sections/section.ts';
import { differences, settingsSection } from '../../../packages/experiments/src/reports/sections/settings.ts';
import { soundFiles } from '../../../packages/experiments/src/reports/sounds.ts';
import { writeReport } from '../../../packages/experiments/src/reports/writeReport.ts';
import { RunFolder } from '../../../packages/experiments/src/runs/runFolder.ts';
import { interruptedRun, syntheticRun, temporaryFolder } from './syntheticRun.ts';

const readOne = (folder: RunFolder) => readReportRuns([folder])[0]!;

/** A run with nothing but a config. */
function emptyRun(config: unknown, root = temporaryFolder(), pipeline = 'embed-test'): RunFolder {
  return RunFolder.create(root, { pipeline, config, started: '2030-01-02T03:04:05.000Z', version: '0.1.0' });
}

const titles = (text: string): string[] =>
  Array.from(text.matchAll(/<h3>([^<]*)</g), ([, title]) => title ?? '');

describe('reading a run', () => {
  test('gives what is there', () => {
    const run = readOne(syntheticRun());
    expect(run.name).toBe('20300102-030405-embed-test');
    expect(run.lines).toHaveLength(404);
    expect(run.metrics.testAccuracy).toBe(0.875);
    expect(run.data?.corpus.train).toBe(100);
  });

  test('gives nothing for what is not there yet', () => {
    const run = readOne(emptyRun({ seed: 1 }));
    expect(run.lines).toEqual([]);
    expect(run.metrics).toEqual({});
    expect(run.data).toBeUndefined();
  });

  test('names the line of curves that is wrong', () => {
    const folder = interruptedRun();
    folder.appendMetrics({ phase: 'classifier', kind: 'pause', step: 1, epoch: 1, loss: 1 });
    expect(() => readOne(folder)).toThrow(/^report: not what a run writes, kind: .*metrics\.jsonl$/);
  });

  test('leaves out steps whose loss was no number', () => {
    const folder = interruptedRun();
    folder.appendMetrics({ phase: 'classifier', kind: 'step', step: 401, epoch: 1, loss: Number.NaN });
    expect(readOne(folder).lines).toHaveLength(404);
  });

  test('refuses figures that are no numbers', () => {
    const folder = emptyRun({});
    folder.writeJson('metrics.json', { testAccuracy: 'high' });
    expect(() => readOne(folder)).toThrow(/^report: not what a run writes, testAccuracy: .*metrics\.json$/);
  });

  test('half a line at the end of the curves does not count', () => {
    const folder = interruptedRun();
    folder.write('metrics.jsonl', `${readFileSync(folder.file('metrics.jsonl'), 'utf8')}{"phase":"cl`);
    expect(readOne(folder).lines).toHaveLength(404);
  });
});

describe('curves', () => {
  const line = (phase: string, kind: string, step: number, more: Record<string, number>) => ({
    ...{ phase, kind, step, epoch: 1, loss: 1 / step },
    ...more,
  });

  test('phases in the order of training, each with its own measures', () => {
    const folder = emptyRun({});
    for (const step of [1, 2]) folder.appendMetrics(line('autoencoder', 'step', step, { rate: 0.1 / step }));
    folder.appendMetrics(line('classifier', 'step', 1, { rate: 0.1 }));
    folder.appendMetrics(line('classifier', 'validation', 1, { accuracy: 0.5, macroF1: 0.4 }));
    const { text } = curves([readOne(folder)])!;
    expect(titles(text)).toEqual([
      'Autoencoder: loss',
      'Autoencoder: rate',
      'Classifier: loss',
      'Classifier: accuracy',
      'Classifier: macro F1',
    ]);
  });

  test('what is no number is left out', () => {
    const folder = emptyRun({});
    folder.appendMetrics({ ...line('a', 'validation', 1, {}), best: true, note: 'x', gap: null });
    expect(titles(curves([readOne(folder)])!.text)).toEqual(['A: loss']);
  });

  test('no lines, no section', () => {
    expect(curves([readOne(emptyRun({}))])).toBeUndefined();
  });

  test('each of several runs has a colour of its own', () => {
    const root = temporaryFolder();
    const runs = [interruptedRun({ root }), interruptedRun({ root })];
    const { text } = curves(readReportRuns(runs))!;
    const [loss] = text.split('</figure>');
    const colors = Array.from(
      loss!.matchAll(/class="line[^"]*" style="--mark:var\(--c(\d)\)"/g),
      ([, color]) => color,
    );
    expect(colors).toEqual(['0', '0', '1', '1']);
  });
});

describe('figures and facts', () => {
  test('of one run are tiles, of several a table with gaps where one has none', () => {
    const root = temporaryFolder();
    const [full, torn] = readReportRuns([syntheticRun({ root }), interruptedRun({ root })]);
    expect(figures([full!])!.text).toContain('<dl class="tiles">');
    const { text } = figures([full!, torn!])!;
    expect(text).toMatch(/Test accuracy<\/th><td>87\.5 %<\/td><td>–<\/td>/);
    expect(figures([torn!])).toBeUndefined();
  });

  test('nothing held out, nothing skipped', async () => {
    const corpus = { name: 'x', licence: 'MIT', home: 'here', train: 1, validation: 0, test: 1, speakers: 1 };
    const html = await corpusSection.show(readOne(syntheticRun({ report: { corpus } })));
    expect(html!.text).toContain('nothing held out');
    expect(html!.text).toContain('<dd>1 clip</dd>');
    expect(html!.text).toContain('1 speaker<');
    expect(html!.text).not.toContain('<details>');
  });
});

describe('scores', () => {
  const confusion = (counts: number[][]) => ({ confusion: { classes: ['a', 'b'], counts } });
  const shown = async (counts: number[][]) =>
    (await confusionSection.show(readOne(syntheticRun({ report: confusion(counts) }))))!.text;

  test('a perfect matrix has no mistakes to list', async () => {
    const text = await shown([
      [3, 0],
      [0, 4],
    ]);
    expect(text).toContain('Nothing was mixed up.');
    expect(text.match(/class="right most full"/g)).toHaveLength(2);
  });

  test('the worst mistake comes first', async () => {
    const text = await shown([
      [3, 1],
      [2, 0],
    ]);
    expect(Array.from(text.matchAll(/<li>([^<]*)</g), ([, words]) => words)).toEqual([
      'b heard as a: 2 of 2',
      'a heard as b: 1 of 4',
    ]);
  });

  test('a class that was never said has a row of nothing', async () => {
    const text = await shown([
      [3, 0],
      [0, 0],
    ]);
    expect(text).not.toContain('NaN');
    expect(text.match(/--share:0%/g)).toHaveLength(3);
  });

  test('are shown as far as there are any', async () => {
    const run = syntheticRun({ report: { perClass: [] } });
    const html = await scoresSection.show(readOne(run));
    expect(html!.text).toContain('Per speaker');
    expect(html!.text).not.toContain('Per class');
  });
});

describe('settings', () => {
  test('a path with blanks and quotes is quoted for a shell', async () => {
    const root = join(temporaryFolder(), "it's here");
    const html = await settingsSection.show(readOne(emptyRun({ seed: 3 }, root)));
    expect(html!.text).toContain('it&#39;\\&#39;&#39;s here');
    expect(html!.text).toContain('<dd>3</dd>');
  });

  test('no seed is said to be none', async () => {
    const html = await settingsSection.show(readOne(emptyRun({ rate: 1 })));
    expect(html!.text).toContain('<dt>Seed</dt><dd>none</dd>');
  });

  test('differences name nested fields, and pipelines', () => {
    const root = temporaryFolder();
    const runs = readReportRuns([
      emptyRun({ seed: 1, model: { code: 8, deep: { on: true } } }, root, 'one'),
      emptyRun({ seed: 1, model: { code: 16 } }, root, 'two'),
    ]);
    const { text } = differences(runs)!;
    expect(Array.from(text.matchAll(/<th scope="row"[^>]*>([^<]*)</g), ([, field]) => field)).toEqual([
      'pipeline',
      'model.code',
      'model.deep.on',
    ]);
    expect(text).toContain('<td>true</td><td>–</td>');
  });

  test('runs that are alike differ in nothing', () => {
    const root = temporaryFolder();
    expect(differences(readReportRuns([emptyRun({ a: 1 }, root), emptyRun({ a: 1 }, root)]))).toBeUndefined();
  });
});

describe('sounds', () => {
  test('more than a page can hold stay in the folder, and the page says so', async () => {
    const run = syntheticRun();
    run.write('samples/long-output.wav', new Uint8Array(13 * 2 ** 20));
    expect(soundFiles(run).take('long-output.wav')).toBeUndefined();
    const html = await soundsSection.show(readOne(run));
    expect(html!.text).toContain('below <code>samples/</code>');
    expect(html!.text.match(/<audio/g)).toHaveLength(2);
  });

  test('only files of the folder are sounds, and only WAV', () => {
    const run = syntheticRun();
    run.write('samples/picture.png', new Uint8Array(3));
    const files = soundFiles(run);
    expect(files.names).toEqual(['clip1-input.wav', 'clip1-output.wav', 'example.wav']);
    expect(files.take('picture.png')).toBeUndefined();
    expect(files.take('example.wav')).toMatch(/^data:audio\/wav;base64,UklGR/);
  });
});

describe('a section', () => {
  test('that no run has is left out; one that some have says who has none', async () => {
    const runs = readReportRuns([syntheticRun(), syntheticRun()]);
    const section = { id: 'x', title: 'X', show: () => undefined };
    expect(await showSection(section, runs)).toBeUndefined();
    const { text } = (await showSection(confusionSection, [runs[0]!, { ...runs[1]!, data: undefined }]))!;
    expect(text.match(/This run has none/g)).toHaveLength(1);
  });

  test('500 codes of 256 numbers are mapped within the time of a test', async () => {
    const latent = Array.from({ length: 500 }, (_, n) => ({
      ...{ id: `${n}`, digit: n % 10, speaker: `${n % 12}` },
      code: Array.from({ length: 256 }, (_, i) => Math.sin(n * (i + 1))),
    }));
    const text = readFileSync(await writeReport([syntheticRun({ report: { latent } })]), 'utf8');
    expect(text.match(/--digit:var/g)).toHaveLength(1000);
  });
});
