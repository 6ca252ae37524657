import { type Linear, summary } from '@sonograd/nn';
import { fromArray, noGrad, randomKey, type Tensor, zeros } from '@sonograd/tensor';
import { describe, expect, test } from 'vitest';
import type { ImageSet } from '../../../../packages/experiments/src/corpora/mnist.ts';
import { schema } from '../../../../packages/experiments/src/pipelines/mnist-dense/config.ts';
import {
  accuracyOf,
  answersOf,
  reportNet,
} from '../../../../packages/experiments/src/pipelines/mnist-dense/evaluate.ts';
import { DenseNet } from '../../../../packages/experiments/src/pipelines/mnist-dense/model.ts';
import {
  type PictureData,
  type Pictures,
  preparePictures,
} from '../../../../packages/experiments/src/pipelines/mnist-dense/pictures.ts';
import { reportData } from '../../../../packages/experiments/src/runs/reportData.ts';
import { parseConfig } from '../../../../packages/experiments/src/settings/settings.ts';
import { mnistAvailable, mnistFolder } from '../../corporaSupport.ts';
import { tools } from './support.ts';

/** A picture of 2 x 5 pixels for each label, of which one is white: the net below names its place. */
function setOf(places: readonly number[], labels: readonly number[], writers?: readonly string[]): ImageSet {
  const pixels = new Uint8Array(10 * places.length);
  places.forEach((place, index) => {
    pixels[10 * index + place] = 255;
  });
  return {
    ...{ count: places.length, height: 2, width: 5, pixels, labels: Uint8Array.from(labels) },
    ...(writers && { writers }),
  };
}

const all = (set: ImageSet): Pictures => ({
  set,
  places: Int32Array.from({ length: set.count }, (_, n) => n),
});

/** Every pixel goes its own way to the digit of its place. */
function placeNet(): DenseNet {
  const net = new DenseNet({ inputs: 10, hidden: 10, layers: 1, dropout: 0, key: randomKey(0) }).eval();
  const identity = Float32Array.from({ length: 100 }, (_, n) => (n % 11 === 0 ? 3 : 0));
  noGrad(() => {
    for (const layer of [...net.layers, net.out] as Linear<number, number>[]) {
      layer.weight.assign(fromArray(identity, [10, 10]) as Tensor);
      layer.bias?.assign(zeros([10]) as Tensor);
    }
  });
  return net;
}

const moments = { per: 'all', offset: [0], scale: [1] } as const;

function dataOf(test: Pictures): PictureData {
  const none = { set: test.set, places: new Int32Array(0) };
  return {
    ...{ test, train: none, validation: none, moments, pixels: 10 },
    corpus: {
      ...{ name: 'paper', licence: 'none', home: 'here' },
      has: () => true,
      images: () => test.set,
      checksum: () => '',
    },
  };
}

