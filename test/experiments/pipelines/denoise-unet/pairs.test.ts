import { decodeWav, siSdr, snr } from '@sonograd/dsp';
import type { Tensor } from '@sonograd/tensor';
import { beforeAll, describe, expect, test } from 'vitest';
import type { CorpusItem } from '../../../../packages/experiments/src/corpora/corpus.ts';
import { extractFrom } from '../../../../packages/experiments/src/features/extract.ts';
import { InputError } from '../../../../packages/experiments/src/inputError.ts';
import {
  noisyFeature,
  type Pair,
  type PairData,
  pairDataset,
  preparePairs,
} from '../../../../packages/experiments/src/pipelines/shared/pairData.ts';
import {
  meanOf,
  type PairScore,
  scoreTables,
} from '../../../../packages/experiments/src/pipelines/shared/pairScores.ts';
import {
  cleanSound,
  featureOfSound,
  noisySound,
  pictureToSound,
  wavAtFullScale,
} from '../../../../packages/experiments/src/pipelines/shared/pairSounds.ts';
import {
  fitted,
  loudness,
  waveDataset,
} from '../../../../packages/experiments/src/pipelines/shared/pairWaves.ts';
import { smallConfig, tools } from './support.ts';

const config = smallConfig({ noise: { colors: ['white', 'pink'], snrDb: [-8, 10], seed: 4 } });
const { features } = config;
const [white, pink] = ['white', 'pink'] as const;
let data: PairData;
beforeAll(async () => {
  data = await preparePairs(config, tools);
}, 60_000);

const itemAt = (place: number) => data.store.items[place]!;

describe('pairs of noisy and clean features', () => {
  test('one store for each colour at each level, in order', () => {
    expect(data.noisy.map(({ name }) => name)).toEqual([
      'white, -8 dB',
      'white, 10 dB',
      'pink, -8 dB',
      'pink, 10 dB',
    ]);
    expect(data.noisy.map(({ noise }) => noise.seed)).toEqual([4, 4, 4, 4]);
    expect(data.train.length + data.validation.length + data.test.length).toBe(40);
  });

  test('the noisy feature of a place is that of its clip in that noise', () => {
    const place = data.test[3]!;
    const { id, source } = itemAt(place);
    const noise = { color: pink, snrDb: 10, seed: 4 };
    const { feature } = extractFrom(source, { ...features, noise }, id);
    expect(noisyFeature(data.noisy[3]!, data.store, place)).toEqual(feature);
  });

  test('louder noise is further from the clean clip', () => {
    const distance = (index: number) => {
      const clean = data.store.feature(data.test[0]!);
      const { data: noisy } = noisyFeature(data.noisy[index]!, data.store, data.test[0]!);
      return noisy.reduce((sum, value, at) => sum + (value - clean.data[at]!) ** 2, 0);
    };
    expect(distance(0)).toBeGreaterThan(1.5 * distance(1));
    expect(distance(2)).toBeGreaterThan(1.5 * distance(3));
  });

  test('the dataset has every clip once in every noise, one noise after the other', () => {
    const pairs = pairDataset(data, data.train);
    const count = data.train.length;
    expect(pairs.length).toBe(4 * count);
    for (const index of [0, count - 1, count, 3 * count + 5]) {
      const { x, y } = pairs.get(index) as Pair;
      const place = data.train[index % count]!;
      expect([x.shape, y.shape]).toEqual([
        [1, 16, 16],
        [1, 16, 16],
      ]);
      const noise = data.noisy[Math.floor(index / count)]!;
      expect([...x.data]).toEqual([...noisyFeature(noise, data.store, place).data]);
      expect([...y.data]).toEqual([...data.store.feature(place).data]);
    }
  });

  test('a batch is its items, put together', () => {
    const pairs = pairDataset(data, data.train);
    const wanted = Int32Array.of(2, 40, 7);
    const { x, y } = pairs.batch!(wanted);
    expect([x.shape, y.shape]).toEqual([
      [3, 1, 16, 16],
      [3, 1, 16, 16],
    ]);
    wanted.forEach((index, row) => {
      const pair = pairs.get(index) as Pair;
      const rowOf = (batch: Tensor) => [...batch.data.slice(256 * row, 256 * (row + 1))];
      expect([rowOf(x), rowOf(y)]).toEqual([[...pair.x.data], [...pair.y.data]]);
    });
  });

  test('both sides are normalised by the same moments, where the training set gives them', async () => {
    const normalise = { kind: 'min-max', over: 'corpus' };
    const corpusWide = await preparePairs(smallConfig({ features: { normalise } }), tools);
    const { moments, noisy } = corpusWide;
    expect(moments?.scale).toHaveLength(1);
    expect(noisy[0]!.store.moments).toEqual(moments);
    const given = { per: 'all' as const, offset: [-50], scale: [10] };
    const elsewhere = await preparePairs(smallConfig({ features: { normalise } }), tools, {
      moments: given,
      everythingIsTest: true,
    });
    expect([elsewhere.moments, elsewhere.noisy[0]!.store.moments]).toEqual([given, given]);
    expect([elsewhere.train.length, elsewhere.test.length]).toEqual([0, 40]);
  });
});

