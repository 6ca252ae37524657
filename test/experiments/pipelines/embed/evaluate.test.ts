import { join } from 'node:path';
import { listDataset } from '@sonograd/nn';
import { fromArray, randomKey } from '@sonograd/tensor';
import { beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { Feature } from '../../../../packages/experiments/src/features/fit.ts';
import type { Tools } from '../../../../packages/experiments/src/pipelines/pipeline.ts';
import { speechFields } from '../../../../packages/experiments/src/pipelines/shared/config.ts';
import {
  evaluateFrames,
  rememberFeature,
  scoresOf,
} from '../../../../packages/experiments/src/pipelines/shared/frames/evaluate.ts';
import { FrameModel } from '../../../../packages/experiments/src/pipelines/shared/frames/model.ts';
import { pairErrors } from '../../../../packages/experiments/src/pipelines/shared/frames/pairErrors.ts';
import { embedAll, lossOfPairs } from '../../../../packages/experiments/src/pipelines/shared/frames/train.ts';
import { framesOf } from '../../../../packages/experiments/src/pipelines/shared/frames/utterances.ts';
import type { Labelled } from '../../../../packages/experiments/src/pipelines/shared/labelled.ts';
import {
  prepareSpeech,
  type SpeechData,
} from '../../../../packages/experiments/src/pipelines/shared/speechData.ts';
import { reportData } from '../../../../packages/experiments/src/runs/reportData.ts';
import { scratchFolder, toneWav, writeFiles } from '../../corporaSupport.ts';

const bands = 12;
const model = new FrameModel({
  ...{ bands, activation: 'sigmoid', hidden: 6, key: randomKey(2) },
  candidates: ['latent-frame', 'frame-frame'],
});

const scratch = scratchFolder();
const tools: Tools = {
  ...{ threads: 1, cacheFolder: join(scratch, 'cache'), signal: new AbortController().signal },
  progress: { note: () => undefined, bar: () => () => undefined, training: () => ({}) },
};

let data: SpeechData;
beforeAll(async () => {
  // Takes 0 to 4 are the test of the FSDD; each clip has its own length.
  const tones = Array.from({ length: 60 }, (_, n): [string, Uint8Array] => [
    `${n % 10}_ada_${Math.floor(n / 10)}.wav`,
    toneWav(300 + 200 * (n % 10), { seconds: 0.1 + 0.001 * n }),
  ]);
  const folder = writeFiles(join(scratch, 'tones'), Object.fromEntries(tones));
  const config = z.strictObject(speechFields).parse({
    corpus: { name: 'fsdd', folder },
    features: {
      spectrum: { kind: 'log-mel', nMels: bands, nFft: 256, winLength: 256, hopLength: 64 },
      size: { fit: 'pad', frames: 24 },
      normalise: { kind: 'min-max' },
    },
  });
  data = await prepareSpeech(config, tools);
});

const clipsOf = (places: Int32Array) =>
  listDataset(
    Array.from(
      places,
      (place): Labelled => ({ x: framesOf(data.store.feature(place)), y: data.store.items[place]!.digit }),
    ),
  );

describe('evaluateFrames', () => {
  test('metrics of names and of pairs, a report that its schema takes', async () => {
    const { metrics, report, clips } = await evaluateFrames(model, data);
    expect(metrics).toMatchObject({ testClips: 50, ...pairErrors(model, clips) });
    // 24-12-24 and 12-6-10, with their biases.
    expect(metrics.parameters).toBe(24 * 12 + 12 + 12 * 24 + 24 + 12 * 6 + 6 + 6 * 10 + 10);
    const shown = reportData.parse({ title: 'x', ...report });
    expect(shown.latent).toHaveLength(50);
    expect(shown.latent[0]!.code).toHaveLength(bands);
    expect(shown.tables[0]!.rows.map(([, error]) => error)).toEqual([
      ...[metrics.testMse, metrics.visitedMse, metrics.meanPairMse],
    ]);
    expect(shown.layers.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['coder.encoder', 'coder.decoder']),
    );
    const learns = shown.layers.filter(({ name }) => !name.startsWith('standardise'));
    expect(learns.every(({ gradient }) => gradient !== null)).toBe(true);
  });

  test('a second look sees the same, and leaves no gradient behind', async () => {
    const [first, second] = [await evaluateFrames(model, data), await evaluateFrames(model, data)];
    expect(second.metrics).toEqual(first.metrics);
    expect(second.report).toEqual(first.report);
    expect(
      model.parameters().every(({ grad }) => grad === null || grad.data.every((value) => value === 0)),
    ).toBe(true);
  });
});

describe('one clip', () => {
  test('its scores are those of its mean code', () => {
    const feature = data.store.feature(data.test[3]!);
    const [code] = model.embed([framesOf(feature)]);
    expect(scoresOf(model, feature).toArray()).toEqual(model.forward(fromArray(code!, [1, bands])).toArray());
  });

  test('padding has no say in them', () => {
    const feature = data.store.feature(data.test[3]!);
    const { bins, frames, validFrames } = feature;
    expect(validFrames).toBeLessThan(frames);
    const noisy: Feature = {
      ...feature,
      data: feature.data.map((value, at) => (at % frames < validFrames ? value : 9)),
    };
    expect(noisy.data).toHaveLength(bins * frames);
    expect(scoresOf(model, noisy).toArray()).toEqual(scoresOf(model, feature).toArray());
  });

  test('as codes remember it: every frame of the word is another, the padding is the same', () => {
    const feature = data.store.feature(data.test[3]!);
    const before = feature.data.slice();
    const { data: heard, ...size } = rememberFeature(model, feature);
    const { data: _, ...expected } = feature;
    expect(size).toEqual(expected);
    expect(feature.data).toEqual(before);
    const changed = Array.from(heard, (value, at) => value !== before[at]);
    expect(changed.every((is, at) => is === at % feature.frames < feature.validFrames)).toBe(true);
  });
});

describe('mean codes of many clips', () => {
  test('in the order of the clips, with their digits', () => {
    const clips = clipsOf(data.train);
    const codes = embedAll(model, clips);
    expect(codes.length).toBe(data.train.length);
    for (const index of [0, codes.length - 1]) {
      const { x, y } = codes.get(index) as Labelled;
      const clip = clips.get(index) as Labelled;
      expect(y).toBe(clip.y);
      model.embed([clip.x])[0]!.forEach((value, band) => {
        expect(x[band]).toBeCloseTo(value, 6);
      });
    }
  });

  test('of none are none', () => {
    expect(embedAll(model, listDataset([])).length).toBe(0);
  });
});

test('no gradient goes back through how a code came about', () => {
  const { x } = clipsOf(data.train).get(0) as Labelled;
  const loss = lossOfPairs(model, [x], 'visited');
  loss.backward();
  // The classifier and what is usual have no share in it; the coder has.
  const moved = model.namedParameters().filter(([, { grad }]) => grad?.data.some((value) => value !== 0));
  expect(moved.map(([name]) => name).every((name) => name.startsWith('coder.'))).toBe(true);
  expect(moved).toHaveLength(4);
  model.zeroGrad();
});
