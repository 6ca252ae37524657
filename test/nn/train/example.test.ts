import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';

const script = fileURLToPath(new URL('../../../packages/nn/examples/autoencoder.ts', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'sonograd-example-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function run() {
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    ['--import', 'tsx', '--conditions=sonograd-source', script, folder],
    { encoding: 'utf8' },
  );
  return { stdout, stderr, status };
}

test('the example learns, and a second run finds nothing left to do', () => {
  const first = run();
  expect([first.status, first.stdout]).toEqual([0, expect.stringMatching(/^finished \{.*step: 2250/s)]);
  expect(Number(/loss: ([\d.e-]+)/.exec(first.stdout)![1])).toBeLessThan(0.005);
  expect(first.stderr).toMatch(/validation at step 75: loss \d/);
  expect(readdirSync(folder).sort()).toEqual(['best.safetensors', 'last.safetensors']);
  const second = run();
  expect(second.stdout).toBe(first.stdout);
  expect(second.stderr).not.toContain('validation');
}, 30_000);