describe('the sounds behind the features', () => {
  const spoken = (place: number) => cleanSound(itemAt(place).source, features);

  test('the noisy sound gives the noisy feature, to the bit', () => {
    const place = data.test[1]!;
    data.noisy.forEach((noise) => {
      const heard = noisySound(spoken(place), itemAt(place).id, features, noise.noise);
      expect(featureOfSound(heard, features).data).toEqual(noisyFeature(noise, data.store, place).data);
    });
  });

  test.each([-8, 0, 12])('at %i dB the noise has that ratio to the speech', (snrDb) => {
    const clean = spoken(0);
    const noisy = noisySound(clean, 'x', features, { color: white, snrDb, seed: 0 });
    expect(snr(clean, noisy)).toBeCloseTo(snrDb, 2);
  });

  test('silence at both ends is cut where the features cut it', () => {
    const cut = { ...features, trimDb: 30 };
    expect(cleanSound(itemAt(0).source, cut).length).toBeLessThan(spoken(0).length);
    const { feature } = extractFrom(itemAt(0).source, cut);
    expect(featureOfSound(cleanSound(itemAt(0).source, cut), cut).data).toEqual(feature.data);
  });

  test('pictures have no sound', () => {
    const pictures = { ...features, spectrum: { kind: 'picture' as const, bins: null } };
    expect(() => cleanSound(itemAt(0).source, pictures)).toThrow(InputError);
  });

  const wide = smallConfig({ features: { spectrum: { nMels: 64 }, size: { bins: 64, frames: 48 } } });

  test.each([
    ['by itself', 'utterance'],
    ['by the training set', 'corpus'],
  ] as const)('a clean picture, normalised %s, comes back as the same picture', async (_, over) => {
    const { features } = smallConfig(wide as unknown as Record<string, unknown>, {
      features: { normalise: { over } },
    });
    const moments = over === 'corpus' ? { per: 'all' as const, offset: [-80], scale: [80] } : undefined;
    const clean = cleanSound(itemAt(4).source, features);
    const picture = featureOfSound(clean, features);
    if (moments !== undefined)
      picture.data.forEach((value, at) => {
        picture.data[at] = value / 80 + 1;
      });
    const back = pictureToSound(picture, clean, features, moments);
    expect(Math.abs(back.length - clean.length)).toBeLessThanOrEqual(
      features.spectrum.kind === 'log-mel' ? 256 : 0,
    );
    const again = featureOfSound(back, features);
    if (moments !== undefined)
      again.data.forEach((value, at) => {
        again.data[at] = value / 80 + 1;
      });
    const error = again.data.reduce((sum, value, at) => sum + (value - picture.data[at]!) ** 2, 0);
    const mean = picture.data.reduce((sum, value) => sum + value, 0) / picture.data.length;
    const spread = picture.data.reduce((sum, value) => sum + (value - mean) ** 2, 0);
    expect(error / spread).toBeLessThan(0.25);
  });

  test('what is no mel spectrogram in decibels has no way back', () => {
    const ln = smallConfig({ features: { spectrum: { log: 'ln' } } }).features;
    const attempt = () => pictureToSound(data.store.feature(0), spoken(0), ln, undefined);
    expect(attempt).toThrow(/^listen: the way back to sound needs features of kind log-mel in dB$/);
  });

  test('a WAV is as loud as may be, and silence stays silence', () => {
    const loud = decodeWav(wavAtFullScale(Float32Array.of(0.01, -0.02, 0), 8000));
    expect(loud.sampleRate).toBe(8000);
    expect(loud.channels[0]!.map((value) => Math.round(100 * value))).toEqual(Float32Array.of(45, -90, 0));
    expect(decodeWav(wavAtFullScale(new Float32Array(3), 8000)).channels[0]).toEqual(new Float32Array(3));
  });
});

