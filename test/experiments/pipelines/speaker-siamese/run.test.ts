import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { configure, performRun } from '../../../../packages/experiments/src/pipelines/perform.ts';
import type { Pipeline, Tools } from '../../../../packages/experiments/src/pipelines/pipeline.ts';
import { Interrupted } from '../../../../packages/experiments/src/pipelines/shared/phase.ts';
import { speakerSiamese } from '../../../../packages/experiments/src/pipelines/speaker-siamese/run.ts';
import { figure } from '../../../../packages/experiments/src/reports/format.ts';
import { type ReportData, reportData } from '../../../../packages/experiments/src/runs/reportData.ts';
import { RunFolder } from '../../../../packages/experiments/src/runs/runFolder.ts';
import { cache, folder, readJson, sonograd, train, writeDigits } from '../../cli/support.ts';

let run: string;
let metrics: Record<string, number>;
let report: ReportData;
beforeAll(async () => {
  ({ run } = await train('speaker-siamese', folder('siamese'), '--quick', '--threads', '2'));
  metrics = readJson(run, 'metrics.json') as typeof metrics;
  report = reportData.parse(readJson(run, 'report.json'));
});

describe('the quick form', () => {
  test('tells voices apart, better than straight lines do and far better than chance', () => {
    expect(metrics.testEer).toBeLessThan(0.15);
    expect(metrics.testEer).toBeLessThan(metrics.ldaEer!);
    expect(metrics.testAuc).toBeGreaterThan(0.93);
    expect(metrics.testPairAccuracy).toBeGreaterThan(0.85);
    expect(metrics).toMatchObject({ testSpeakers: 6, testClips: 60 });
  });

  test('voices from elsewhere have an equal error rate there, the baseline beside it', async () => {
    const digits = writeDigits(folder('siamese digits'), { takes: 5 });
    const told = await sonograd('evaluate', run, '--data', digits, '--json', ...cache);
    const other = JSON.parse(told.out.at(-1)!).metrics;
    expect(other).toMatchObject({ testSpeakers: 2, testClips: 40, parameters: metrics.parameters });
    for (const name of ['testEer', 'ldaEer']) {
      expect(other[name]).toBeGreaterThanOrEqual(0);
      expect(other[name]).toBeLessThan(0.6);
    }
  });

  test('files have no speaker to name', async () => {
    const { code } = await sonograd('predict', run, 'seven.wav');
    expect(code).toBe(2);
  });
});

describe('the report', () => {
  test('says who was heard before', () => {
    expect(report.summary).toContain('6 speakers, 6 of them heard in training, out of 6');
    expect(report.summary).toContain('one microphone, one room and one day');
    expect(report.summary).toContain(`an equal error rate of ${figure(metrics.silenceEer!)}`);
  });

  test('network and baseline side by side; ROC; who sounds like whom', () => {
    const [both, roc, likeness] = report.tables;
    expect(both!.rows.map(([name, rate]) => [name, rate])).toEqual([
      ['the network', metrics.testEer],
      ['LDA on mean spectra', metrics.ldaEer],
      ['LDA on silence', metrics.silenceEer],
    ]);
    for (const column of [1, 2, 3]) {
      const missed = roc!.rows.map((row) => Number(row[column]));
      expect(missed).toEqual([...missed].sort((a, b) => b - a));
    }
    expect(likeness!.rows).toHaveLength(6);
    likeness!.rows.forEach((row, own) => {
      const others = row.slice(1).map(Number);
      expect(others.indexOf(Math.max(...others))).toBe(own);
      expect(likeness!.rows.map((other) => other[own + 1])).toEqual(row.slice(1));
    });
  });

  test('the hardest pairs as pictures, all clips on the map, the model', () => {
    expect(report.examples.map(({ pictures }) => pictures.length)).toEqual([2, 2, 2, 2, 2, 2]);
    expect(report.latent).toHaveLength(60);
    expect(report.latent[0]!.code).toHaveLength(16);
    expect(report.perSpeaker.map(({ count }) => count)).toEqual([10, 10, 10, 10, 10, 10]);
    expect(report.models[0]!.parameters).toBe(metrics.parameters);
    expect(report.layers.length).toBeGreaterThan(1);
  });
});

describe('other ways', () => {
  const tiny = ['--quick', '--set', 'training.drawsPerEpoch=16', '--set', 'corpus.takes=2', '--epochs', '1'];

  test('unseen speakers by triplets, masked, the last states alone, beside invented voices', async () => {
    const split = 'split={"kind":"disjoint","testSpeakers":2}';
    const ways = ['loss={"kind":"triplet"}', 'augment.specAugment={}', 'model.pooling=last'];
    const settings = [split, ...ways, 'companions={"speakers":2}'];
    const args = [...tiny, ...settings.flatMap((field) => ['--set', field])];
    const { code, run } = await train('speaker-siamese', folder('siamese other'), ...args);
    expect(code).toBe(0);
    expect(readJson(run, 'metrics.json')).toMatchObject({ testSpeakers: 2, testClips: 40 });
    const { summary } = reportData.parse(readJson(run, 'report.json'));
    expect(summary).toContain('2 speakers, 0 of them heard in training, out of 4. None of these voices');
  });

  test.each([
    [
      'split={"kind":"disjoint","testSpeakers":1}',
      /needs two speakers for the test, .* got 20 clips of voice/,
    ],
    [
      'split={"kind":"disjoint","testSpeakers":5}',
      /needs two speakers for training, .* got 16 clips of voice/,
    ],
    ['features.size={"fit":"keep"}', /one size, pad or resize/],
  ])('%s is refused with one line', async (field, message) => {
    const { code, notes } = await train(
      'speaker-siamese',
      folder('siamese refused'),
      ...tiny,
      '--set',
      field,
    );
    expect(code).toBe(2);
    expect(notes.at(-1)).toMatch(message);
  });

  test('interrupted and gone on with: the same bits as without', async () => {
    const settings = { corpus: { takes: 2 }, training: { epochs: 2, drawsPerEpoch: 16, heldDraws: 8 } };
    const pipeline = speakerSiamese as unknown as Pipeline;
    const config = configure(pipeline, [settings], { quick: true });
    const tools = (stopAt = Infinity): Tools => {
      const controller = new AbortController();
      return {
        ...{ threads: 2, cacheFolder: cache[1]!, signal: controller.signal },
        progress: {
          ...{ note: () => undefined, bar: () => () => undefined },
          training: () => ({
            onStep: (_, { step }) => {
              if (step === stopAt) controller.abort();
            },
          }),
        },
      };
    };
    const open = (name: string) =>
      RunFolder.create(folder(name), {
        ...{ pipeline: 'speaker-siamese', config, started: '2030-01-02T03:04:05Z', version: '1' },
      });
    const [whole, cut] = [open('siamese whole'), open('siamese cut')];
    await performRun(pipeline, config, tools(), () => whole);
    await expect(performRun(pipeline, config, tools(3), () => cut)).rejects.toThrow(Interrupted);
    await performRun(pipeline, config, tools(), () => cut);
    for (const file of ['best.safetensors', 'metrics.json', 'metrics.jsonl', 'report.json']) {
      const [one, other] = [whole, cut].map(({ path }) => readFileSync(join(path, file)));
      expect(one!.equals(other!), file).toBe(true);
    }
  });
});
