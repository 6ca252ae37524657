import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setEngine } from '@sonograd/tensor';
import { afterEach, describe, expect, test } from 'vitest';
import { runCommandLine } from '../../../packages/experiments/src/cli/program.ts';
import { pipelines } from '../../../packages/experiments/src/pipelines/registry.ts';
import { finalMetrics, reportData } from '../../../packages/experiments/src/runs/reportData.ts';
import { cache, folder, only, readJson, sonograd, train } from '../cli/support.ts';

/** Files of tests run side by side, so the pipelines are dealt out among several. */
const files = 4;

/** What every pipeline must do, for one part of all that are registered. */
export function quickTests(part: number): void {
  const names = pipelines.map(({ name }) => name).filter((_, place) => place % files === part);
  afterEach(() => setEngine('threads'));
  describe.each(names)('%s, quick', (name) => {
    test('from the built-in data to the report, and evaluated again', () => wholeRun(name));
    test('the same bits on one thread, interrupted and resumed', () => brokenRun(name));
  });
}

async function wholeRun(name: string): Promise<void> {
  const { code, notes, run, out } = await train(name, folder(`${name} whole`), '--quick', '--threads', '2');
  expect(code, notes.join('\n')).toBe(0);
  const metrics = finalMetrics.parse(readJson(run, 'metrics.json'));
  expect(JSON.parse(out.at(-1) ?? '')).toMatchObject({ pipeline: name, run, metrics });
  for (const [metric, value] of Object.entries(metrics)) expect(value, metric).toSatisfy(Number.isFinite);
  if (metrics.testAccuracy !== undefined) expect(metrics.testAccuracy).toBeGreaterThan(0.3);
  expect(reportData.parse(readJson(run, 'report.json')).models.length).toBeGreaterThan(0);
  expect(readFileSync(join(run, 'report.html'), 'utf8')).toContain('</html>');
  const told = await sonograd('evaluate', run, '--json', ...cache);
  expect(JSON.parse(told.out.at(-1) ?? '').metrics).toEqual(metrics);
}

async function brokenRun(name: string): Promise<void> {
  const short = ['--quick', '--epochs', '1', '--json', ...cache];
  const [whole, broken] = [folder(`${name} in one go`), folder(`${name} broken`)];
  expect(await sonograd('train', name, ...short, '--threads', '2', '--runs', whole)).toMatchObject({
    code: 0,
  });
  expect(await interruptedAfter(2, 'train', name, ...short, '--threads', '1', '--runs', broken)).toBe(130);
  expect(await sonograd('resume', only(broken), '--threads', '1', ...cache)).toMatchObject({ code: 0 });
  for (const file of ['metrics.json', 'metrics.jsonl', 'best.safetensors']) {
    const [one, other] = [whole, broken].map((path) => readFileSync(join(only(path), file)));
    expect(one?.equals(other as Buffer), file).toBe(true);
  }
}

/** Ctrl-C behind some step of training. */
async function interruptedAfter(steps: number, ...args: string[]): Promise<number> {
  const stop = new AbortController();
  let left = steps;
  const onStep = () => {
    left -= 1;
    if (left === 0) stop.abort();
  };
  return runCommandLine(args, {
    out: () => undefined,
    progress: { note: () => undefined, bar: () => () => undefined, training: () => ({ onStep }) },
    signal: stop.signal,
  });
}
