import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { requireAll } from '../../../packages/experiments/src/cli/commands/sweep.ts';
import { exitCodes, showFailure } from '../../../packages/experiments/src/cli/exit.ts';
import { openSweep } from '../../../packages/experiments/src/sweeps/builtIn/registry.ts';
import { CellFolder } from '../../../packages/experiments/src/sweeps/cellFolder.ts';
import { isAlive } from '../../../packages/experiments/src/sweeps/lock.ts';
import { planSweep } from '../../../packages/experiments/src/sweeps/plan.ts';
import { cache, folder, readJson, sonograd, spawnSonograd, until } from '../cli/support.ts';

function declare(name: string, settings: object): string {
  const file = join(folder('own'), `${name}.json`);
  writeFileSync(file, JSON.stringify({ pipeline: 'embed-average', seeds: 1, ...settings }));
  return file;
}

describe('what is wrong is said in one line, before anything runs', () => {
  const file = () => declare('wrong', { factors: { 'model.hidden': [4] } });

  test.each([
    [['nobody'], /none called nobody, there are front-end/],
    [['nowhere.json'], /does not exist/],
    [['families', '--seeds', '0'], /one at least/],
    [['families', '--seeds', 'x'], /whole number/],
    [['families', '--jobs', '0'], /whole number/],
    [
      ['families', '--set', 'model.hiden=3'],
      /in the cell convolutional: config: there is no field model\.hiden/,
    ],
    [['families', '--speakers-out', '--data', '/nowhere'], /does not exist, \/nowhere/],
  ])('%j', async (args, message) => {
    const { code, notes } = await sonograd('sweep', ...args);
    expect(code).toBe(exitCodes.badInput);
    expect(notes.join('\n')).toMatch(message);
  });

  test('a folder where none can be', async () => {
    const out = join(folder('own'), 'file');
    writeFileSync(out, '');
    const { code, notes } = await sonograd('sweep', file(), '--out', join(out, 'below'));
    expect(code).toBe(exitCodes.badInput);
    expect(notes.at(-1)).toMatch(/a part of the path is a file/);
  });
});

test('help lists what is built in', async () => {
  const { code, out } = await sonograd('sweep', '--help');
  expect(code).toBe(0);
  expect(out.join('\n')).toMatch(/front-end\s+Front end/);
});

describe('the end of a sweep', () => {
  const plan = planSweep('families', openSweep('families').declaration, { seeds: [0], quick: true });
  const result = { metrics: {}, run: '', seconds: 0 };
  const codeOf = (failures: number, missing: number) => {
    const outcomes = plan.tasks
      .slice(missing)
      .map((task, index) => (index < failures ? { task, failure: 'why' } : { task, result }));
    try {
      requireAll(plan, outcomes);
      return [exitCodes.fine, ''] as const;
    } catch (error) {
      let line = '';
      return [showFailure(error, (text) => (line = text)), line] as const;
    }
  };

  test('all came to their end', () => {
    expect(codeOf(0, 0)).toEqual([0, '']);
  });

  test('some failed', () => {
    const [code, line] = codeOf(2, 0);
    expect(code).toBe(exitCodes.badInput);
    expect(line).toBe('sweep: 2 of 3 runs failed; the same command tries them again');
  });

  test('interrupted, whatever else', () => {
    const [code, line] = codeOf(1, 1);
    expect(code).toBe(exitCodes.interrupted);
    expect(line).toBe('sweep: interrupted, 2 of 3 runs are known; the same command goes on from here');
  });
});

test('killed in the middle, then the same command: its process saves and ends, no cell is repeated', async () => {
  const base = { 'corpus.speakers': 5, 'corpus.takes': 1, 'training.epochs': 50 };
  const file = declare('killed', { base, factors: { 'model.hidden': [4, 8] } });
  const out = join(folder('killed'), 'out');
  const args = ['sweep', file, '--quick', '--jobs', '1', '--threads', '1', '--out', out, ...cache];

  // As if the first cell had come to its end before: with a figure that no run would give.
  mkdirSync(out);
  const { declaration } = openSweep(file);
  const [done] = planSweep('killed', declaration, { quick: true }).tasks;
  const first = new CellFolder(out, done!);
  first.finish(JSON.stringify({ metrics: { testAccuracy: 0.123 }, run: 'elsewhere', seconds: 1 }));

  const parent = spawnSonograd(...args);
  const second = join(out, 'hidden=8/seed-0');
  const run = () => join(second, 'runs', readdirSync(join(second, 'runs'))[0] ?? '');
  const isTraining = () =>
    existsSync(join(second, 'runs')) &&
    existsSync(join(run(), 'metrics.jsonl')) &&
    readFileSync(join(run(), 'metrics.jsonl'), 'utf8').split('\n').length > 25;
  await until(isTraining, 'the second cell is being trained');
  const { process: child } = readJson(second, 'process.json') as { process: number };
  expect(isAlive(child)).toBe(true);
  parent.kill('SIGKILL');
  await parent.ended;
  await until(() => !isAlive(child), 'the process of the cell has ended');
  expect(existsSync(join(run(), 'last.safetensors'))).toBe(true);
  expect(existsSync(join(second, 'result.json'))).toBe(false);

  const { code, out: said, notes } = await sonograd(...args, '--json');
  expect(code).toBe(0);
  const { cells, page, runs } = JSON.parse(said.at(-1)!);
  expect(cells.map(({ metrics }: never) => (metrics as Record<string, object>).testAccuracy)).toMatchObject([
    { mean: 0.123 },
    { mean: (readJson(run(), 'metrics.json') as { testAccuracy: number }).testAccuracy },
  ]);
  expect(readdirSync(join(second, 'runs'))).toHaveLength(1);
  expect(runs).toHaveLength(2);
  expect(notes.join('\n')).toMatch(/2\/2 {2}hidden=8, seed 0: testAccuracy/);
  expect(readFileSync(page, 'utf8')).toContain('hidden=8/seed-0/runs/');
  expect(readJson(out, 'sweep.json')).toMatchObject({ sweep: 'killed', metric: 'testAccuracy' });
}, 60_000);