describe('pairs of sounds', () => {
  test('of one length, the noisy side of power 1, the clean side by the same gain', () => {
    const pairs = waveDataset(data, data.test, features, 1500);
    expect(pairs.length).toBe(4 * data.test.length);
    const place = data.test[2]!;
    const clean = cleanSound(itemAt(place).source, features);
    const heard = noisySound(clean, itemAt(place).id, features, data.noisy[1]!.noise);
    const { x, y } = pairs.get(data.test.length + 2) as Pair;
    expect([x.shape, y.shape]).toEqual([
      [1, 1500],
      [1, 1500],
    ]);
    const gain = 1 / loudness(heard);
    expect([...x.data]).toEqual([...fitted(heard, 1500, gain)]);
    expect([...y.data]).toEqual([...fitted(clean, 1500, gain)]);
    const again = pairs.get(data.test.length + 2) as Pair;
    expect([...again.x.data]).toEqual([...x.data]);
  });

  test('loudness is the root mean square, and that of silence counts as 1', () => {
    expect(loudness(Float32Array.of(3, -3, 3))).toBeCloseTo(3, 6);
    expect(loudness(Float32Array.of(0, 4))).toBeCloseTo(Math.sqrt(8), 6);
    expect(loudness(new Float32Array(5))).toBe(1);
    expect(loudness(new Float32Array(0))).toBe(1);
  });

  test('sounds are cut, or followed by silence', () => {
    const sound = Float32Array.of(1, 2, 3);
    expect([...fitted(sound, 2)]).toEqual([1, 2]);
    expect([...fitted(sound, 5, 2)]).toEqual([2, 4, 6, 0, 0]);
  });

  test('a clip in its noise is as far from clean as the level says, by SI-SDR too', () => {
    const clean = cleanSound(itemAt(0).source, features);
    const noisy = noisySound(clean, 'y', features, { color: white, snrDb: -8, seed: 1 });
    expect(Math.abs(siSdr(clean, noisy) + 8)).toBeLessThan(0.7);
  });
});

describe('tables of scores', () => {
  const item = (digit: number, speaker: string) => ({ digit, speaker }) as CorpusItem;
  const scores: PairScore[] = [
    { item: item(2, 'ann'), noise: 'white, 0 dB', heard: 4, denoised: 1 },
    { item: item(2, 'bob'), noise: 'white, 0 dB', heard: 6, denoised: 2 },
    { item: item(1, 'ann'), noise: 'white, 10 dB', heard: 2, denoised: 3 },
  ];

  test('means by noise, digit and speaker, in order', () => {
    expect(scoreTables(scores, 'Error')).toEqual([
      {
        title: 'Error by noise',
        head: ['noise', 'clips', 'as heard', 'denoised'],
        rows: [
          ['white, 0 dB', 2, 5, 1.5],
          ['white, 10 dB', 1, 2, 3],
        ],
      },
      {
        title: 'Error by digit',
        head: ['digit', 'clips', 'as heard', 'denoised'],
        rows: [
          ['1', 1, 2, 3],
          ['2', 2, 5, 1.5],
        ],
      },
      {
        title: 'Error by speaker',
        head: ['speaker', 'clips', 'as heard', 'denoised'],
        rows: [
          ['ann', 2, 3, 2],
          ['bob', 1, 6, 2],
        ],
      },
    ]);
  });

  test('where all are of one kind there is no table, and without scores there is none at all', () => {
    expect(scoreTables(scores.slice(0, 2), 'Error').map(({ title }) => title)).toEqual(['Error by speaker']);
    expect(scoreTables([], 'Error')).toEqual([]);
  });

  test('speakers by number where their names are numbers', () => {
    const some = ['10', '9', '2'].map((speaker) => ({ ...scores[0]!, item: item(0, speaker) }));
    expect(scoreTables(some, 'Error')[0]!.rows.map(([name]) => name)).toEqual(['2', '9', '10']);
  });

  test('meanOf', () => expect(meanOf(scores, ({ heard }) => heard)).toBe(4));
});
