import { readdirSync, readFileSync } from 'node:fs';
import { decodeWav } from '@sonograd/dsp';
import { loadStateDict, multiResolutionStft, negativeSiSdr, stateDict } from '@sonograd/nn';
import { foldIn, noGrad, randn, randomKey, type Tensor } from '@sonograd/tensor';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  type DenoiseUnetConfig,
  defaults,
  quick,
  schema,
} from '../../../../packages/experiments/src/pipelines/denoise-unet/config.ts';
import { denoiserOf } from '../../../../packages/experiments/src/pipelines/denoise-unet/denoiser.ts';
import { shownPairs } from '../../../../packages/experiments/src/pipelines/denoise-unet/listen.ts';
import { denoiseUnet } from '../../../../packages/experiments/src/pipelines/denoise-unet/run.ts';
import {
  configure,
  evaluateRun,
  performRun,
} from '../../../../packages/experiments/src/pipelines/perform.ts';
import {
  type PairData,
  preparePairs,
} from '../../../../packages/experiments/src/pipelines/shared/pairData.ts';
import {
  cleanSound,
  featureOfSound,
} from '../../../../packages/experiments/src/pipelines/shared/pairSounds.ts';
import { RunFolder } from '../../../../packages/experiments/src/runs/runFolder.ts';
import { readTrained } from '../../../../packages/experiments/src/runs/trained.ts';
import { parseSetting } from '../../../../packages/experiments/src/settings/settings.ts';
import { scratch, smallConfig, tools, waves } from './support.ts';

const as = (x: unknown): Tensor => x as Tensor;

describe('the config', () => {
  test('as it is: 112 x 112 pixels of 256 bands, white noise at -8 dB, a U of three levels', () => {
    expect(schema.parse(defaults)).toMatchObject({
      features: { spectrum: { nMels: 256, topDb: 80 }, size: { bins: 112, frames: 112 }, noise: null },
      noise: { colors: ['white'], snrDb: [-8] },
      model: { kind: 'unet', width: 32, levels: 3, attentionHeads: null, initialise: 'kaiming-mean' },
      training: { epochs: 6, batchSize: 32, rate: 1e-3, schedule: 'cosine' },
    });
  });

  test('another kind of model brings its own fields, in the quick form too', () => {
    const set = ['model.kind=wave', 'model.loss=both'].map(parseSetting);
    const config = configure(denoiseUnet, set, { quick: true });
    expect(config).toMatchObject({ model: { kind: 'wave', loss: 'both', samples: 4096 } });
    expect(config).toMatchObject({ training: { batchSize: quick.training.batchSize } });
  });

  test.each([
    ['features.noise={"color":"pink","snrDb":0}', /features.noise: the clean side has none; noise.colors/],
    ['features.size={"fit":"pad","frames":32}', /features.size.fit: pictures are resized/],
    ['features.spectrum={"kind":"picture"}', /features.spectrum.kind: noise is added to sound/],
    ['model.levels=6', /model.levels: 112 x 112 does not halve evenly 5 times/],
    ['model={"kind":"wave","samples":1000}', /model.levels: 1000 does not halve evenly 6 times/],
    ['noise.colors=[]', /noise.colors/],
    ['model.initialise=he', /model.initialise/],
  ])('%s is refused', (setting, why) => {
    expect(() => configure(denoiseUnet, [parseSetting(setting)])).toThrow(why);
  });
});

const newFolder = (config: DenoiseUnetConfig): RunFolder =>
  RunFolder.create(scratch, {
    ...{ pipeline: 'denoise-unet', config, version: '' },
    started: new Date().toISOString(),
  });

const trained = (config: DenoiseUnetConfig) =>
  performRun(denoiseUnet, config, tools, () => newFolder(config));

