import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { decodeCheckpoint } from '@sonograd/nn';
import { checkpointFolder } from '@sonograd/nn/node';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { randomNumbers } from './runs.ts';

const here = dirname(fileURLToPath(import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), 'sonograd-kill-'));
const script = join(scratch, 'train.mjs');

/** One file starts five times as fast as a hundred. */
beforeAll(async () => {
  await build({
    entryPoints: [join(here, 'killedProcess.ts')],
    outfile: script,
    bundle: true,
    format: 'esm',
    platform: 'node',
    conditions: ['sonograd-source'],
    logLevel: 'warning',
  });
});
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

interface Death {
  readonly afterSteps: number;
  readonly milliseconds: number;
}

/** Runs the process; kills it so many milliseconds after it has taken some steps, unless it ends before. */
function live(folder: string, optimizer: string, death?: Death): Promise<NodeJS.Signals | number | null> {
  // Those that shall die write a checkpoint after each step; how often one is written changes no bits.
  const every = death === undefined ? '1000' : '1';
  const child = spawn(process.execPath, [script, folder, optimizer, every], {
    env: { ...process.env, SONOGRAD_ENGINE: 'simd' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let steps = 0;
  let timer: NodeJS.Timeout | undefined;
  child.stdout.on('data', (dots: Buffer) => {
    steps += dots.length;
    if (death === undefined || steps < death.afterSteps) return;
    timer ??= setTimeout(() => child.kill('SIGKILL'), death.milliseconds);
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code, signal) => {
      clearTimeout(timer);
      resolve(signal ?? code);
    });
  });
}

function deaths(count: number, seed: number): Death[] {
  const milliseconds = randomNumbers(count, 0, 5, seed + 100);
  return randomNumbers(count, 1, 16, seed).map((afterSteps, index) => ({
    afterSteps,
    milliseconds: milliseconds[index]!,
  }));
}

const resultOf = (folder: string): unknown => JSON.parse(readFileSync(join(folder, 'done.json'), 'utf8'));

describe('a training process that is killed again and again', () => {
  const runs = [
    { optimizer: 'adam', seed: 1 },
    { optimizer: 'plateau', seed: 2 },
    { optimizer: 'sgd', seed: 3 },
  ];
  const killsEach = 10;

  test('ends with the same bits as one that was left alone; after each kill a whole checkpoint is there', async () => {
    const killed = await Promise.all(
      runs.map(async ({ optimizer, seed }) => {
        const alone = join(scratch, `${optimizer}-alone`);
        const folder = join(scratch, optimizer);
        expect(await live(alone, optimizer)).toBe(0);
        let [kills, reached] = [0, 0];
        for (const death of deaths(killsEach, seed)) {
          if ((await live(folder, optimizer, death)) === 'SIGKILL') kills += 1;
          const last = await checkpointFolder(folder).read('last');
          const step = last === undefined ? 0 : decodeCheckpoint(last).optimizer.step;
          expect(step).toBeGreaterThanOrEqual(reached);
          reached = step;
        }
        expect(reached).toBeGreaterThan(10);
        expect(await live(folder, optimizer)).toBe(0);
        expect(resultOf(folder)).toEqual(resultOf(alone));
        expect(readdirSync(folder).sort()).toEqual(['best.safetensors', 'done.json', 'last.safetensors']);
        return kills;
      }),
    );
    expect(killed).toEqual(runs.map(() => killsEach));
  }, 60_000);
});
