import { join } from 'node:path';
import { randomKey } from '@sonograd/tensor';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { Feature } from '../../../packages/experiments/src/features/fit.ts';
import type { Tools } from '../../../packages/experiments/src/pipelines/pipeline.ts';
import {
  alteredCopies,
  augmentConfig,
  drawAlteration,
  seedOf,
} from '../../../packages/experiments/src/pipelines/shared/augment.ts';
import {
  type EpochItems,
  epochLoader,
  maskedClips,
  maskFeature,
  trainingLoader,
} from '../../../packages/experiments/src/pipelines/shared/augmentEpochs.ts';
import { speechFields } from '../../../packages/experiments/src/pipelines/shared/config.ts';
import { labelled } from '../../../packages/experiments/src/pipelines/shared/labelled.ts';
import {
  describeCorpus,
  prepareSpeech,
} from '../../../packages/experiments/src/pipelines/shared/speechData.ts';
import { parseConfig, parseSetting } from '../../../packages/experiments/src/settings/settings.ts';
import { paperItems, scratchFolder, toneWav, writeFiles } from '../corporaSupport.ts';

const parse = (settings: z.input<typeof augmentConfig> = {}) => augmentConfig.parse(settings);
const masks = parse({ specAugment: {} }).specAugment!;

describe('augment, as it is set', () => {
  const schema = z.strictObject(speechFields);

  test('nothing happens unless copies or masks are asked for', () => {
    expect(parse()).toMatchObject({ copies: 0, specAugment: null });
    expect(alteredCopies(paperItems(1, 1), parse(), 0)).toEqual([]);
  });

  test('one setting is enough for either', () => {
    const of = (text: string) => parseConfig(schema, parseSetting(text)).augment;
    expect(of('augment.copies=2').copies).toBe(2);
    expect(of('augment.specAugment={}').specAugment).toEqual(masks);
    expect(of('augment.specAugment.timeMasks=1').specAugment).toEqual({ ...masks, timeMasks: 1 });
    expect(of('augment.noise=null').noise).toBeNull();
    expect(of('augment.speed=[0.8,1.2]').speed).toEqual([0.8, 1.2]);
  });

  test.each([
    ['augment.speed=[1.2,0.8]', 'config: augment.speed: the range must rise, got [1.2,0.8]'],
    ['augment.speed=[0.1,1]', /augment\.speed\.0: .*0\.5, got 0\.1/],
    ['augment.copies=-1', /augment\.copies: .*0, got -1/],
    ['augment.noise.colors=[]', /augment\.noise\.colors: /],
    ['augment.noise.colors=["blue"]', /augment\.noise\.colors\.0: .*babble.*, got "blue"/],
    ['augment.specAugment.timeShare=2', /augment\.specAugment\.timeShare: .*1, got 2/],
    ['augment.echo=1', 'config: there is no field augment.echo'],
    [
      'augment={"copies":1,"speed":null,"semitones":null,"shiftMs":null,"gainDb":null,"noise":null}',
      /augment\.copies: copies would be what they are copies of; leave one of speed, .*noise in/,
    ],
  ])('%s is refused', (text, message) => {
    expect(() => parseConfig(schema, parseSetting(text))).toThrow(message);
  });
});

describe('alteredCopies', () => {
  const items = paperItems(2, 3);

  test('each clip so often, named after it, with what it knows of itself', () => {
    const copies = alteredCopies(items, parse({ copies: 2 }), 0);
    expect(copies).toHaveLength(2 * items.length);
    expect(copies.slice(0, 3).map(({ id }) => id)).toEqual(['0_s0_0~1', '0_s0_0~2', '0_s0_1~1']);
    expect(copies[0]).toMatchObject({ digit: 0, speaker: 's0', take: 0, source: items[0]!.source });
    expect(new Set(copies.map(({ alteration }) => JSON.stringify(alteration))).size).toBe(copies.length);
  });

  test('what becomes of a clip is fixed by seed, name and number; the company does not matter', () => {
    const [first] = alteredCopies(items.slice(4), parse({ copies: 1 }), 7);
    const among = alteredCopies(items, parse({ copies: 3 }), 7).find(({ id }) => id === first!.id);
    expect(among).toEqual(first);
    const elsewhere = alteredCopies(items.slice(4), parse({ copies: 1 }), 8)[0]!;
    expect(elsewhere.alteration).not.toEqual(first!.alteration);
  });

  test('everything lies in its range, speeds in hundredths and semitones in quarters', () => {
    const config = parse({ speed: [0.871, 1.13], semitones: [-3, 2.1], noise: { snrDb: [0, 5] } });
    fc.assert(
      fc.property(fc.integer({ min: 0 }), (seed) => {
        const { speed, semitones, shiftMs, gainDb, noise } = drawAlteration(config, seed);
        expect(speed).toBeGreaterThanOrEqual(0.871);
        expect(speed).toBeLessThanOrEqual(1.13);
        expect(speed === 0.871 || Math.abs(100 * speed! - Math.round(100 * speed!)) < 1e-9).toBe(true);
        expect(semitones === 2.1 || Number.isInteger(4 * semitones!)).toBe(true);
        expect(shiftMs! >= 0 && shiftMs! <= 50 && gainDb! >= -6 && gainDb! <= 6).toBe(true);
        expect(noise!.snrDb >= 0 && noise!.snrDb < 5).toBe(true);
        expect(config.noise!.colors).toContain(noise!.color);
      }),
    );
  });

  test('to leave one change out does not alter the others', () => {
    const { noise, ...all } = drawAlteration(parse(), 3);
    expect(noise).toBeDefined();
    expect(drawAlteration(parse({ noise: null }), 3)).toEqual(all);
    const { speed, ...others } = all;
    expect(speed).toBeDefined();
    expect(drawAlteration(parse({ noise: null, speed: null }), 3)).toEqual(others);
  });

  test('seeds are whole numbers of 48 bits, and the words are told apart', () => {
    const seeds = [seedOf(0, 'a'), seedOf(1, 'a'), seedOf(0, 'b'), seedOf(0, 1, 'a')];
    expect(new Set(seeds).size).toBe(4);
    expect(seeds.every((seed) => Number.isSafeInteger(seed) && seed >= 0 && seed < 2 ** 48)).toBe(true);
  });
});

