import { describe, expect, test } from 'vitest';
import { page } from '../../../packages/experiments/src/reports/page.ts';
import { type ReportRun, readReportRuns } from '../../../packages/experiments/src/reports/reportRun.ts';
import { hostile, interruptedRun, syntheticRun, temporaryFolder } from './syntheticRun.ts';

const some = (): ReportRun[] => readReportRuns([syntheticRun()]);

describe('the head of the page', () => {
  test('has the title of the report, in the window and above the text', async () => {
    const text = await page(some());
    const [, title = ''] = /<title>([^<]*)</.exec(text) ?? [];
    const [, heading = ''] = /<h1>([^<]*)</.exec(text) ?? [];
    expect(title).toMatch(/^A test &lt;script/);
    expect(heading).toBe(title);
  });

  test('has the name of the pipeline where there is no report yet', async () => {
    expect(await page(readReportRuns([interruptedRun()]))).toContain('<h1>embed-test</h1>');
  });

  test('names all runs that stand side by side', async () => {
    const root = temporaryFolder();
    const runs = readReportRuns([syntheticRun({ root, report: { title: 'One' } }), interruptedRun({ root })]);
    const [, lead = ''] = /<p class="lead">([^<]*)</.exec(await page(runs)) ?? [];
    expect(lead).toBe('One (20300102-030405-embed-test) · 20300102-030405-embed-test-2');
  });

  test('links to each section by the title it has', async () => {
    const text = await page(some());
    const links = Array.from(text.matchAll(/<li><a href="#([a-z]+)">([^<]+)</g), ([, id, title]) => [
      id,
      title,
    ]);
    const sections = Array.from(text.matchAll(/<h2 id="([a-z]+)-title">([^<]+)</g), ([, id, title]) => [
      id,
      title,
    ]);
    expect(links.length).toBe(11);
    expect(links).toEqual(sections);
  });

  test('each section is named by its heading', async () => {
    const text = await page(some());
    for (const [, label] of text.matchAll(/<section id="[a-z]+" aria-labelledby="([^"]+)"/g)) {
      expect(text).toContain(`<h2 id="${label}">`);
    }
  });
});

describe('a name that is markup', () => {
  test('of a run is a name', async () => {
    const runs = [...some(), ...some()].map((run, index) => ({ ...run, name: `${hostile}${index}` }));
    const text = await page(runs);
    expect(text).not.toContain(hostile);
    expect(text).toContain('<h3 class="run">&lt;script&gt;');
  });

  test('of a metric, a phase or a pipeline is a name', async () => {
    const [run] = some();
    const lines = run!.lines.map((line) => ({ ...line, phase: hostile, [hostile]: 1 }));
    const record = { ...run!.record, pipeline: hostile, version: hostile };
    const text = await page([{ ...run!, record, lines, metrics: { [hostile]: 1 } }]);
    expect(text).not.toContain(hostile);
    expect(text).not.toMatch(/<script/i);
  });
});
