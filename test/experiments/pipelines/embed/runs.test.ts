import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Callback } from '@sonograd/nn';
import { listDataset, mse } from '@sonograd/nn';
import { fromArray, randomKey } from '@sonograd/tensor';
import { describe, expect, test, vi } from 'vitest';
import {
  configure,
  evaluateRun,
  openTrained,
  performRun,
} from '../../../../packages/experiments/src/pipelines/perform.ts';
import type { Tools } from '../../../../packages/experiments/src/pipelines/pipeline.ts';
import { findPipeline } from '../../../../packages/experiments/src/pipelines/registry.ts';
import { FrameModel } from '../../../../packages/experiments/src/pipelines/shared/frames/model.ts';
import { pairErrors } from '../../../../packages/experiments/src/pipelines/shared/frames/pairErrors.ts';
import { lossOfPairs } from '../../../../packages/experiments/src/pipelines/shared/frames/train.ts';
import { candidates } from '../../../../packages/experiments/src/pipelines/shared/frames/walk.ts';
import { RunFolder } from '../../../../packages/experiments/src/runs/runFolder.ts';
import { mergeSettings, type Settings } from '../../../../packages/experiments/src/settings/settings.ts';
import { openSweep } from '../../../../packages/experiments/src/sweeps/builtIn/registry.ts';
import { cellsOf } from '../../../../packages/experiments/src/sweeps/declaration.ts';
import { scratchFolder, toneWav, writeFiles } from '../../corporaSupport.ts';

const model = () =>
  new FrameModel({ bands: 4, activation: 'linear', candidates, hidden: 3, key: randomKey(0) });
const clip = (length: number) => Float32Array.from({ length: 4 * length }, (_, at) => Math.sin(at * length));
const clips = listDataset([5, 2, 9].map((length, y) => ({ x: clip(length), y })));

describe('FrameModel', () => {
  test('coder and classifier; what is usual travels with the weights, and is not learnt', () => {
    const names = model()
      .namedTensors()
      .map(([name]) => name);
    expect(names).toContain('usual_errors');
    expect(names.filter((name) => name.startsWith('coder.'))).toHaveLength(4);
    expect(model().parameters()).toHaveLength(8);
  });

  test('errors are compared as they are until the usual ones were measured', () => {
    const measured = model();
    expect([...(measured.walking.usualErrors as Float32Array)]).toEqual([1, 1, 1]);
    measured.measureUsualErrors(clips);
    const usual = [...(measured.walking.usualErrors as Float32Array)];
    expect(usual.every((error) => error > 0 && error !== 1)).toBe(true);
    // No clip had a choice: what was usual stays one.
    const idle = model();
    idle.measureUsualErrors(listDataset([{ x: clip(2), y: 0 }]));
    expect([...(idle.walking.usualErrors as Float32Array)]).toEqual([1, 1, 1]);
  });

  test('its loss is over the pairs that were asked for', () => {
    const { coder } = model();
    const pairs = Float32Array.of(...clip(5).subarray(0, 8), ...clip(5).subarray(4, 12));
    const expected = mse(coder.forward(fromArray(pairs, [2, 8])), fromArray(pairs, [2, 8])).item();
    const three = clip(5).subarray(0, 12);
    expect(lossOfPairs(model(), [three], 'frames').item()).toBeCloseTo(expected, 6);
    const visited = lossOfPairs(model(), [three], 'visited').item();
    // Two pairs of frames; one of them and three candidates on the way.
    expect(lossOfPairs(model(), [three], 'both').item()).toBeCloseTo((2 * expected + 4 * visited) / 6, 6);
  });

  test('errors of pairs: a coder of zeros loses the mean square; the mean of all loses the spread', () => {
    const empty = model();
    for (const parameter of empty.coder.parameters()) parameter.data.fill(0);
    const two = listDataset([{ x: Float32Array.of(1, 1, 1, 1, 3, 3, 3, 3), y: 0 }]);
    expect(pairErrors(empty, two)).toEqual({ testMse: 5, visitedMse: 5, meanPairMse: 0 });
    const far = listDataset([...[1, -1].map((sign) => ({ x: new Float32Array(8).fill(sign), y: 0 }))]);
    expect(pairErrors(empty, far)).toEqual({ testMse: 1, visitedMse: 1, meanPairMse: 1 });
  });
});

// Whole runs take their time on a machine that has much else to do.
vi.setConfig({ testTimeout: 120_000 });

const scratch = scratchFolder();
mkdirSync(join(scratch, 'runs'));
const toolsWith = (
  training: (phase: string) => Callback = () => ({}),
  signal = new AbortController().signal,
): Tools => ({
  ...{ threads: 2, cacheFolder: join(scratch, 'cache'), signal },
  progress: { note: () => undefined, bar: () => () => undefined, training },
});

/** Tones whose pitch is the digit, each of its own length; takes 0 to 4 are the test of the FSDD. */
const tones = writeFiles(
  join(scratch, 'tones'),
  Object.fromEntries(
    Array.from({ length: 80 }, (_, n) => [
      `${n % 10}_ada_${Math.floor(n / 10)}.wav`,
      toneWav(250 + 300 * (n % 10) + 3 * n, { seconds: 0.1 + 0.002 * n }),
    ]),
  ),
);

const small: Settings = {
  corpus: { name: 'fsdd', folder: tones },
  features: { spectrum: { nMels: 16, nFft: 256, winLength: 256 } },
  autoencoder: { training: { epochs: 4, rate: 0.01, batchSize: 8 } },
  classifier: { training: { epochs: 12, rate: 0.02, batchSize: 8 } },
};

interface RunOptions {
  readonly tools?: Tools;
  readonly folder?: RunFolder;
  readonly quick?: boolean;
}