describe('pictures', () => {
  const config = smallConfig({
    noise: { snrDb: [-8, 5] },
    model: { attentionHeads: 2 },
    training: { epochs: 6 },
  });
  let done: Awaited<ReturnType<typeof trained>>;
  beforeAll(async () => {
    done = await trained(config);
  }, 60_000);

  test('after seconds the noise is half gone', () => {
    const { testMse, noisyMse, meanImageMse, testClips, parameters } = done.metrics;
    expect(testMse!).toBeLessThan(0.5 * noisyMse!);
    expect(meanImageMse!).toBeLessThan(noisyMse!);
    expect(testClips).toBe(20);
    expect(parameters).toBeGreaterThan(1000);
  });

  test('the report: errors beside both baselines, by noise and by digit, and layers', () => {
    const { tables, examples, models, layers, corpus } = done.report;
    const [pixels, byNoise, byDigit] = tables;
    expect(pixels!.rows.map(([, error]) => error)).toEqual(
      ['testMse', 'noisyMse', 'meanImageMse'].map((name) => done.metrics[name]),
    );
    expect(byNoise!.rows.map(([name, clips]) => [name, clips])).toEqual([
      ['white, -8 dB', 20],
      ['white, 5 dB', 20],
    ]);
    const [louder, quieter] = byNoise!.rows.map(([, , heard]) => Number(heard));
    expect(louder!).toBeGreaterThan(quieter!);
    expect(byDigit!.rows.map(([digit, clips]) => `${digit}: ${clips}`)).toEqual(
      Array.from({ length: 10 }, (_, digit) => `${digit}: 4`),
    );
    expect(tables).toHaveLength(3);
    expect(models[0]).toMatchObject({ name: 'U-Net', parameters: done.metrics.parameters });
    expect(layers.some(({ name }) => name.startsWith('attention'))).toBe(true);
    expect(corpus).toMatchObject({ name: 'synth', speakers: 2, test: 20 });
    expect(examples.map(({ caption }) => caption.split(', ').slice(1).join(', ')).slice(0, 2)).toEqual([
      'white, -8 dB',
      'white, 5 dB',
    ]);
    expect(examples[0]!.pictures.map(({ title }) => title)).toEqual(['clean', 'noisy', 'denoised']);
  });

  test('validated behind every epoch, and more often where an epoch has more steps than asked for', async () => {
    const count = (run: RunFolder) => run.metrics().filter(({ kind }) => kind === 'validation').length;
    expect(count(done.run)).toBe(6);
    const config = smallConfig({ training: { epochs: 2, batchSize: 4, validateEvery: 2 } });
    const data = await preparePairs(config, tools);
    const run = newFolder(config);
    await denoiseUnet.train({ ...tools, config, data, run });
    // Eighteen clips are two parts of nine, and nine are three steps.
    const steps = run.metrics().flatMap(({ kind, step }) => (kind === 'validation' ? [step] : []));
    expect(steps).toEqual([3, 6, 9, 12]);
  });

  test('each shown clip as sounds and pictures', () => {
    const files = readdirSync(done.run.file('samples'));
    const kinds = [
      'clean.png',
      'clean.wav',
      'denoised.png',
      'denoised.wav',
      'noisy.png',
      'noisy.wav',
      'rebuilt.wav',
    ];
    expect(files).toHaveLength(8 * kinds.length);
    const [first] = files;
    const name = first!.slice(0, first!.indexOf('-'));
    expect(files.filter((file) => file.startsWith(`${name}-`))).toEqual(
      kinds.map((kind) => `${name}-${kind}`),
    );
    const lengths = ['noisy', 'denoised', 'rebuilt'].map((kind) => {
      const wav = decodeWav(readFileSync(done.run.sample(`${name}-${kind}.wav`)));
      expect(wav.sampleRate).toBe(8000);
      return wav.channels[0]!.length;
    });
    for (const length of lengths) expect(Math.abs(length - lengths[0]!)).toBeLessThanOrEqual(128);
  });

  test('asked about all clips of other people', async () => {
    const others = { corpus: { name: 'synth', speakers: 2, takes: 1, seed: 5 } };
    const { metrics } = await evaluateRun(done.run, tools, others);
    expect(metrics.testClips).toBe(20);
    expect(metrics.testMse!).toBeLessThan(metrics.noisyMse!);
  });
});

test('the quick form leaves less than half of the noise', async () => {
  const config = configure(denoiseUnet, [], { quick: true }) as DenoiseUnetConfig;
  const data = await denoiseUnet.prepare(config, tools);
  const run = newFolder(config);
  await denoiseUnet.train({ ...tools, config, data, run });
  const { moments, state } = readTrained(run);
  const { metrics } = await denoiseUnet.evaluate({ ...tools, config, data, moments, state });
  expect(metrics.testMse!).toBeLessThan(0.5 * metrics.noisyMse!);
}, 60_000);

