import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { CellFolder } from '../../../packages/experiments/src/sweeps/cellFolder.ts';
import { type Command, lastWords } from '../../../packages/experiments/src/sweeps/child.ts';
import { sweepDeclaration } from '../../../packages/experiments/src/sweeps/declaration.ts';
import { lockFolder } from '../../../packages/experiments/src/sweeps/lock.ts';
import { performSweep, type SweepWork } from '../../../packages/experiments/src/sweeps/performSweep.ts';
import { type Plan, planSweep } from '../../../packages/experiments/src/sweeps/plan.ts';
import { inParallel } from '../../../packages/experiments/src/sweeps/pool.ts';
import { folder as makeFolder, until } from '../cli/support.ts';

const command: Command = [process.execPath, fileURLToPath(new URL('fakeCommandLine.mjs', import.meta.url))];
const settings = { pipeline: 'embed-average', factors: { 'model.hidden': [8, 16] } };
const planOf = (seeds: number[], more = {}): Plan =>
  planSweep('fake', sweepDeclaration.parse({ ...settings, ...more }), { seeds });

let folder: string;
let calls: string;
let gate: string;
let count = 0;
beforeEach(() => {
  folder = makeFolder(`sweep ${count++}`);
  calls = join(folder, 'calls.txt');
  gate = join(folder, 'gate');
  process.env.FAKE_CALLS = calls;
  process.env.FAKE_GATE = gate;
});
afterEach(() => {
  delete process.env.FAKE_CALLS;
  delete process.env.FAKE_GATE;
});

function perform(plan: Plan, more: Partial<SweepWork> = {}) {
  const { signal } = new AbortController();
  const own = { jobs: 2, threads: 3, cacheFolder: 'cache', signal, command };
  return performSweep({ plan, folder: join(folder, 'out'), ...own, ...more });
}

const said = (): string[] => (existsSync(calls) ? readFileSync(calls, 'utf8').trimEnd().split('\n') : []);
const resultOf = (path: string) => join(folder, 'out', path, 'result.json');

describe('a sweep', () => {
  test('runs every cell, and keeps what it said', async () => {
    const outcomes = await perform(planOf([1, 2]));
    expect(outcomes.map(({ task, result }) => [task.folder, result?.metrics.testAccuracy])).toEqual([
      ['hidden=8/seed-1', 0.1],
      ['hidden=16/seed-1', 0.1],
      ['hidden=8/seed-2', 0.2],
      ['hidden=16/seed-2', 0.2],
    ]);
    expect(said().sort()).toEqual(Array.from({ length: 4 }, () => 'train embed-average 3'));
    expect(JSON.parse(readFileSync(resultOf('hidden=8/seed-2'), 'utf8'))).toEqual({
      metrics: { testAccuracy: 0.2 },
      run: join(folder, 'out', 'hidden=8/seed-2', 'runs', 'first'),
      seconds: 1,
    });
    expect(readdirSync(join(folder, 'out')).sort()).toEqual(['hidden=16', 'hidden=8']);
  });

  test('runs nothing twice; more seeds are only those', async () => {
    await perform(planOf([1]));
    const before = statSync(resultOf('hidden=8/seed-1')).mtimeMs;
    const known: number[] = [];
    const outcomes = await perform(planOf([1, 2]), { onOutcome: (_, all) => void known.push(all.length) });
    expect(outcomes).toHaveLength(4);
    expect(known).toEqual([3, 4]);
    expect(said()).toHaveLength(4);
    expect(statSync(resultOf('hidden=8/seed-1')).mtimeMs).toBe(before);
  });

  test('goes on with a run that was begun, by resume', async () => {
    const plan = planOf([1]);
    const [task] = plan.tasks;
    mkdirSync(join(folder, 'out'));
    const cell = new CellFolder(join(folder, 'out'), task!);
    const run = join(cell.runs, '20300102-030405-embed-average');
    mkdirSync(run, { recursive: true });
    mkdirSync(join(cell.runs, '20300102-030406-cut-off'));
    writeFileSync(join(run, 'config.json'), readFileSync(cell.settings));
    const [first] = await perform({ ...plan, tasks: [task!] });
    expect(said()).toEqual([`resume ${run} 3`]);
    expect(first!.result?.run).toBe(run);
  });

  test('a cell that fails says why, the others go on, and it is tried again', async () => {
    const one = { factors: { 'model.hidden': [8] } };
    const outcomes = await perform(planOf([13, 66, 1], one));
    expect(outcomes.map(({ result, failure }) => failure ?? result?.metrics.testAccuracy)).toEqual([
      'Trainer: the loss is not finite, NaN at step 3',
      'TypeError: a fault of this program',
      0.1,
    ]);
    expect(existsSync(resultOf('hidden=8/seed-13'))).toBe(false);
    await perform(planOf([13], one));
    expect(said().filter((line) => line.startsWith('resume'))).toHaveLength(1);
  });

  test('the signal ends its processes, and what they had begun is resumed by the next', async () => {
    writeFileSync(gate, '');
    const controller = new AbortController();
    const first = perform(planOf([1]), { signal: controller.signal });
    await until(() => said().length === 2, 'two runs have begun');
    controller.abort();
    expect(await first).toEqual([]);
    rmSync(gate);
    expect(await perform(planOf([1]))).toHaveLength(2);
    expect(said().filter((line) => line.startsWith('resume'))).toHaveLength(2);
  });

  test('other settings in the same folder are refused', async () => {
    await perform(planOf([1]));
    const other = planOf([1], { base: { 'training.epochs': 3 } });
    await expect(perform(other)).rejects.toThrow(/hidden=8 was run with other settings here/);
  });

  test('a damaged result is refused by name', async () => {
    await perform(planOf([1]));
    writeFileSync(resultOf('hidden=8/seed-1'), '{"metrics":');
    await expect(perform(planOf([1]))).rejects.toThrow(/not what a sweep writes, delete it .*result\.json/);
  });

  test('two at once in one folder: the second is refused, and the first goes on', async () => {
    writeFileSync(gate, '');
    const first = perform(planOf([1]));
    await until(() => said().length === 2, 'both runs have begun');
    await expect(perform(planOf([1]))).rejects.toThrow(`process ${process.pid} is at work in this folder`);
    rmSync(gate);
    expect((await first).every(({ result }) => result !== undefined)).toBe(true);
  });

  test('a process that lost its sweep is waited for, but not for ever; nobody is left behind', async () => {
    const plan = planOf([1]);
    mkdirSync(join(folder, 'out'));
    const cell = new CellFolder(join(folder, 'out'), plan.tasks[0]!);
    cell.ownedBy(process.pid);
    await expect(perform(plan, { patienceMs: 60 })).rejects.toThrow(
      new RegExp(`process ${process.pid} is still at work here, .*delete process.json, .*hidden=8/seed-1`),
    );
    expect(said()).toEqual([]);
    cell.ownedByNobody();
    await perform(plan);
    expect(cell.owner()).toBeUndefined();
  });

  test('a program that is not there fails in its cell', async () => {
    await expect(perform(planOf([1]), { command: ['/nowhere/at/all'] })).rejects.toThrow(/ENOENT/);
    expect(readdirSync(join(folder, 'out')).filter((name) => name.startsWith('.lock'))).toEqual([]);
  });
});

