import { siSdr, snr, whiteNoise } from '@sonograd/dsp';
import { stateDict } from '@sonograd/nn';
import { noGrad, type Tensor, zeros } from '@sonograd/tensor';
import { beforeAll, describe, expect, test } from 'vitest';
import { openFsdd } from '../../../../packages/experiments/src/corpora/fsdd.ts';
import { readAudio } from '../../../../packages/experiments/src/corpora/source.ts';
import { oracleWiener } from '../../../../packages/experiments/src/pipelines/denoise-stft/baselines.ts';
import {
  denoised,
  evaluateDenoiser,
  hardest,
  shownOf,
  testSeed,
} from '../../../../packages/experiments/src/pipelines/denoise-stft/evaluate.ts';
import type { Denoiser } from '../../../../packages/experiments/src/pipelines/denoise-stft/model.ts';
import { noisyAt } from '../../../../packages/experiments/src/pipelines/denoise-stft/noisyClips.ts';
import { denoiseStft } from '../../../../packages/experiments/src/pipelines/denoise-stft/run.ts';
import type { Clip, SoundData } from '../../../../packages/experiments/src/pipelines/denoise-stft/sounds.ts';
import { reportData } from '../../../../packages/experiments/src/runs/reportData.ts';
import { fsddAvailable, fsddFolder } from '../../corporaSupport.ts';
import { tools } from '../mnist/support.ts';
import { clipOf, smallConfig, smallModel, word } from './support.ts';

/** Noise lies around these words too, for those who learn it from pauses. */
const clips: Clip[] = [900, 1100, 1300].map((length, index) => {
  const samples = new Float32Array(length + 600);
  samples.set(word(length), 400);
  return clipOf(`clip ${index}`, samples);
});

const config = smallConfig({ noise: { colors: ['white', 'pink'], testDb: [0, -8] } });

const data: SoundData = {
  ...{ moments: undefined, train: [], validation: [], test: clips, skipped: [] },
  corpus: {
    ...{ name: 'paper', licence: 'none', home: 'here' },
    items: () => clips.map(({ item }) => item),
    checksum: () => '',
  },
};

const workOf = (model: Denoiser) => ({
  ...tools,
  ...{ config, data, moments: undefined, state: stateDict(model) },
});

/** Every gain is one half. */
function halving(): Denoiser {
  const model = smallModel();
  noGrad(() => {
    for (const parameter of model.network.parameters()) parameter.assign(zeros(parameter.shape) as Tensor);
  });
  return model;
}

describe('evaluateDenoiser', () => {
  const model = halving();
  let metrics: Readonly<Record<string, number>>;
  let tables: { title: string; head: string[]; rows: (string | number)[][] }[];
  let report: ReturnType<typeof reportData.parse>;
  beforeAll(() => {
    const outcome = evaluateDenoiser(workOf(model), model);
    metrics = outcome.metrics;
    report = reportData.parse(outcome.report);
    tables = report.tables;
  });

  test('the metrics are means over clips of what snr and siSdr say', () => {
    for (const snrDb of [0, -8]) {
      const answers = clips.map((clip) => {
        const { clean, noisy } = noisyAt(clip, { color: 'white', snrDb, sampleRate: 4000, seed: testSeed });
        return { clean, out: denoised(model, noisy) };
      });
      const mean = (of: (clean: Float32Array, out: Float32Array) => number) =>
        answers.reduce((sum, { clean, out }) => sum + of(clean, out), 0) / clips.length;
      expect(metrics[`testSnrDbAt${snrDb}`]).toBeCloseTo(mean(snr), 10);
      expect(metrics[`testSiSdrDbAt${snrDb}`]).toBeCloseTo(
        mean((clean, out) => siSdr(clean, out)),
        10,
      );
    }
    expect(metrics.testClips).toBe(3);
    expect(metrics.parameters).toBe(model.parameters().reduce((sum, { size }) => sum + size, 0));
  });

  test('half of everything: SI-SDR stays that of the noisy sound', () => {
    for (const snrDb of [0, -8]) {
      const [input] = tables[0]!.rows;
      const column = snrDb === 0 ? 2 : 4;
      expect(metrics[`testSiSdrDbAt${snrDb}`]).toBeCloseTo(Number(input![column]), 1);
      // Half the voice is lost, which costs more than the noise did where there is little noise.
      const expected = -10 * Math.log10(0.25 + 0.25 * 10 ** (-snrDb / 10));
      expect(Math.abs(metrics[`testSnrDbAt${snrDb}`]! - expected)).toBeLessThan(0.5);
    }
  });

  test('the first colour has the plain names, others say who they are', () => {
    expect(Object.keys(metrics).filter((name) => name.startsWith('testSnr'))).toEqual([
      ...['testSnrDbAt0', 'testSnrDbAt-8', 'testSnrDb-pinkAt0', 'testSnrDb-pinkAt-8'],
    ]);
  });

  test('a table for each colour: those who learn nothing, the model, the ceiling', () => {
    expect(tables.map(({ title }) => title)).toEqual([
      'Decibels in white noise, mean over test clips',
      'Decibels in pink noise, mean over test clips',
    ]);
    for (const { head, rows } of tables) {
      expect(head).toEqual(['', 'SNR from 0', 'SI-SDR from 0', 'SNR from -8', 'SI-SDR from -8']);
      expect(rows.map(([method]) => method)).toEqual([
        'the noisy sound itself',
        'spectral subtraction',
        'Wiener, quietest frames',
        'Wiener, minimum statistics',
        'this model',
        'oracle Wiener',
      ]);
      const ceiling = rows.at(-1)!;
      for (const row of rows.slice(0, -1)) {
        for (const column of [1, 3]) expect(Number(row[column])).toBeLessThan(Number(ceiling[column]));
      }
      expect([Number(rows[0]![1]), Number(rows[0]![3])]).toEqual([0, -8]);
    }
  });

  test('pictures: noisy, denoised and clean of one size, with the gain in words', () => {
    expect(report.examples).toHaveLength(3);
    const [example] = report.examples;
    expect(example!.title).toBe('7 by nobody');
    expect(example!.caption).toMatch(/^clip 0, white noise, -8\.0 dB before, -?\d+\.\d dB after$/);
    expect(example!.pictures.map(({ title }) => title)).toEqual(['noisy', 'denoised', 'clean']);
    const sizes = example!.pictures.map(({ picture: { bins, frames } }) => [bins, frames]);
    expect(new Set(sizes.map(String))).toEqual(new Set(['33,94']));
  });

  test('layers are looked at, and the model is left without gradients', () => {
    expect(report.layers.length).toBeGreaterThan(2);
    expect(model.parameters().every(({ grad }) => grad === null)).toBe(true);
    expect(report.corpus).toMatchObject({ name: 'paper', test: 3, speakers: 1 });
  });

  test('Ctrl-C ends it between two clips', () => {
    expect(() => evaluateDenoiser({ ...workOf(model), signal: AbortSignal.abort() }, model)).toThrow(
      /abort/i,
    );
  });
});