describe('a net that names the place of the white pixel', () => {
  const net = placeNet();

  test('answersOf and accuracyOf, by hand', async () => {
    const pictures = all(setOf([7, 0, 3, 9], [7, 0, 4, 9]));
    expect(await answersOf(net, pictures, moments)).toEqual([7, 0, 3, 9]);
    expect(await accuracyOf(net, pictures, moments)).toBe(0.75);
  });

  test('of some pictures of a set alone', async () => {
    const pictures = { set: setOf([1, 2, 3, 4], [1, 2, 3, 9]), places: Int32Array.of(3, 0) };
    expect(await answersOf(net, pictures, moments)).toEqual([4, 1]);
    expect(await accuracyOf(net, pictures, moments)).toBe(0.5);
  });

  test('moments move and scale what it sees: turned over, black becomes the brightest', async () => {
    const turned = { per: 'all', offset: [1], scale: [-1] } as const;
    const [answer] = await answersOf(net, all(setOf([0], [0])), turned);
    expect(answer).not.toBe(0);
  });

  test('reportNet: scores, hands, sizes', async () => {
    const set = setOf([0, 1, 2, 3, 3], [0, 1, 2, 3, 5], ['ann', 'ann', 'bob', 'bob', 'bob']);
    const { metrics, report, about } = await reportNet(net, dataOf(all(set)), 'net');
    expect(metrics).toMatchObject({
      ...{ testAccuracy: 0.8, testClips: 5, parameters: 220, multiplyAdds: 200 },
    });
    expect(about.parameters).toBe(summary(net, [1, 10]).parameters);
    const whole = reportData.parse({ title: 'x', ...report });
    expect(whole.perSpeaker).toEqual([
      { name: 'ann', count: 2, accuracy: 1 },
      { name: 'bob', count: 3, accuracy: 2 / 3 },
    ]);
    expect(whole.confusion!.counts[5]![3]).toBe(1);
    expect(whole.corpus).toMatchObject({ name: 'paper', test: 5, speakers: 2 });
    expect(whole.latent).toHaveLength(5);
    expect(whole.models[0]).toMatchObject({ name: 'net', parameters: 220 });
    expect(whole.layers.length).toBeGreaterThan(1);
  });

  test('examples: those named wrong first; pictures stand on their feet', async () => {
    const set = setOf([0, 1, 2, 9, 4], [0, 1, 2, 3, 4]);
    const { report } = await reportNet(net, dataOf(all(set)), 'net');
    const { examples } = reportData.parse({ title: 'x', ...report });
    expect(examples.map(({ title, caption }) => `${title}: ${caption}`)).toEqual([
      'a 3: picture 3, taken for 9',
      'a 0: picture 0, named right',
      'a 1: picture 1, named right',
      'a 2: picture 2, named right',
      'a 4: picture 4, named right',
    ]);
    const { picture } = examples[0]!.pictures[0]!;
    expect([picture.bins, picture.frames]).toEqual([2, 5]);
    // Place 9 is the right end of the lower row, and the lowest row comes first.
    expect(picture.data).toEqual([0, 0, 0, 0, 1, 0, 0, 0, 0, 0]);
  });

  test('pictures of another size are refused', async () => {
    const data = { ...dataOf(all(setOf([1], [1]))), pixels: 784 };
    await expect(reportNet(net, data, 'net')).rejects.toThrow(
      'pictures: the net knows pictures of 10 pixels, these have 784',
    );
  });

  test('it is left without gradients', async () => {
    await reportNet(net, dataOf(all(setOf([1, 2], [1, 2]))), 'net');
    expect(net.parameters().every(({ grad }) => grad === null)).toBe(true);
  });
});

describe('DenseNet', () => {
  test('layers, as many and as wide as said', () => {
    const net = new DenseNet({ inputs: 6, hidden: 4, layers: 3, dropout: 0, key: randomKey(1) });
    expect(net.namedParameters().map(([name, { shape }]) => `${name} ${shape.join('x')}`)).toEqual([
      ...['layers.0.weight 4x6', 'layers.0.bias 4', 'layers.1.weight 4x4', 'layers.1.bias 4'],
      ...['layers.2.weight 4x4', 'layers.2.bias 4', 'out.weight 10x4', 'out.bias 10'],
    ]);
  });

  test('the same key, the same weights; another, others', () => {
    const first = (seed: number) =>
      new DenseNet({ inputs: 6, hidden: 4, layers: 1, dropout: 0, key: randomKey(seed) }).out.toString();
    const weights = (seed: number) =>
      new DenseNet({ inputs: 6, hidden: 4, layers: 1, dropout: 0, key: randomKey(seed) })
        .parameters()
        .map((parameter) => parameter.toArray());
    expect(first(1)).toBe(first(1));
    expect(weights(1)).toEqual(weights(1));
    expect(weights(1)).not.toEqual(weights(2));
  });
});

describe.runIf(mnistAvailable)('the sample of MNIST that lies beside', () => {
  const config = parseConfig(schema, { corpus: { name: 'mnist', folder: mnistFolder } });

  test('7,200 to learn, 800 held back, 1,000 to be tried on; the known moments', async () => {
    const { train, validation, test: test_, moments, pixels } = await preparePictures(config, tools);
    expect([train, validation, test_].map(({ places }) => places.length)).toEqual([7200, 800, 1000]);
    expect(pixels).toBe(784);
    // Of all 60,000: 0.1307 and 0.3081.
    expect(Math.abs(moments.offset[0]! - 0.1307)).toBeLessThan(0.002);
    expect(Math.abs(moments.scale[0]! - 0.3081)).toBeLessThan(0.002);
    expect(new Set([...train.places, ...validation.places]).size).toBe(8000);
  });

  test('as nothing but a test: its test pictures', async () => {
    const data = await preparePictures(config, tools, { moments, everythingIsTest: true });
    expect(data.test.places.length).toBe(1000);
  });
});
