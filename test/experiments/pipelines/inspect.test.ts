import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodeWav, melSpectrogram } from '@sonograd/dsp';
import { crossEntropy, Linear, ReLU, Sequential, summary } from '@sonograd/nn';
import { fromArray, memory, randn, randomKey } from '@sonograd/tensor';
import { beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { decodePicture } from '../../../packages/experiments/src/corpora/pictureFile.ts';
import { InputError } from '../../../packages/experiments/src/inputError.ts';
import type { Tools } from '../../../packages/experiments/src/pipelines/pipeline.ts';
import { speechFields } from '../../../packages/experiments/src/pipelines/shared/config.ts';
import {
  examplesOf,
  shownClips,
  worthShowing,
} from '../../../packages/experiments/src/pipelines/shared/examples.ts';
import { layerHealth, modelRows } from '../../../packages/experiments/src/pipelines/shared/inspect.ts';
import { listenToPictures } from '../../../packages/experiments/src/pipelines/shared/listen.ts';
import {
  prepareSpeech,
  type SpeechData,
} from '../../../packages/experiments/src/pipelines/shared/speechData.ts';
import { RunFolder } from '../../../packages/experiments/src/runs/runFolder.ts';
import { scratchFolder } from '../corporaSupport.ts';

const scratch = scratchFolder();
const tools: Tools = {
  threads: 1,
  cacheFolder: join(scratch, 'cache'),
  signal: new AbortController().signal,
  progress: { note: () => undefined, bar: () => () => undefined, training: () => ({}) },
};
const schema = z.strictObject(speechFields);
const config = schema.parse({
  corpus: { name: 'synth', speakers: 2, takes: 2 },
  features: {
    spectrum: { kind: 'log-mel', nFft: 512, winLength: 512, hopLength: 128, nMels: 64, ref: 'max' },
    size: { fit: 'pad', frames: 40 },
    normalise: { kind: 'min-max', over: 'utterance' },
  },
});

let data: SpeechData;
beforeAll(async () => {
  data = await prepareSpeech(config, tools);
}, 60_000);

const digits = (): number[] => Array.from(data.test, (place) => data.store.items[place]!.digit);

describe('a model seen from inside', () => {
  const key = randomKey(1);
  const model = new Sequential(new Linear(6, 4, { key }), new ReLU(), new Linear(4, 3, { key }));
  const loss = () =>
    crossEntropy(model.forward(randn([5, 6], { key })), fromArray(Int32Array.of(0, 1, 2, 0, 1), [5]));

  test('every layer has activations and gradients', () => {
    const layers = layerHealth(model, loss, 'small');
    expect(layers.map(({ name, layer }) => `${name} ${layer}`)).toEqual(['0 Linear', '1 ReLU', '2 Linear']);
    for (const { output, gradient, model } of layers) {
      expect(model).toBe('small');
      expect(output.edges).toHaveLength(output.counts.length + 1);
      expect(gradient!.deviation).toBeGreaterThan(0);
    }
    const [, relu] = layers;
    expect(relu!.output.edges[0]).toBe(0);
  });

  test('looking leaves no gradient and no tensor behind', () => {
    layerHealth(model, loss, 'small');
    const before = memory().liveBytes;
    layerHealth(model, loss, 'small');
    expect(model.parameters().every(({ grad }) => grad === null)).toBe(true);
    expect(memory().liveBytes).toBe(before);
  });

  test('the summary in words and numbers', () => {
    expect(modelRows('small', summary(model, [1, 6]))).toMatchObject({
      name: 'small',
      parameters: 6 * 4 + 4 + 4 * 3 + 3,
      multiplyAdds: 6 * 4 + 4 * 3,
      rows: [{ name: '' }, { name: '0', output: '1 × 4', parameters: 28 }, {}, { output: '1 × 3' }],
    });
  });
});

describe('clips worth showing', () => {
  test('those named wrong come first, at most half of all', () => {
    const predicted = digits().map((digit, index) => (index % 2 === 1 ? (digit + 1) % 10 : digit));
    const shown = worthShowing(data, predicted);
    expect(shown).toHaveLength(shownClips);
    expect(shown.slice(0, 4)).toEqual([1, 3, 5, 7]);
    expect(new Set(shown).size).toBe(shown.length);
  });

  test('where all are right, evenly from all', () => {
    const shown = worthShowing(data, digits());
    expect(shown[0]).toBe(0);
    expect(shown.at(-1)).toBeGreaterThan(data.test.length / 2);
  });

  test('say whose they are and what they were taken for, with a picture beside', () => {
    const predicted = digits().map((digit) => (digit === 0 ? 8 : digit));
    const examples = examplesOf(data, predicted, {
      beside: ({ bins, frames }) => [{ title: 'out', picture: { bins, frames, data: [] } }],
    });
    expect(examples[0]).toMatchObject({
      title: '0 by voice001',
      caption: '0_voice001_0, taken for 8',
      pictures: [{ title: 'input', picture: { bins: 64, frames: 40 } }, { title: 'out' }],
    });
    expect(examples.at(-1)!.caption).toMatch(/named right$/);
  });
});

describe('listenToPictures', () => {
  const newRun = () =>
    RunFolder.create(scratch, { pipeline: 'x', config, started: new Date().toISOString(), version: '' });

  test('input and output of some test clips, as loud as a WAV may be', () => {
    const run = newRun();
    const files = listenToPictures({ config, moments: undefined, data, run }, (feature) => feature);
    expect(readdirSync(run.file('samples'))).toHaveLength(4 * shownClips);
    for (const file of files.filter((name) => name.endsWith('.wav'))) {
      const { channels, sampleRate } = decodeWav(readFileSync(file));
      expect(sampleRate).toBe(8000);
      expect(Math.max(...channels[0]!.map(Math.abs))).toBeCloseTo(0.9, 3);
    }
    const [sound, picture, sameSound, samePicture] = files.map((file) => readFileSync(file));
    expect(sound!.equals(sameSound!)).toBe(true);
    expect(picture!.equals(samePicture!)).toBe(true);
    expect(decodePicture(picture!, files[1]!)).toMatchObject({ bins: 64, frames: 40 });
  });

  test('what comes back has its energy where the clip had it', () => {
    const run = newRun();
    const [file] = listenToPictures({ config, moments: undefined, data, run }, (feature) => feature);
    const { channels } = decodeWav(readFileSync(file!));
    const mel = melSpectrogram(channels[0]!, {
      ...{ preset: 'librosa', sampleRate: 8000, nFft: 512, hopLength: 128, nMels: 64 },
    });
    const energies = (row: ArrayLike<number>, bins: number) =>
      Array.from({ length: bins }, (_, bin) => {
        const frames = row.length / bins;
        return Array.from({ length: frames }, (_, at) => row[bin * frames + at]!).reduce((a, b) => a + b, 0);
      });
    const heard = energies(mel.data, 64);
    const { data: picture } = data.store.feature(data.test[0]!);
    const seen = energies(
      picture.map((value) => 10 ** (8 * value)),
      64,
    );
    expect(Math.abs(heard.indexOf(Math.max(...heard)) - seen.indexOf(Math.max(...seen)))).toBeLessThanOrEqual(
      2,
    );
  });

  test.each([
    ['stretched pictures', { size: { fit: 'resize', bins: 32, frames: 32 } }],
    ['magnitudes', { spectrum: { kind: 'magnitude' } }],
    ['logarithms to e', { spectrum: { kind: 'log-mel', log: 'ln' } }],
  ] as const)('%s have no way back', async (_, features) => {
    const other = schema.parse({ ...config, features });
    const run = newRun();
    const otherData = await prepareSpeech(other, tools);
    const attempt = () =>
      listenToPictures({ config: other, moments: undefined, data: otherData, run }, (f) => f);
    expect(attempt).toThrow(InputError);
    expect(attempt).toThrow(
      /^listen: the way back to sound needs features of kind log-mel in dB, not resized$/,
    );
    expect(existsSync(run.file('samples')) && readdirSync(run.file('samples'))).toEqual([]);
  });
});