describe('the lock of a folder', () => {
  const gone = (): number => spawnSync(process.execPath, ['-e', '']).pid;
  const locks = () => readdirSync(folder).filter((name) => name.startsWith('.lock'));

  test('one at a time; who is done makes room', () => {
    const unlock = lockFolder(folder);
    expect(() => lockFolder(folder)).toThrow(/is at work in this folder/);
    unlock();
    lockFolder(folder)();
    expect(locks()).toEqual([]);
  });

  test('one whose owner was killed is succeeded, and cleared away', () => {
    writeFileSync(join(folder, '.lock-4'), String(gone()));
    const unlock = lockFolder(folder);
    expect(locks()).toEqual(['.lock-5']);
    expect(readFileSync(join(folder, '.lock-5'), 'utf8')).toBe(String(process.pid));
    unlock();
  });

  test('an older lock of somebody alive counts as well', () => {
    writeFileSync(join(folder, '.lock-1'), String(process.pid));
    writeFileSync(join(folder, '.lock-2'), String(gone()));
    expect(() => lockFolder(folder)).toThrow(`process ${process.pid}`);
    expect(locks()).toEqual(['.lock-1', '.lock-2']);
  });
});

describe('the pool', () => {
  const { signal } = new AbortController();

  test.each([1, 2, 5, 20])('%i at a time, never more, in order', async (limit) => {
    let running = 0;
    let most = 0;
    const begun: number[] = [];
    await inParallel([...Array(10).keys()], limit, signal, async (item) => {
      begun.push(item);
      most = Math.max(most, ++running);
      await new Promise((resolve) => setTimeout(resolve, item % 3));
      running -= 1;
    });
    expect(begun).toEqual([...Array(10).keys()]);
    expect(most).toBe(Math.min(limit, 10));
  });

  test('after a failure nothing new begins, and what has begun comes to its end first', async () => {
    const ended: number[] = [];
    const work = inParallel([0, 1, 2, 3], 2, signal, async (item) => {
      await new Promise((resolve) => setTimeout(resolve, 5 * item));
      if (item === 0) throw new Error('the first');
      ended.push(item);
    });
    await expect(work).rejects.toThrow('the first');
    expect(ended).toEqual([1]);
  });
});

describe('the last words of a log', () => {
  const words = (text: string) => {
    writeFileSync(join(folder, 'log.txt'), text);
    return lastWords(join(folder, 'log.txt'));
  };

  test.each([
    ['', ''],
    ['one\ntwo\n\n', 'two'],
    ['bar 10%\rbar 20%\r', 'bar 20%'],
    [
      'note\nRangeError: no such bin, 5\n    at f (file.ts:3:4)\n    at g (file.ts:9:1)\n',
      'RangeError: no such bin, 5',
    ],
    [`${'x'.repeat(40_000)}\nthe end\n`, 'the end'],
  ])('%j', (text, expected) => {
    expect(words(text)).toBe(expected);
  });
});
