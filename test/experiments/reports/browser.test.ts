import { execFile } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { writeReport } from '../../../packages/experiments/src/reports/writeReport.ts';
import { syntheticRun, temporaryFolder } from './syntheticRun.ts';

const browser = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync);
const run = promisify(execFile);

/** Opens a file, and returns what the browser made of it and what it said to its console. */
async function open(path: string): Promise<{ dom: string; console: string[] }> {
  const quiet = [
    ...['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
    ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
  ];
  const { stdout, stderr } = await run(
    browser!,
    [
      ...quiet,
      `--user-data-dir=${temporaryFolder()}`,
      '--enable-logging=stderr',
      '--dump-dom',
      `file://${path}`,
    ],
    { maxBuffer: 2 ** 26, timeout: 50_000 },
  );
  return { dom: stdout, console: stderr.split('\n').filter((line) => line.includes('CONSOLE')) };
}

// Needs Chromium on this machine; without it the page is checked as text alone.
describe.runIf(browser !== undefined)('in Chromium', () => {
  test('the page opens from disk and has nothing to say to the console', {
    timeout: 60_000,
    retry: 1,
  }, async () => {
    const { dom, console } = await open(await writeReport([syntheticRun()]));
    expect(console).toEqual([]);
    for (const id of ['data', 'curves', 'confusion', 'latent', 'again'])
      expect(dom).toContain(`<section id="${id}"`);
    expect(dom).not.toContain('<script>');
  });

  test('a page that reaches for something elsewhere would be heard', {
    timeout: 60_000,
    retry: 1,
  }, async () => {
    const path = join(temporaryFolder(), 'reaching.html');
    const policy = `<meta http-equiv="Content-Security-Policy" content="default-src 'none'">`;
    writeFileSync(path, `<!doctype html>${policy}<img src="https://example.invalid/x.png">`);
    expect((await open(path)).console).not.toEqual([]);
  });
});
