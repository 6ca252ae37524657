import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { cache, folder, only, readJson, sonograd, spawnSonograd, train, until } from './support.ts';

const small = ['--quick', '--threads', '2', '--set', 'corpus.speakers=5', '--set', 'corpus.takes=1'];

/** Runs that last long enough to be met in the middle, and where they are to be met. */
const cases = [
  {
    pipeline: 'embed-average',
    phase: 'the only phase',
    signals: ['SIGINT', 'SIGKILL'] as const,
    settings: [...small, '--epochs', '80'],
    isThere: (run: string) => lines(run) > 60,
  },
  {
    pipeline: 'embed-concat',
    phase: 'the first of two phases',
    signals: ['SIGKILL'] as const,
    settings: [...small, '--set', 'autoencoder.training.epochs=40'],
    isThere: (run: string) => existsSync(join(run, 'autoencoder', 'last.safetensors')),
  },
  {
    pipeline: 'embed-concat',
    phase: 'the second of two phases',
    signals: ['SIGKILL'] as const,
    settings: [...small, '--set', 'classifier.training.epochs=60'],
    isThere: (run: string) => existsSync(join(run, 'last.safetensors')),
  },
];

const lines = (run: string): number =>
  existsSync(join(run, 'metrics.jsonl'))
    ? readFileSync(join(run, 'metrics.jsonl'), 'utf8').split('\n').length
    : 0;

describe.each(cases)('$pipeline in $phase', ({ pipeline, phase, settings, signals, isThere }) => {
  let whole: string;
  beforeAll(async () => {
    whole = (await train(pipeline, folder(`${pipeline} ${phase} whole`), ...settings)).run;
  });

  test.each(signals)(
    '%s, then resume: as if nothing had happened',
    async (signal) => {
      const name = `${pipeline} ${phase} ${signal}`;
      const runs = folder(name);
      const child = spawnSonograd('train', pipeline, '--runs', runs, ...cache, ...settings);
      await until(() => isThere(only(runs)), name);
      child.kill(signal);
      expect(await child.ended).toBe(signal === 'SIGKILL' ? null : 130);

      const run = only(runs);
      expect(existsSync(join(run, 'metrics.json'))).toBe(false);
      expect(readJson(run, 'config.json')).toMatchObject({ pipeline });
      expect(await sonograd('resume', run, '--threads', '2', ...cache)).toMatchObject({ code: 0 });

      for (const file of ['metrics.json', 'metrics.jsonl', 'report.json', 'best.safetensors']) {
        const [resumed, uninterrupted] = [run, whole].map((path) => readFileSync(join(path, file)));
        expect(resumed?.equals(uninterrupted as Buffer), file).toBe(true);
      }
    },
    60_000,
  );
});

test('resuming a run that is over changes nothing', async () => {
  const { run } = await train('embed-average', folder('over'), ...small);
  const before = readFileSync(join(run, 'metrics.jsonl'), 'utf8');
  expect(await sonograd('resume', run, ...cache)).toMatchObject({ code: 0 });
  expect(readFileSync(join(run, 'metrics.jsonl'), 'utf8')).toBe(before);
});