test('shownOf: all of few, some of many, evenly', () => {
  expect(shownOf([1, 2, 3])).toEqual([1, 2, 3]);
  expect(shownOf(Array.from({ length: 80 }, (_, n) => n))).toEqual([0, 10, 20, 30, 40, 50, 60, 70]);
});

test('hardest: the first colour at the last ratio', () => {
  expect(hardest(config)).toEqual({ color: 'white', snrDb: -8 });
  expect(hardest(smallConfig({ noise: { colors: ['babble'], testDb: [3] } }))).toEqual({
    color: 'babble',
    snrDb: 3,
  });
});

test('evaluate takes the weights from the state, whatever seed the config has', async () => {
  const trained = smallModel({}, 5);
  const work = { ...workOf(trained), config: smallConfig({ noise: { testDb: [0] }, seed: 99 }) };
  const { metrics } = await denoiseStft.evaluate(work);
  const clip = clips[0]!;
  const { clean, noisy } = noisyAt(clip, { color: 'white', snrDb: 0, sampleRate: 4000, seed: testSeed });
  const one = { ...work, data: { ...data, test: [clip] } };
  const { metrics: alone } = await denoiseStft.evaluate(one);
  expect(alone.testSnrDbAt0).toBeCloseTo(snr(clean, denoised(trained, noisy)), 10);
  expect(metrics.testClips).toBe(3);
});

describe.runIf(fsddAvailable)('on recordings (need the FSDD beside the repository)', () => {
  const someItems = () =>
    openFsdd(fsddFolder)
      .items()
      .filter(({ part }, index) => part === 'test' && index % 10 === 0);

  // The figures of a reference on all 250 clips; a tenth of them comes within a few tenths of a decibel.
  test.each([
    [256, 128, 0, 11.6],
    [256, 128, -8, 7.3],
    [512, 128, 0, 12.5],
    [512, 128, -8, 8.3],
  ])('oracle Wiener, frames of %i every %i: from %i dB to %f dB', (nFft, hopLength, snrDb, expected) => {
    const decibels = someItems().map((item) => {
      const clip = clipOf(item.id, readAudio(item.source).samples);
      const { clean, noisy } = noisyAt(clip, { color: 'white', snrDb, sampleRate: 8000, seed: testSeed });
      return snr(clean, oracleWiener({ clean, noisy, frames: { nFft, hopLength } }));
    });
    const mean = decibels.reduce((sum, value) => sum + value, 0) / decibels.length;
    expect(decibels.length).toBeGreaterThan(20);
    expect(Math.abs(mean - expected)).toBeLessThan(0.4);
  });
});

test('white noise alone: the oracle leaves nothing of it', () => {
  const clean = new Float32Array(2000);
  const noisy = whiteNoise(2000, { seed: 1 });
  const left = oracleWiener({ clean, noisy, frames: { nFft: 64, hopLength: 16 } });
  expect(Math.max(...left.map(Math.abs))).toBeLessThan(1e-6);
});
