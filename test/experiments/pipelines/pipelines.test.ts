import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { summary } from '@sonograd/nn';
import { randn, randomKey } from '@sonograd/tensor';
import { describe, expect, test } from 'vitest';
import { corpusAt } from '../../../packages/experiments/src/cli/dataFolder.ts';
import { InputError } from '../../../packages/experiments/src/inputError.ts';
import { AverageClassifier } from '../../../packages/experiments/src/pipelines/embed-average/model.ts';
import { ConcatModel } from '../../../packages/experiments/src/pipelines/embed-concat/model.ts';
import { configure, performRun } from '../../../packages/experiments/src/pipelines/perform.ts';
import type { Tools } from '../../../packages/experiments/src/pipelines/pipeline.ts';
import { findPipeline, pipelines } from '../../../packages/experiments/src/pipelines/registry.ts';
import { RunFolder } from '../../../packages/experiments/src/runs/runFolder.ts';
import { parseSetting } from '../../../packages/experiments/src/settings/settings.ts';
import { fsddAvailable, fsddFolder, scratchFolder, writeFiles } from '../corporaSupport.ts';

const scratch = scratchFolder();
const tools: Tools = {
  threads: 2,
  cacheFolder: join(scratch, 'cache'),
  signal: new AbortController().signal,
  progress: { note: () => undefined, bar: () => () => undefined, training: () => ({}) },
};

describe('models', () => {
  test('AverageClassifier: 128-64-10 is 8,906 parameters', () => {
    const model = new AverageClassifier({ bins: 128, hidden: 64, key: randomKey(0) });
    expect(summary(model, [1, 128]).parameters).toBe(8906);
    expect(model.forward(randn([3, 128], { key: randomKey(1) })).shape).toEqual([3, 10]);
  });

  const sizes = { size: 40, hidden: 16, code: 8, classifierHidden: 4 };

  test('ConcatModel: clips to codes, codes to clips, codes to digits', () => {
    const model = new ConcatModel({ ...sizes, key: randomKey(0) });
    const clips = randn([3, 40], { key: randomKey(1) });
    const code = model.encode(clips);
    expect(code.shape).toEqual([3, 8]);
    expect(model.reconstruct(clips).shape).toEqual([3, 40]);
    expect(model.classify(code).toArray()).toEqual(model.forward(clips).toArray());
  });

  test('ConcatModel: the autoencoder and the classifier share no parameter, and leave none out', () => {
    const model = new ConcatModel({ ...sizes, key: randomKey(0) });
    const [autoencoder, classifier] = [model.autoencoderParameters(), model.classifier.parameters()];
    expect(autoencoder.filter((parameter) => classifier.includes(parameter))).toEqual([]);
    expect(autoencoder.length + classifier.length).toBe(model.parameters().length);
  });

  test('the same key makes the same weights', () => {
    const [a, b] = [0, 1].map(() => new ConcatModel({ ...sizes, key: randomKey(5) }));
    expect(a!.decoder.parameters()[0]!.toArray()).toEqual(b!.decoder.parameters()[0]!.toArray());
  });
});

describe('pipelines', () => {
  test('are found by name', () => {
    for (const pipeline of pipelines) expect(findPipeline(pipeline.name)).toBe(pipeline);
    expect(() => findPipeline('embed')).toThrow(/^pipeline: there is none called embed, there are /);
  });

  test.each(pipelines.map((pipeline) => [pipeline.name, pipeline] as const))(
    '%s: defaults, quick form and the fields of --epochs are what the schema takes',
    (_, pipeline) => {
      const epochs = pipeline.epochFields.map((field) => parseSetting(`${field}=7`));
      const config = configure(pipeline, epochs, { quick: true });
      expect(JSON.stringify(config).match(/"epochs":7/g)).toHaveLength(pipeline.epochFields.length);
      expect(configure(pipeline, [])).toMatchObject({ seed: 0, corpus: { name: 'synth', speakers: 12 } });
      expect(configure(pipeline, [config as never])).toEqual(config);
    },
  );

  test('nothing is left of a run whose data is not there', async () => {
    const pipeline = findPipeline('embed-average');
    const config = configure(pipeline, [{ corpus: { name: 'fsdd', folder: join(scratch, 'none') } }]);
    const opened: string[] = [];
    const attempt = performRun(pipeline, config, tools, () => {
      opened.push('opened');
      throw new Error('unreachable');
    });
    await expect(attempt).rejects.toThrow(InputError);
    expect(opened).toEqual([]);
  });
});

describe('corpusAt', () => {
  const place = (name: string, ...files: string[]) => {
    const path = join(scratch, name);
    mkdirSync(path);
    return writeFiles(path, Object.fromEntries(files.map((file) => [file, ''])));
  };

  test.each([
    ['fsdd', ['7_theo_3.wav'], 'fsdd'],
    ['fsddRoot', ['recordings/7_theo_3.wav'], 'fsdd'],
    ['audio', ['audioMNIST_meta.txt', '01/0_01_0.wav'], 'audiomnist'],
    ['audioRoot', ['data/audioMNIST_meta.txt'], 'audiomnist'],
    ['drawn', ['Train_spectrograms/7/7_theo_3.png'], 'pictures'],
    ['flat', ['7_theo_3.png'], 'pictures'],
    ['other', ['seven-by-theo.wav'], 'folder'],
    ['nothing', [], 'folder'],
  ])('%s: %j is %s', (name, files, corpus) => {
    const folder = place(name, ...files);
    expect(corpusAt(folder)).toEqual({ corpus: { name: corpus, folder } });
    expect(corpusAt(folder, 'synth')).toEqual({ corpus: { name: corpus, folder } });
  });

  test('a table, and a corpus that was named', () => {
    const file = join(place('table', 'list.csv'), 'list.csv');
    expect(corpusAt(file)).toEqual({ corpus: { name: 'csv', file } });
    const folder = place('named', '7_theo_3.wav');
    expect(corpusAt(folder, 'folder')).toEqual({ corpus: { name: 'folder', folder } });
  });
});

describe.runIf(fsddAvailable)('real digits (need the FSDD beside the repository)', () => {
  test('embed-average names at least 95 of 100, and far fewer without standardising', async () => {
    const pipeline = findPipeline('embed-average');
    const accuracyOf = async (...settings: object[]) => {
      const corpus = { corpus: { name: 'fsdd', folder: fsddFolder } };
      const config = configure(pipeline, [corpus, ...(settings as Record<string, unknown>[])]);
      const record = { pipeline: pipeline.name, config, started: new Date().toISOString(), version: '' };
      const run = () => RunFolder.create(join(scratch, 'runs'), record);
      return (await performRun(pipeline, config, tools, run)).metrics.testAccuracy;
    };
    expect(await accuracyOf()).toBeGreaterThanOrEqual(0.95);
    expect(await accuracyOf({ model: { standardise: false } })).toBeLessThan(0.85);
  }, 120_000);
});
