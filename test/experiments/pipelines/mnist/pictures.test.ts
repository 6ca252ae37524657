import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { RandomStream } from '@sonograd/dsp';
import { fromArray, noGrad, randomKey, type Tensor } from '@sonograd/tensor';
import { encode } from 'fast-png';
import { describe, expect, test } from 'vitest';
import { corpusAt } from '../../../../packages/experiments/src/cli/dataFolder.ts';
import { openDrawn, side } from '../../../../packages/experiments/src/corpora/drawnDigits.ts';
import { openMnist } from '../../../../packages/experiments/src/corpora/mnist.ts';
import { schema } from '../../../../packages/experiments/src/pipelines/mnist-dense/config.ts';
import { predictPictures } from '../../../../packages/experiments/src/pipelines/mnist-dense/evaluate.ts';
import { DenseNet } from '../../../../packages/experiments/src/pipelines/mnist-dense/model.ts';
import {
  bent,
  bentPictures,
  describePictures,
  itemsOf,
  momentsOf,
  normalised,
  pictureRows,
  preparePictures,
} from '../../../../packages/experiments/src/pipelines/mnist-dense/pictures.ts';
import type { Labelled } from '../../../../packages/experiments/src/pipelines/shared/labelled.ts';
import { parseConfig } from '../../../../packages/experiments/src/settings/settings.ts';
import { scratchFolder, writeFiles } from '../../corporaSupport.ts';
import { idx, tools } from './support.ts';

const scratch = scratchFolder();

describe('digits drawn by invented hands', () => {
  const drawn = openDrawn({ speakers: 5, takes: 3, seed: 0 });
  const [train, test_] = [drawn.images('train'), drawn.images('test')];

  test('every hand draws every digit as often; the last fifth of the hands is the test', () => {
    expect([train.count, test_.count]).toEqual([120, 30]);
    expect(Array.from(train.labels.slice(0, 12))).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1]);
    expect(new Set(train.writers)).toEqual(new Set(['hand000', 'hand001', 'hand002', 'hand003']));
    expect(new Set(test_.writers)).toEqual(new Set(['hand004']));
    expect(train.pixels).toHaveLength(120 * side * side);
  });

  test('the same seed, the same pictures; another seed, others', () => {
    const sum = (seed: number) => openDrawn({ speakers: 2, takes: 1, seed }).checksum();
    expect(sum(3)).toBe(sum(3));
    expect(sum(3)).not.toBe(sum(4));
  });

  test('white on black, in the middle, with a margin: as MNIST is', () => {
    const means = Array.from({ length: 10 }, (_, digit) => {
      const own = train.pixels.subarray(digit * 784, (digit + 1) * 784);
      const mass = own.reduce((sum, value) => sum + value, 0);
      const centre = own.reduce((sum, value, pixel) => sum + value * (pixel % side), 0) / mass;
      expect(Math.max(...own)).toBeGreaterThan(200);
      expect(Math.abs(centre - 13.5)).toBeLessThan(4);
      expect(own[0]).toBe(0);
      return mass / 784 / 255;
    });
    expect(Math.max(...means)).toBeLessThan(0.35);
    expect(Math.min(...means)).toBeGreaterThan(0.03);
  });

  test('a digit is more like itself by another hand than like other digits', () => {
    const meanOf = (digit: number): Float64Array => {
      const sum = new Float64Array(784);
      for (let n = digit; n < train.count; n += 10) {
        for (let pixel = 0; pixel < 784; pixel++) sum[pixel]! += train.pixels[n * 784 + pixel]!;
      }
      return sum.map((value) => value / 12);
    };
    const means = Array.from({ length: 10 }, (_, digit) => meanOf(digit));
    let right = 0;
    for (let n = 0; n < test_.count; n++) {
      const own = test_.pixels.subarray(n * 784, (n + 1) * 784);
      const distances = means.map((mean) =>
        mean.reduce((sum, value, at) => sum + (value - own[at]!) ** 2, 0),
      );
      if (distances.indexOf(Math.min(...distances)) === n % 10) right++;
    }
    expect(right / test_.count).toBeGreaterThan(0.6);
  });

  test('two takes by one hand differ', () => {
    const [first, second] = [train.pixels.subarray(0, 784), train.pixels.subarray(7840, 7840 + 784)];
    expect(first.some((value, at) => value !== second[at])).toBe(true);
  });
});

