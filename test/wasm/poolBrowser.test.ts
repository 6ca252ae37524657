import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { describe, expect, test } from 'vitest';

const chromium = findChromium();

function findChromium(): string | undefined {
  if (process.env.CHROMIUM !== undefined) return process.env.CHROMIUM;
  for (const name of ['chromium', 'chromium-browser', 'google-chrome']) {
    try {
      return execFileSync('which', [name], { encoding: 'utf8' }).trim();
    } catch {
      // Not this one: `which` ends with an error where it finds nothing.
    }
  }
  return undefined;
}

async function bundlePage(): Promise<string> {
  const entry = fileURLToPath(new URL('poolPage.ts', import.meta.url));
  const conditions = ['sonograd-source'];
  const options = { bundle: true, format: 'esm', platform: 'browser', write: false, conditions } as const;
  return (await build({ entryPoints: [entry], ...options })).outputFiles[0]!.text;
}

const isolation = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

/** A browser is many processes; `detached` made them a group of their own. */
function endGroup(leader: number): void {
  try {
    process.kill(-leader, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Opens the page in a browser of its own, and collects what page and worker report. */
async function visit(headers: Record<string, string>): Promise<Record<string, unknown>> {
  const script = await bundlePage();
  const reports: Record<string, unknown> = {};
  let allReported = (): void => {};
  const done = new Promise<void>((resolve) => {
    allReported = resolve;
  });
  const server = createServer(async (request, response) => {
    const isScript = request.url === '/page.js';
    const type = isScript ? 'text/javascript' : 'text/html';
    if (request.url?.startsWith('/report/')) {
      let body = '';
      for await (const part of request) body += part;
      reports[request.url.slice('/report/'.length)] = JSON.parse(body);
    }
    response.writeHead(200, { ...headers, 'Content-Type': type });
    response.end(isScript ? script : '<!doctype html><script type="module" src="/page.js"></script>');
    if (Object.keys(reports).length === 2) allReported();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const profile = mkdtempSync(join(tmpdir(), 'sonograd-browser-'));
  const { port } = server.address() as AddressInfo;
  const browser = spawn(
    chromium!,
    [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      `--user-data-dir=${profile}`,
      `http://127.0.0.1:${port}/`,
    ],
    { stdio: 'ignore', detached: true },
  );
  const ended = new Promise<void>((resolve) => browser.once('exit', () => resolve()));
  const tooLong = setTimeout(allReported, 60_000);
  await Promise.race([done, ended]);
  clearTimeout(tooLong);
  endGroup(browser.pid!);
  await ended;
  server.close();
  rmSync(profile, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  return reports;
}

describe.runIf(chromium !== undefined)(
  'in a browser (needs Chromium, in the path or named by CHROMIUM)',
  () => {
    test('an isolated page spins, its workers sleep, and both get the same bits', {
      timeout: 90_000,
    }, async () => {
      const result = (callerWaits: string) => ({
        whileStarting: true,
        ready: 'ready',
        state: { threads: 3, workersUp: 2, callerWaits },
        same: 50,
        afterGrowth: true,
        relaxed: true,
      });
      expect(await visit(isolation)).toEqual({ page: result('spinning'), worker: result('sleeping') });
    });

    test('a page that is not isolated works alone and says why', { timeout: 90_000 }, async () => {
      const reason = 'threads: no shared memory here; a page must be cross-origin isolated';
      const { page, worker } = await visit({});
      expect(worker).toEqual(page);
      expect(page).toMatchObject({
        whileStarting: true,
        ready: reason,
        state: { threads: 3, workersUp: 0, reason },
        same: 50,
      });
    });
  },
);