/** Every value tells its bin, frame and that it is not masked. */
function wordIn(frames: number, start: number, validFrames: number, bins = 6): Feature {
  const data = Float32Array.from({ length: bins * frames }, (_, i) => {
    const frame = i % frames;
    return frame >= start && frame < start + validFrames ? 100 + i : -1;
  });
  return { data, bins, frames, start, validFrames };
}

describe('maskFeature', () => {
  test('hides bands and stretches behind the mean of the word, and leaves padding alone', () => {
    const word = wordIn(20, 4, 10);
    const wide = { ...masks, frequencyShare: 0.5, timeShare: 0.5 };
    const mean = word.data.filter((value) => value > 0).reduce((sum, value) => sum + value, 0) / 60;
    let hidden = 0;
    for (let seed = 0; seed < 20; seed++) {
      const { data, ...size } = maskFeature(word, wide, seed);
      expect(size).toEqual({ bins: 6, frames: 20, start: 4, validFrames: 10 });
      data.forEach((value, i) => {
        if (value === word.data[i]) return;
        hidden += 1;
        expect(value).toBeCloseTo(mean, 3);
        expect(i % 20 >= 4 && i % 20 < 14).toBe(true);
      });
    }
    expect(hidden / (20 * 60)).toBeGreaterThan(0.3);
  });

  test('a copy: what it was made from stays', () => {
    const word = wordIn(8, 0, 8);
    maskFeature(word, { ...masks, timeShare: 1 }, 1);
    expect(word).toEqual(wordIn(8, 0, 8));
  });

  test('no masks, no words, no change', () => {
    const word = wordIn(8, 2, 5);
    expect(maskFeature(word, { ...masks, frequencyMasks: 0, timeMasks: 0 }, 1)).toEqual(word);
    expect(maskFeature(wordIn(8, 0, 0), masks, 1)).toEqual(wordIn(8, 0, 0));
  });

  test('its widest mask is a share of the bands or of the frames', () => {
    for (let seed = 0; seed < 10; seed++) {
      const config = { ...masks, frequencyMasks: 0, timeMasks: 1, timeShare: 0.2 };
      const { data } = maskFeature(wordIn(10, 0, 10, 1), config, seed);
      const changed = data.filter((value, i) => value !== 100 + i).length;
      expect(changed).toBeLessThanOrEqual(2);
    }
  });
});

describe('epochLoader', () => {
  const items: EpochItems<{ x: Float32Array }> = {
    length: 5,
    get: (index, epoch) => ({ x: Float32Array.of(index, epoch) }),
  };
  const loader = () => epochLoader(items, { batchSize: 2, key: randomKey(1) });
  const rows = async (source: ReturnType<typeof loader>) => {
    const seen: number[][] = [];
    for await (const { x } of source) seen.push(...(x.toArray() as number[][]));
    return seen;
  };

  test('every item once an epoch, told which epoch it is', async () => {
    const source = loader();
    expect(source.length).toBe(3);
    for (const epoch of [0, 1, 2]) {
      const seen = await rows(source);
      expect(seen.map(([index]) => index).toSorted()).toEqual([0, 1, 2, 3, 4]);
      expect(seen.every(([, at]) => at === epoch)).toBe(true);
    }
  });

  test('goes on in the middle of an epoch with what would have come', async () => {
    const whole = loader();
    await rows(whole);
    const second = await rows(whole);
    const later = loader();
    later.restore({ epoch: 1, batch: 1 });
    expect(await rows(later)).toEqual(second.slice(2));
  });

  test('numbers stay within 32 bits however long it trains', async () => {
    const late = loader();
    late.restore({ epoch: 2 ** 31 + 5, batch: 0 });
    const seen = await rows(late);
    expect(seen.map(([index]) => index).toSorted()).toEqual([0, 1, 2, 3, 4]);
    expect(seen.every(([, epoch]) => epoch! >= 0)).toBe(true);
  });
});

