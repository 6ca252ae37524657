import { readFileSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { writeReport } from '../../../packages/experiments/src/reports/writeReport.ts';
import type { RunFolder } from '../../../packages/experiments/src/runs/runFolder.ts';
import { hostile, interruptedRun, syntheticRun, temporaryFolder } from './syntheticRun.ts';

const pageOf = async (...runs: readonly RunFolder[]): Promise<string> =>
  readFileSync(await writeReport(runs), 'utf8');

const allSections = [
  ...['data', 'curves', 'confusion', 'scores', 'tables', 'examples', 'sounds'],
  ...['latent', 'models', 'health', 'again'],
];

const sectionsOf = (text: string): string[] =>
  Array.from(text.matchAll(/<section id="([a-z]+)"/g), ([, id]) => id ?? '');

/** The text of one section. */
function section(text: string, id: string): string {
  const begin = text.indexOf(`<section id="${id}"`);
  expect(begin, `there is a section ${id}`).toBeGreaterThan(-1);
  return text.slice(begin, text.indexOf('</section>', begin));
}

describe('the report of one run', () => {
  test('has every section, in the order of reading, and a link to each', async () => {
    const text = await pageOf(syntheticRun());
    expect(sectionsOf(text)).toEqual(allSections);
    for (const id of allSections) expect(text).toContain(`<a href="#${id}">`);
  });

  test('says what was trained on what', async () => {
    const text = section(await pageOf(syntheticRun()), 'data');
    for (const fact of [
      'embed-test',
      '3 speakers',
      '100 clips',
      '10 clips held out',
      '20 clips',
      'MIT',
      '1 clip left out',
    ]) {
      expect(text).toContain(fact);
    }
    expect(text).toContain('<a href="https://example.org/?a=1&amp;b=2"');
  });

  test('makes a link of a home only where it is one', async () => {
    const corpus = { name: 'x', licence: '', train: 1, validation: 0, test: 1, speakers: 1 };
    const run = syntheticRun({ report: { corpus: { ...corpus, home: 'javascript:alert(1)' } } });
    const text = section(await pageOf(run), 'data');
    expect(text).not.toContain('<a ');
    expect(text).toContain('javascript:alert(1)');
  });

  test('shows figures with names in words', async () => {
    const text = await pageOf(syntheticRun());
    expect(text).toContain('<dt>Test accuracy</dt><dd>87.5 %</dd>');
    expect(text).toContain('<dt>Test MSE</dt><dd>0.00123</dd>');
    expect(text).toContain('<dt>Parameters</dt><dd>1,234</dd>');
  });

  test('draws loss and metrics, and leaves out a rate that never changes', async () => {
    const text = section(await pageOf(syntheticRun()), 'curves');
    expect(Array.from(text.matchAll(/<h3>([^<]*)</g), ([, title]) => title)).toEqual([
      'Classifier: loss',
      'Classifier: accuracy',
    ]);
    expect(text).toContain('training 2 to 0.005; held out 0.03 to 0.0075');
  });

  test('counts who was taken for whom, and names the worst', async () => {
    const text = section(await pageOf(syntheticRun()), 'confusion');
    expect(
      Array.from(text.matchAll(/<td class="([a-z ]*)"[^>]*>(\d+)</g), ([, kind, count]) => [kind, count]),
    ).toEqual([
      ['right most', '6'],
      ['wrong', '2'],
      ['wrong none', '0'],
      ['right most full', '8'],
    ]);
    expect(text).toMatch(/yes heard as .*: 2 of 8/);
  });

  test('lists the hardest speaker first', async () => {
    const text = section(await pageOf(syntheticRun()), 'scores');
    expect(text.indexOf('hard')).toBeLessThan(text.indexOf('easy'));
    expect(text).toContain('25.0 %');
  });

  test('shows input, target and output as pictures with words for them, and plays sounds', async () => {
    const text = section(await pageOf(syntheticRun()), 'examples');
    expect(text.match(/<img src="data:image\/png;base64,/g)).toHaveLength(3);
    for (const what of ['input', 'target', 'output']) {
      expect(text).toContain(`, ${what}: spectrogram of 3 bands by 4 frames"`);
    }
    expect(text.match(/<audio controls[^>]* src="data:audio\/wav;base64,UklGR/g)).toHaveLength(1);
  });

  test('puts the other sounds of a clip beside each other', async () => {
    const text = section(await pageOf(syntheticRun()), 'sounds');
    expect(text).toContain('<h3>clip1</h3>');
    expect(text).toContain('aria-label="clip1, input"');
    expect(text).toContain('aria-label="clip1, output"');
    expect(text.match(/<audio/g)).toHaveLength(2);
  });

  test('a sound that is not there is said to be missing, and nothing outside samples is read', async () => {
    const run = syntheticRun({
      report: {
        examples: [{ title: 'one', pictures: [], sounds: [{ title: 'gone', file: '../config.json' }] }],
      },
    });
    expect(section(await pageOf(run), 'examples')).not.toContain('<audio');
  });

  test('maps codes twice, and tells layers that need a look', async () => {
    const text = await pageOf(syntheticRun());
    expect(section(text, 'latent').match(/<svg /g)).toHaveLength(2);
    expect(section(text, 'latent').match(/<title>clip3: 3 by /g)).toHaveLength(2);
    expect(section(text, 'health')).toContain('most units are dead');
  });

  test('gives the seed, the config and the command', async () => {
    const run = syntheticRun();
    const text = section(await pageOf(run), 'again');
    expect(text).toContain('<dd>7</dd>');
    expect(text).toContain(`npx sonograd train embed-test --config ${run.file('config.json')}`);
    expect(text).toContain('&quot;code&quot;: 16');
  });

  test('leaves out what a pipeline does not have', async () => {
    const text = await pageOf(
      syntheticRun({
        report: { examples: [], latent: [], layers: [], tables: [], perClass: [], perSpeaker: [] },
      }),
    );
    expect(sectionsOf(text)).toEqual(['data', 'curves', 'confusion', 'sounds', 'models', 'again']);
  });

  test('shows curves and config of a run that did not come to its end', async () => {
    const text = await pageOf(interruptedRun());
    expect(sectionsOf(text)).toEqual(['data', 'curves', 'again']);
    expect(text).toContain('has not come to its end');
  });

  test('is the same, byte by byte, each time', async () => {
    const run = syntheticRun();
    expect(await pageOf(run)).toBe(await pageOf(run));
  });
});

describe('several runs', () => {
  test('stand side by side, with the fields in which they differ', async () => {
    const root = temporaryFolder();
    const runs = [syntheticRun({ root }), syntheticRun({ root, seed: 8 }), interruptedRun({ root, seed: 9 })];
    const path = await writeReport(runs);
    expect(basename(path)).toBe('comparison.html');
    const text = readFileSync(path, 'utf8');
    expect(sectionsOf(text)).toEqual(allSections);
    expect(text).toContain('<h1>3 runs side by side</h1>');
    expect(text).toMatch(/<th scope="row" class="deep">seed<\/th><td>7<\/td><td>8<\/td><td>9<\/td>/);
    expect(text).not.toMatch(/>model\.code</);
    for (const { name } of runs) expect(section(text, 'confusion')).toContain(`<h3 class="run">${name}</h3>`);
    expect(section(text, 'confusion').match(/This run has none/g)).toHaveLength(1);
  });

  test('share a chart for each measure', async () => {
    const runs = [syntheticRun(), syntheticRun({ started: '2031-01-02T03:04:05.000Z' })];
    const text = section(await pageOf(...runs), 'curves');
    expect(text.match(/<figure/g)).toHaveLength(2);
    for (const { name } of runs) expect(text).toContain(`${name}, held out`);
  });

  test('of one name in different folders are told apart by their paths', async () => {
    const runs = [syntheticRun(), syntheticRun()];
    const text = await pageOf(...runs);
    for (const { path } of runs) expect(text).toContain(`<h3 class="run">${path}</h3>`);
  });
});

describe('the page as a file', () => {
  test('fetches nothing and runs nothing', async () => {
    const text = await pageOf(syntheticRun());
    expect(text).toContain(
      `content="default-src 'none'; img-src data:; media-src data:;`.replaceAll("'", '&#39;'),
    );
    expect(text).not.toMatch(/<(script|link|iframe|object|embed)\b/i);
    const sources = Array.from(text.matchAll(/\ssrc="([^"]*)"/g), ([, source]) => source ?? '');
    expect(sources.length).toBeGreaterThan(5);
    for (const source of sources) expect(source).toMatch(/^data:(image\/png|audio\/wav);base64,/);
    expect(text).not.toMatch(/url\(|@import/);
  });

  test('escapes every text that comes from data', async () => {
    const text = await pageOf(syntheticRun());
    const escaped =
      '&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&lt;img src=x onerror=&#39;2&#39;&gt;&amp;';
    expect(text.split(escaped).length - 1).toBeGreaterThan(10);
    expect(text).not.toContain(hostile);
    expect(text).not.toMatch(/<img src=x/);
  });

  test('closes every tag it opens, has one heading of the first rank, and no id twice', async () => {
    const text = await pageOf(syntheticRun(), syntheticRun({ seed: 8 }));
    expect(unclosed(text)).toEqual([]);
    expect(text.match(/<h1/g)).toHaveLength(1);
    const ids = Array.from(text.matchAll(/\sid="([^"]*)"/g), ([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test('goes where it is asked to', async () => {
    const target = join(temporaryFolder(), 'here.html');
    expect(await writeReport([syntheticRun()], target)).toBe(target);
    expect(readFileSync(target, 'utf8')).toMatch(/^<!doctype html>/);
  });
});

describe('what cannot be shown', () => {
  test('no run', async () => {
    await expect(writeReport([])).rejects.toThrow('report: give at least one run');
  });

  test('a folder that does not exist', async () => {
    const target = join(temporaryFolder(), 'no', 'where.html');
    await expect(writeReport([syntheticRun()], target)).rejects.toThrow(
      `report: it does not exist, ${target}`,
    );
  });

  test('a report.json of another kind is named, with the field that is wrong', async () => {
    const run = syntheticRun();
    run.writeJson('report.json', { title: 5 });
    await expect(writeReport([run])).rejects.toThrow(
      /^report: not what a run writes, title: .*report\.json$/,
    );
  });

  test('a run without its samples is shown without sounds', async () => {
    const run = syntheticRun();
    rmSync(run.file('samples'), { recursive: true });
    const text = await pageOf(run);
    expect(text).not.toContain('<audio');
    expect(sectionsOf(text)).not.toContain('sounds');
  });
});

/** Tags that are not closed, or not in their order. */
function unclosed(text: string): string[] {
  const empty = new Set(['meta', 'img', 'input', 'path', 'circle', 'rect', 'br']);
  const open: string[] = [];
  const body = text.replace(/<style>[\s\S]*?<\/style>/, '').replace('<!doctype html>', '');
  for (const [, slash, name = ''] of body.matchAll(/<(\/?)([a-z][a-z0-9]*)\b[^>]*>/g)) {
    if (empty.has(name)) continue;
    if (slash === '') open.push(name);
    else if (open.pop() !== name) return [`</${name}>`];
  }
  return open;
}