describe('folders of MNIST files', () => {
  const images = idx([4, 2, 2], [0, 255, 0, 0, 10, 20, 30, 40, 255, 255, 255, 255, 0, 0, 0, 51]);
  const labels = idx([4], [3, 1, 4, 1]);
  const testOnly = { 't10k-images-idx3-ubyte': images, 't10k-labels-idx1-ubyte.gz': gzipSync(labels) };
  const folders = {
    whole: {
      ...testOnly,
      'train-images-idx3-ubyte.gz': gzipSync(idx([5, 2, 2], new Uint8Array(20).fill(51))),
      'train-labels-idx1-ubyte': idx([5], [0, 1, 2, 3, 4]),
    },
    testOnly,
    trainOnly: { 'train-images.idx3-ubyte': images, 'train-labels.idx1-ubyte': labels },
  };
  const at = (name: keyof typeof folders): string => writeFiles(join(scratch, name), folders[name]);
  const configAt = (name: keyof typeof folders, more = {}) =>
    parseConfig(schema, { ...corpusAt(at(name)), ...more });

  test.each(Object.keys(folders) as (keyof typeof folders)[])('%s: --data knows it by its files', (name) => {
    expect(corpusAt(at(name))).toEqual({ corpus: { name: 'mnist', folder: join(scratch, name) } });
  });

  test('has: which parts there are', () => {
    const parts = (name: keyof typeof folders) =>
      (['train', 'test'] as const).map((part) => openMnist(at(name)).has(part));
    expect([parts('whole'), parts('testOnly'), parts('trainOnly')]).toEqual([
      [true, true],
      [false, true],
      [true, false],
    ]);
  });

  test('train, validation and test, by their files and the share', async () => {
    const data = await preparePictures(configAt('whole', { validationShare: 0.4 }), tools);
    expect([data.train, data.validation, data.test].map(({ places }) => places.length)).toEqual([3, 2, 4]);
    const places = [...data.train.places, ...data.validation.places].sort();
    expect(places).toEqual([0, 1, 2, 3, 4]);
    expect(data.pixels).toBe(4);
    expect(data.moments.offset[0]).toBeCloseTo(0.2, 6);
    expect(data.moments.scale).toEqual([1]);
    expect(describePictures(data)).toMatchObject({
      name: 'mnist',
      train: 3,
      validation: 2,
      test: 4,
      speakers: 0,
    });
  });

  test('another seed keeps other pictures back', async () => {
    const held = async (seed: number) => {
      const config = parseConfig(schema, { corpus: { name: 'synth', speakers: 3, takes: 2 }, seed });
      return (await preparePictures(config, tools)).validation.places.join();
    };
    expect(await held(0)).toBe(await held(0));
    expect(await held(0)).not.toBe(await held(1));
  });

  const moments = { per: 'all', offset: [0.5], scale: [0.25] } as const;

  test.each([
    ['testOnly', [3, 1, 4, 1]],
    ['trainOnly', [3, 1, 4, 1]],
    ['whole', [3, 1, 4, 1]],
  ] as const)('%s as nothing but a test, by the moments of training', async (name, digits) => {
    const data = await preparePictures(configAt(name), tools, { moments, everythingIsTest: true });
    expect([data.train.places.length, data.validation.places.length]).toEqual([0, 0]);
    expect(itemsOf(data.test).map(({ digit }) => digit)).toEqual(digits);
    expect(data.moments).toBe(moments);
    const rows = pictureRows(data.test, data.moments);
    expect(Array.from((rows.get(0) as Labelled).x)).toEqual([-2, 2, -2, -2]);
  });

  test('what is missing is named', async () => {
    await expect(preparePictures(configAt('testOnly'), tools)).rejects.toThrow(
      /train-images-idx3-ubyte.*is missing/,
    );
    await expect(preparePictures(configAt('trainOnly'), tools)).rejects.toThrow(
      /t10k-images-idx3-ubyte.*is missing/,
    );
  });

  test('pictures of two sizes, or none, are refused', async () => {
    const other = { ...folders.whole, 't10k-images-idx3-ubyte': idx([4, 1, 4], new Uint8Array(16)) };
    const corpus = { name: 'mnist', folder: writeFiles(join(scratch, 'sizes'), other) };
    await expect(preparePictures(parseConfig(schema, { corpus }), tools)).rejects.toThrow(
      'pictures: they differ in size, 2 x 2 and 1 x 4',
    );
    const none = { 't10k-images-idx3-ubyte': idx([0, 2, 2], []), 't10k-labels-idx1-ubyte': idx([0], []) };
    const empty = { name: 'mnist', folder: writeFiles(join(scratch, 'none'), none) };
    await expect(
      preparePictures(parseConfig(schema, { corpus: empty }), tools, { everythingIsTest: true }),
    ).rejects.toThrow(/there is no picture for the test/);
  });
});