describe('training clips', () => {
  const scratch = scratchFolder();
  const tools: Tools = {
    threads: 1,
    cacheFolder: join(scratch, 'cache'),
    signal: new AbortController().signal,
    progress: { note: () => undefined, bar: () => () => undefined, training: () => ({}) },
  };
  // Takes 0 to 4 are the test of the FSDD.
  const tones = Array.from({ length: 70 }, (_, n) => [
    `${n % 10}_ada_${Math.floor(n / 10)}.wav`,
    toneWav(200 + 50 * n),
  ]);
  const folder = writeFiles(join(scratch, 'tones'), Object.fromEntries(tones));
  const config = (augment: z.input<typeof augmentConfig> = {}, seed = 0) =>
    z.strictObject(speechFields).parse({
      ...{ corpus: { name: 'fsdd', folder }, seed },
      augment: { noise: { colors: ['white', 'pink'] }, ...augment },
      features: { spectrum: { kind: 'log-mel', nMels: 8 }, size: { fit: 'pad', frames: 12 } },
    });
  const view = ({ data }: Feature) => data;

  test('originals and their copies for training, nothing altered to be tried on', async () => {
    const plain = await prepareSpeech(config(), tools);
    const data = await prepareSpeech(config({ copies: 2 }), tools);
    const { store, train, validation, test: tests } = data;
    expect(train.length).toBe(3 * plain.train.length);
    expect([validation, tests]).toEqual([plain.validation, plain.test]);
    expect([...train].slice(0, plain.train.length)).toEqual([...plain.train]);
    const altered = [...train].filter((place) => store.items[place]!.alteration !== undefined);
    expect(altered).toHaveLength(2 * plain.train.length);
    expect([...validation, ...tests].every((place) => store.items[place]!.alteration === undefined)).toBe(
      true,
    );
    expect(describeCorpus(data)).toEqual(describeCorpus(plain));
    const originals = new Set(Array.from(plain.train, (place) => plain.store.items[place]!.id));
    expect(altered.every((place) => originals.has(store.items[place]!.id.split('~')[0]!))).toBe(true);
  });

  test('the same again for the same seed, others for another', async () => {
    const features = async (seed: number) => {
      const { store, train } = await prepareSpeech(config({ copies: 1 }, seed), tools);
      return Array.from(train, (place) => store.feature(place).data);
    };
    const [first, again, other] = [await features(0), await features(0), await features(1)];
    expect(again).toEqual(first);
    expect(other.slice(0, first.length / 2)).toEqual(first.slice(0, first.length / 2));
    expect(other).not.toEqual(first);
  });

  test('whoever only wants to be tried needs no copies', async () => {
    const { store, train } = await prepareSpeech(config({ copies: 1 }), tools, { everythingIsTest: true });
    expect([train.length, store.length]).toEqual([0, 70]);
  });

  test('masks differ from epoch to epoch, and are the same whenever the epoch comes again', async () => {
    const data = await prepareSpeech(config(), tools);
    const clips = maskedClips(data, masks, 0, view);
    expect(clips.length).toBe(data.train.length);
    const shown = (epoch: number) => Array.from({ length: 5 }, (_, index) => clips.get(index, epoch).x);
    expect(shown(3)).toEqual(shown(3));
    expect(shown(3)).not.toEqual(shown(4));
    expect(maskedClips(data, masks, 1, view).get(0, 3).x).not.toEqual(clips.get(0, 3).x);
    expect(clips.get(2, 0).y).toBe(data.store.items[data.train[2]!]!.digit);
  });

  test('the loader takes clips as they are, or masked; in one and the same order', async () => {
    const data = await prepareSpeech(config(), tools);
    const clips = labelled(data.store, data.train, view);
    const labels = async (augment: z.input<typeof augmentConfig>) => {
      const options = { batchSize: 8, key: randomKey(2) };
      const digits: number[] = [];
      let sum = 0;
      for await (const { x, y } of trainingLoader({ data, config: config(augment) }, clips, view, options)) {
        digits.push(...(y.toArray() as number[]));
        sum += x.sum().item();
      }
      return { digits, sum };
    };
    const [plain, masked] = [await labels({}), await labels({ specAugment: {} })];
    expect(masked.digits).toEqual(plain.digits);
    expect(masked.sum).not.toBe(plain.sum);
  });
});