describe('sounds', () => {
  const config = smallConfig(waves, { training: { epochs: 6, batchSize: 4 } });
  let done: Awaited<ReturnType<typeof trained>>;
  let data: PairData;
  beforeAll(async () => {
    done = await trained(config);
    data = await preparePairs(config, tools);
  }, 60_000);

  test('after seconds the speech is some decibels clearer', () => {
    const { testSiSdr, noisySiSdr } = done.metrics;
    expect(Math.abs(noisySiSdr! + 8)).toBeLessThan(0.5);
    expect(testSiSdr!).toBeGreaterThan(noisySiSdr! + 3);
  });

  test('are measured by their pixels too, and need no way back', () => {
    expect(done.metrics.testMse).toBeGreaterThan(0);
    expect(done.report.tables.map(({ title }) => title)).toEqual([
      'Mean squared error of pixels on test clips',
      'Error by digit',
      'SI-SDR in dB by digit',
    ]);
    const wavs = readdirSync(done.run.file('samples')).filter((file) => file.endsWith('.wav'));
    expect(wavs).toHaveLength(8 * 3);
    expect(wavs.some((file) => file.includes('rebuilt'))).toBe(false);
  });

  test('of any length: as long as they came, with the picture that belongs to them', () => {
    const denoiser = denoiserOf(config, data);
    denoiser.model.eval();
    for (const clip of shownPairs(data).slice(0, 2)) {
      const { sound, picture } = denoiser.denoise(clip);
      expect(sound).toHaveLength(cleanSound(data.store.items[clip.place]!.source, config.features).length);
      expect(picture.data).toEqual(featureOfSound(sound!, config.features).data);
    }
  });

  test('normalised over the corpus: the picture by the moments of the clean clips', async () => {
    const normalise = { kind: 'min-max', over: 'corpus' };
    const config = smallConfig(waves, { features: { normalise } });
    const data = await preparePairs(config, tools);
    const { sound, picture } = denoiserOf(config, data).denoise(shownPairs(data)[0]!);
    const { offset, scale } = data.moments!;
    featureOfSound(sound!, config.features).data.forEach((value, index) => {
      expect(picture.data[index]).toBeCloseTo((value - offset[0]!) / scale[0]!, 5);
    });
  });

  test('each loss is what its name says', () => {
    const key = randomKey(1);
    const [x, y] = [randn([2, 1, 1024], { key }), randn([2, 1, 1024], { key: foldIn(key, 1) })].map(as);
    const of = (loss: string) => {
      const { model, loss: lossOf } = denoiserOf(smallConfig(waves, { model: { loss } }), data);
      model.eval();
      const made = as(model.forward(x!)).reshape([2, 1024]);
      return { loss: noGrad(() => lossOf(model, { x: x!, y: y! }).item()), made: as(made) };
    };
    const [ratio, spectra, both] = ['si-sdr', 'stft', 'both'].map(of);
    const wanted = as(y!.reshape([2, 1024]));
    expect(ratio!.loss).toBeCloseTo(negativeSiSdr(ratio!.made, wanted).item(), 4);
    const resolutions = [
      [128, 32, 128],
      [256, 64, 256],
      [512, 128, 512],
    ] as const;
    expect(spectra!.loss).toBeCloseTo(multiResolutionStft(spectra!.made, wanted, { resolutions }).item(), 4);
    expect(both!.loss).toBeCloseTo(spectra!.loss + 0.1 * ratio!.loss, 4);
  });
});

test('weights begin anew at each start, and the same for the same key', async () => {
  const config = smallConfig();
  const data = await preparePairs(config, tools);
  const denoiser = denoiserOf(config, data);
  const start = (seed: number) => {
    denoiser.start(randomKey(seed));
    return denoiser.model.parameters().flatMap(({ data }) => [...data]);
  };
  const first = start(1);
  expect(start(2)).not.toEqual(first);
  expect(start(1)).toEqual(first);
  const copy = denoiserOf(config, data);
  loadStateDict(copy.model, stateDict(denoiser.model));
  const clip = shownPairs(data)[0]!;
  expect(copy.denoise(clip).picture.data).toEqual(denoiser.denoise(clip).picture.data);
});

test('the bias of the output begins at the mean of the clean training pixels', async () => {
  const config = smallConfig();
  const data = await preparePairs(config, tools);
  const denoiser = denoiserOf(config, data);
  denoiser.start(randomKey(0));
  const pixels = Array.from(data.train, (place) => [...data.store.feature(place).data]).flat();
  const mean = pixels.reduce((sum, value) => sum + value, 0) / pixels.length;
  const [, bias] = denoiser.model.namedParameters().find(([name]) => name === 'out.bias')!;
  expect(bias.item()).toBeCloseTo(mean, 5);
});