describe('moments', () => {
  test('normalised: black 0 and white 1, moved and scaled', () => {
    const out = normalised(Uint8Array.of(0, 51, 255), { per: 'all', offset: [0.2], scale: [0.4] });
    expect(Array.from(out, (value) => Number(value.toFixed(6)))).toEqual([-0.5, 0, 2]);
  });

  test('a checkpoint without them is refused', () => {
    expect(() => momentsOf({ moments: undefined })).toThrow(/the checkpoint holds no moments/);
  });

  test('training pictures have mean 0 and deviation 1', async () => {
    const config = parseConfig(schema, { corpus: { name: 'synth', speakers: 3, takes: 1 } });
    const { train, moments } = await preparePictures(config, tools);
    const rows = pictureRows(train, moments);
    const all = Array.from({ length: rows.length }, (_, index) =>
      Array.from((rows.get(index) as Labelled).x),
    ).flat();
    const mean = all.reduce((sum, value) => sum + value, 0) / all.length;
    const square = all.reduce((sum, value) => sum + value * value, 0) / all.length;
    expect(mean).toBeCloseTo(0, 4);
    expect(square).toBeCloseTo(1, 4);
  });
});

describe('bent', () => {
  const size = { height: 9, width: 9 };
  const dot = new Uint8Array(81);
  dot[40] = 255;

  test('not at all, where the strength is 0', () => {
    const pixels = Uint8Array.from({ length: 81 }, (_, n) => (n * 7) % 256);
    expect(bent(pixels, size, 0, new RandomStream(1))).toEqual(pixels);
  });

  test('a dot stays in the neighbourhood, and keeps its light', () => {
    for (let seed = 0; seed < 20; seed++) {
      const out = bent(dot, size, 1, new RandomStream(seed));
      const mass = out.reduce((sum, value) => sum + value, 0);
      expect(mass).toBeGreaterThan(120);
      expect(mass).toBeLessThan(450);
      const [x, y] = [0, 1].map((axis) =>
        out.reduce((sum, value, n) => sum + (value / mass) * (axis === 0 ? n % 9 : Math.floor(n / 9)), 0),
      );
      expect(Math.hypot(x! - 4, y! - 4)).toBeLessThan(4);
    }
  });

  test('what comes in from outside is black', () => {
    const white = new Uint8Array(81).fill(255);
    const moved = Array.from({ length: 30 }, (_, seed) => bent(white, size, 3, new RandomStream(seed)));
    expect(moved.some((out) => out.includes(0))).toBe(true);
  });

  test('each epoch otherwise, and the same epoch the same', async () => {
    const config = parseConfig(schema, { corpus: { name: 'synth', speakers: 2, takes: 1 } });
    const { train, moments } = await preparePictures(config, tools);
    const pictures = bentPictures(train, moments, { strength: 1, seed: 0 });
    expect(pictures.length).toBe(train.places.length);
    expect(pictures.get(2, 5)).toEqual(pictures.get(2, 5));
    expect(pictures.get(2, 5).x).not.toEqual(pictures.get(2, 6).x);
    expect(pictures.get(2, 5).y).toBe((pictureRows(train, moments).get(2) as Labelled).y);
  });
});

describe('predictPictures', () => {
  const net = new DenseNet({ inputs: 12, hidden: 5, layers: 1, dropout: 0, key: randomKey(1) }).eval();
  const moments = { per: 'all', offset: [0], scale: [1] } as const;
  const data = Uint8Array.from({ length: 12 }, (_, n) => 20 * n);
  const png = (width: number, height: number) => encode({ width, height, data, channels: 1, depth: 8 });

  test('a picture is read upright: the first pixel of the file is the first of the row', () => {
    const folder = writeFiles(join(scratch, 'png'), { 'a.png': png(4, 3) });
    const [prediction] = predictPictures(net, moments, [join(folder, 'a.png')]);
    const scores = noGrad(() =>
      net
        .forward(fromArray(normalised(data, moments), [1, 12]) as Tensor)
        .softmax(-1)
        .data.slice(),
    );
    expect(prediction!.scores).toEqual(Array.from(scores));
    expect(prediction!.confidence).toBe(Math.max(...scores));
    expect(prediction!.digit).toBe(scores.indexOf(Math.max(...scores)));
  });

  test('sounds and pictures of another size are refused', () => {
    const folder = writeFiles(join(scratch, 'odd'), {
      'b.png': encode({ width: 2, height: 2, data: data.slice(0, 4), channels: 1 }),
    });
    expect(() => predictPictures(net, moments, ['seven.wav'])).toThrow(/give a \.png file, seven\.wav/);
    expect(() => predictPictures(net, moments, [join(folder, 'b.png')])).toThrow(
      /pictures of 12 pixels, these have 4/,
    );
  });
});