/** A run of its own, or, with a folder, what goes on there. */
function runOf(
  name: string,
  settings: Settings,
  { tools = toolsWith(), folder, quick = false }: RunOptions = {},
) {
  const pipeline = findPipeline(name);
  const config = quick ? configure(pipeline, [settings], { quick }) : configure(pipeline, [small, settings]);
  const record = { pipeline: name, config, started: '2026-01-02T03:04:05.000Z', version: '0' };
  return performRun(pipeline, config, tools, () => folder ?? RunFolder.create(join(scratch, 'runs'), record));
}

/** Ctrl-C at one step of a phase; gives back the folder it leaves. */
async function interrupted(
  name: string,
  settings: Settings,
  phase: string,
  step: number,
): Promise<RunFolder> {
  const stop = new AbortController();
  const training = (running: string): Callback => ({
    onStep: (_, record) => void (running === phase && record.step === step && stop.abort()),
  });
  const before = new Set(readdirSync(join(scratch, 'runs')));
  await expect(runOf(name, settings, { tools: toolsWith(training, stop.signal) })).rejects.toThrow(
    /^train: interrupted/,
  );
  const [left] = readdirSync(join(scratch, 'runs')).filter((path) => !before.has(path));
  return RunFolder.open(join(scratch, 'runs', left!));
}

const augmented: Settings = { augment: { copies: 1, noise: { colors: ['white'] }, specAugment: {} } };

describe.each([
  ['embed-sliding', { autoencoder: { pairs: 'both' } }],
  ['embed-minerror', { autoencoder: { compare: 'normalised', activation: 'relu' } }],
] as const)('%s', (name, settings) => {
  test('its quick form names strangers’ digits, and remembers frames better than by their mean', async () => {
    const { metrics, run, report } = await runOf(name, { corpus: { takes: 2 } }, { quick: true });
    // Of one unseen voice, where nine in ten would be wrong by chance.
    expect(metrics.testAccuracy).toBeGreaterThan(0.3);
    expect(metrics.testMse! / metrics.meanPairMse!).toBeLessThan(0.6);
    expect(report.tables[0]!.rows).toHaveLength(3);
    expect(report.examples[0]!.pictures.map(({ title }) => title)).toEqual(['input', 'out of the codes']);
    expect(readdirSync(run.file('samples'))).toHaveLength(32);

    const { trained, pipeline } = await openTrained(run, toolsWith());
    const [prediction] = pipeline.predict!(trained, [join(tones, '7_ada_0.wav')]);
    expect(prediction!.scores.reduce((sum, score) => sum + score, 0)).toBeCloseTo(1, 5);
    expect((await evaluateRun(run, toolsWith())).metrics).toEqual(metrics);
  });

  test('interrupted in either phase, with copies and masks, it goes on as if nothing had happened', async () => {
    // Features of no decibels: there is no way back to sound, which takes longest.
    const silent: Settings = {
      features: { spectrum: { log: 'ln', ref: 1 } },
      autoencoder: { training: { epochs: 2 } },
    };
    const all = mergeSettings(settings, augmented, silent);
    const whole = await runOf(name, all);
    for (const phase of ['autoencoder', 'classifier']) {
      const left = await interrupted(name, all, phase, 9);
      const { run, metrics } = await runOf(name, all, { folder: left });
      expect(metrics).toEqual(whole.metrics);
      expect(run.readBytes('best.safetensors')).toEqual(whole.run.readBytes('best.safetensors'));
      expect(run.metrics()).toEqual(whole.run.metrics());
    }
  });
});

test('embed-minerror says what it chose, and the shares are all there is', async () => {
  const { metrics, report } = await runOf('embed-minerror', {
    features: { spectrum: { log: 'ln', ref: 1 } },
    autoencoder: { training: { epochs: 1 } },
  });
  const { latentFrameShare, frameFrameShare, frameLatentShare } = metrics;
  expect(latentFrameShare! + frameFrameShare! + frameLatentShare!).toBeCloseTo(1, 6);
  expect(report.tables.at(-1)!.rows.map(([name]) => name)).toEqual([
    ...['latent + frame', 'frame + frame', 'frame + latent'],
  ]);
});

describe('candidates, as they are set', () => {
  const settings = (candidates: readonly string[]): Settings => ({ autoencoder: { candidates } });

  test('some of them, in the order that decides among equals', () => {
    const config = configure(findPipeline('embed-minerror'), [settings(['frame-frame', 'latent-frame'])]);
    expect(config).toMatchObject(settings(['frame-frame', 'latent-frame']));
  });

  test.each([
    [['frame-frame', 'frame-frame'], /autoencoder\.candidates: each candidate at most once/],
    [[], /autoencoder\.candidates: /],
    [['latent-latent'], /autoencoder\.candidates\.0: /],
  ])('%j is refused', (candidates, message) => {
    expect(() => configure(findPipeline('embed-minerror'), [settings(candidates)])).toThrow(message);
  });

  test('embed-sliding has no choice', () => {
    expect(() => configure(findPipeline('embed-sliding'), [settings(['frame-frame'])])).toThrow(
      'there is no field autoencoder.candidates',
    );
  });
});

test('the comparison of the documentation can be run', () => {
  const path = fileURLToPath(new URL('../../../../docs/pipelines/embeddings.json', import.meta.url));
  const cells = cellsOf(openSweep(path).declaration);
  expect(new Set(cells.map(({ pipeline }) => pipeline)).size).toBe(4);
  for (const { pipeline, base, own } of cells) {
    const { epochFields } = findPipeline(pipeline);
    const config = configure(findPipeline(pipeline), [base, own]);
    expect(config).toMatchObject(own);
    expect(JSON.stringify(config).match(/"epochs"/g)).toHaveLength(epochFields.length);
  }
});
