import { adam, collate, DataLoader } from '@sonograd/nn';
import { fillNormal, foldIn, fromArray, noGrad, randomKey, scope, type Tensor } from '@sonograd/tensor';
import { describe, expect, test } from 'vitest';
import { featureConfig } from '../../../../packages/experiments/src/features/config.ts';
import type { Feature } from '../../../../packages/experiments/src/features/fit.ts';
import { companionFeatures } from '../../../../packages/experiments/src/pipelines/shared/companions.ts';
import {
  embedClips,
  meanSpectra,
  placeClips,
  quietSpectra,
  speakersOf,
} from '../../../../packages/experiments/src/pipelines/speaker-siamese/clips.ts';
import { schema } from '../../../../packages/experiments/src/pipelines/speaker-siamese/config.ts';
import {
  type Draw,
  type DrawBatch,
  Draws,
  drawsInOrder,
  embedDraws,
  framesOf,
  lossOf,
  mixedDraws,
} from '../../../../packages/experiments/src/pipelines/speaker-siamese/draws.ts';
import {
  type EncoderOptions,
  SpeakerEncoder,
} from '../../../../packages/experiments/src/pipelines/speaker-siamese/model.ts';
import { scratchFolder } from '../../corporaSupport.ts';

const bins = 9;
const features = featureConfig.parse({
  spectrum: { kind: 'magnitude', nFft: 16, winLength: 16, hopLength: 256, compress: 'db' },
  size: { fit: 'pad', frames: 12 },
});
/** Four voices, each digit twice. */
const store = await companionFeatures({ speakers: 4, takes: 2, seed: 3, share: 0.5 }, features, undefined, {
  ...{ threads: 1, cacheFolder: scratchFolder(), signal: new AbortController().signal },
  progress: { note: () => undefined, bar: () => () => undefined, training: () => ({}) },
});
const all = Int32Array.from({ length: store.length }, (_, place) => place);
const speakerAt = (place: number) => store.items[place]!.speaker;

const encoder = (options: Partial<EncoderOptions> = {}) =>
  new SpeakerEncoder({
    ...{ bins, units: 6, embedding: 5, pooling: 'mean', directions: 3, key: randomKey(1) },
    ...options,
  });

const noise = (shape: number[], name = 0): Tensor => {
  const size = shape.reduce((product, length) => product * length, 1);
  return fromArray(fillNormal(new Float32Array(size), foldIn(randomKey(9), name)), shape) as Tensor;
};

describe.each(['mean', 'last'] as const)('the encoder, pooling %s', (pooling) => {
  const model = encoder({ pooling });

  test('points of length 1', () => {
    const { shape, data } = noGrad(() => model.forward(noise([3, bins, 7])));
    expect(shape).toEqual([3, 5]);
    for (let clip = 0; clip < 3; clip++) {
      expect(Math.hypot(...data.slice(5 * clip, 5 * clip + 5))).toBeCloseTo(1, 5);
    }
  });

  test('what lies behind the length of a clip is not heard', () => {
    const x = noise([2, bins, 8]);
    const other = x.data.map((value, index) => (index % 8 >= 5 ? 100 * value + 7 : value));
    const changed = fromArray(other, [2, bins, 8]) as Tensor;
    const [short, same, whole] = noGrad(() => [
      model.forward(x, [5, 5]).data.slice(),
      model.forward(changed, [5, 5]).data.slice(),
      model.forward(changed, [8, 8]).data.slice(),
    ]) as [Float32Array, Float32Array, Float32Array];
    expect(Array.from(same)).toEqual(Array.from(short));
    expect(Array.from(whole)).not.toEqual(Array.from(short));
    const cut = noGrad(() => model.forward(x.slice(2, 0, 5) as Tensor).data);
    cut.forEach((value, index) => {
      expect(value).toBeCloseTo(short[index]!, 5);
    });
  });

  test('a clip is where it is, whoever is beside it', () => {
    const x = noise([4, bins, 6]);
    const together = noGrad(() => model.forward(x).data.slice(10, 15));
    const alone = noGrad(() => model.forward(x.slice(0, 2, 3) as Tensor).data);
    alone.forEach((value, index) => {
      expect(value).toBeCloseTo(together[index]!, 5);
    });
  });

  test('everything in it learns, the baseline and the thresholds do not', () => {
    const clips = noise([3, bins, 6]);
    model
      .forward(clips)
      .mul(noise([3, 5], 1))
      .sum()
      .backward();
    expect(model.parameters().every(({ grad }) => grad?.data.some((value) => value !== 0))).toBe(true);
    expect(model.parameters()).toHaveLength(10);
    model.zeroGrad();
  });
});

describe('draws', () => {
  const draws = new Draws(store, all, randomKey(5));

  test('two clips of one speaker, one of another; not the same clip twice', () => {
    for (let draw = 0; draw < 500; draw++) {
      const { anchor, positive, negative } = draws.triple(draw);
      expect(speakerAt(positive)).toBe(speakerAt(anchor));
      expect(speakerAt(negative)).not.toBe(speakerAt(anchor));
      expect(positive).not.toBe(anchor);
    }
  });

  test('draw n is that of the key and n alone', () => {
    const again = new Draws(store, all, randomKey(5));
    const numbers = [7, 0, 123_456_789, 7];
    expect(numbers.map((n) => again.triple(n))).toEqual(numbers.map((n) => draws.triple(n)));
    const other = new Draws(store, all, randomKey(6));
    expect(numbers.map((n) => other.triple(n))).not.toEqual(numbers.map((n) => draws.triple(n)));
  });

  test('speakers come equally often, however many clips they have; so do their clips', () => {
    const few = all.filter((place) => speakerAt(place) !== 'voice000' || place % 3 === 0);
    const uneven = new Draws(store, few, randomKey(5));
    const [anchors, negatives]: Record<string, number>[] = [{}, {}];
    const clips = new Set<number>();
    for (let draw = 0; draw < 2000; draw++) {
      const { anchor, positive, negative } = uneven.triple(draw);
      for (const [count, place] of [
        [anchors!, anchor],
        [negatives!, negative],
      ] as const) {
        count[speakerAt(place)] = (count[speakerAt(place)] ?? 0) + 1;
      }
      for (const place of [anchor, positive, negative]) clips.add(place);
    }
    for (const count of [...Object.values(anchors!), ...Object.values(negatives!)]) {
      expect(Math.abs(count - 500)).toBeLessThan(5 * Math.sqrt(500 * 0.75));
    }
    expect(clips.size).toBe(few.length);
  });

  test('who spoke once is never the anchor', () => {
    const once = [
      ...all.filter((place) => speakerAt(place) === 'voice001'),
      all.find((p) => speakerAt(p) === 'voice002')!,
    ];
    const lone = new Draws(store, once, randomKey(5));
    expect(lone.possible).toBe(true);
    for (let draw = 0; draw < 50; draw++) {
      const { anchor, negative } = lone.triple(draw);
      expect([speakerAt(anchor), speakerAt(negative)]).toEqual(['voice001', 'voice002']);
    }
  });

  test('nobody to compare with makes no draw', () => {
    const alone = all.filter((place) => speakerAt(place) === 'voice001');
    for (const places of [alone, [], [0]]) {
      const draws = new Draws(store, places, randomKey(5));
      expect([draws.possible, draws.dataset().length]).toEqual([false, 0]);
    }
  });

  test('a sampler goes on where the epoch before ended', () => {
    const sampler = drawsInOrder(3);
    expect([0, 1, 2].map((epoch) => Array.from(sampler.order(epoch)))).toEqual([
      [0, 1, 2],
      [3, 4, 5],
      [6, 7, 8],
    ]);
  });

  test('a loader that is restored in the middle gives what the other would have given', async () => {
    const loader = () => new DataLoader(draws.dataset(), { batchSize: 2, sampler: drawsInOrder(6) });
    const batches = async (source: ReturnType<typeof loader>) => {
      const found: string[] = [];
      for await (const { clips } of source) found.push(Array.from(clips.data.slice(0, 50)).join());
      return found;
    };
    const whole = loader();
    await batches(whole);
    const second = await batches(whole);
    const restored = loader();
    restored.restore({ epoch: 1, batch: 1 });
    expect(await batches(restored)).toEqual(second.slice(1));
  });

  test('a share of draws from others, always the same ones', () => {
    const crowd = (number: number) => ({
      length: 9,
      get: () => ({ clips: Float32Array.of(number), frames: Int32Array.of(1) }),
    });
    const from = (share: number, name: number) => {
      const mixed = mixedDraws(crowd(0), crowd(1), share, randomKey(name));
      expect(mixed.length).toBe(9);
      return Array.from({ length: 1000 }, (_, draw) => (mixed.get(draw) as Draw).clips[0]!);
    };
    const sum = (values: number[]) => values.reduce((total, value) => total + value, 0);
    expect(sum(from(0, 1))).toBe(0);
    expect(Math.abs(sum(from(0.3, 1)) - 300)).toBeLessThan(60);
    expect(from(0.3, 1)).toEqual(from(0.3, 1));
    expect(from(0.3, 2)).not.toEqual(from(0.3, 1));
  });

  test('clips come one behind the other, each changed by its own number', () => {
    const seen: number[] = [];
    const change = (feature: Feature, number: number) => {
      seen.push(number);
      return { ...feature, data: feature.data.map(() => number) };
    };
    const changing = new Draws(store, all, randomKey(5), change);
    const { clips, frames } = changing.dataset().get(4) as Draw;
    expect(seen).toEqual([12, 13, 14]);
    expect([clips.length, clips[0], clips.at(-1)]).toEqual([3 * bins * 12, 12, 14]);
    const { anchor, positive, negative } = changing.triple(4);
    expect(Array.from(frames)).toEqual(framesOf(store, [anchor, positive, negative]));
  });
});

describe('losses by hand', () => {
  const rows = (...values: number[][]) =>
    fromArray(Float32Array.from(values.flat()), [values.length, values[0]!.length]) as Tensor;
  const anchor = rows([1, 0], [0, 1]);
  const positive = rows([1, 0], [1, 0]);
  const negative = rows([-1, 0], [0, 1]);
  const loss = (settings: object) =>
    lossOf(schema.parse({ loss: settings }).loss, [anchor, positive, negative]).item();

  test('contrastive: squares of what is too far, of what is too near', () => {
    // Together: 0 and (√2)²; apart: max(0, 1 - 2)² and 1².
    expect(loss({ kind: 'contrastive' })).toBeCloseTo((0.5 * (0 + 2 + 0 + 1)) / 4, 5);
    expect(loss({ kind: 'contrastive', margin: 2 })).toBeCloseTo((0.5 * (0 + 2 + 0 + 4)) / 4, 5);
  });

  test('triplet: nearer by the margin, or it costs', () => {
    expect(loss({ kind: 'triplet', margin: 0.5 })).toBeCloseTo((0 + Math.SQRT2 + 0.5) / 2, 4);
  });

  test('embeddings of a draw are those of its clips', () => {
    const draws = new Draws(store, all, randomKey(5));
    const model = encoder();
    const batch = collate([0, 1].map((n) => draws.dataset().get(n) as Draw)) as DrawBatch;
    const [first, second, third] = noGrad(() =>
      embedDraws(model, batch, bins).map(({ data }) => data.slice()),
    );
    const { anchor, positive, negative } = draws.triple(1);
    const alone = embedClips(model, store, Int32Array.of(anchor, positive, negative));
    [first!, second!, third!].forEach((rows, which) => {
      rows.slice(5).forEach((value, index) => {
        expect(value).toBeCloseTo(alone[which]![index]!, 5);
      });
    });
  });

  test('a few steps bring one voice together and move others away', () => {
    const draws = new Draws(store, all, randomKey(5)).dataset();
    const model = encoder({ units: 12, embedding: 8 });
    const optimizer = adam(model, { rate: 0.01 });
    const { loss } = schema.parse({});
    const step = (from: number, learn: boolean) =>
      scope(() => {
        const items = Array.from({ length: 16 }, (_, n) => draws.get(from + n) as Draw);
        const value = lossOf(loss, embedDraws(model, collate(items) as DrawBatch, bins));
        if (learn) {
          optimizer.zeroGrad();
          value.backward();
          optimizer.step();
        }
        return value.item();
      });
    const before = step(10_000, false);
    for (let n = 0; n < 25; n++) step(16 * n, true);
    expect(step(10_000, false)).toBeLessThan(0.8 * before);
  });
});

describe('clips', () => {
  const { data, frames, start, validFrames } = store.feature(3);
  const row = (bin: number) => data.slice(bin * frames + start, bin * frames + start + validFrames);
  const mean = (values: ArrayLike<number>) =>
    Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;

  test('all three judges place every clip, in batches or one by one', () => {
    const model = encoder();
    const speakers = speakersOf(store, all);
    model.baseline.measure(meanSpectra(store, all), speakers, { ridge: 0.01 });
    model.silence.measure(quietSpectra(store, all), speakers, { ridge: 0.01 });
    const judges = placeClips(model, store, all.slice(0, 70));
    expect(judges.map((rows) => [rows.length, rows[0]!.length])).toEqual([
      [70, 5],
      [70, 3],
      [70, 3],
    ]);
    placeClips(model, store, all.slice(69, 70)).forEach(([alone], judge) => {
      alone!.forEach((value, index) => {
        expect(value).toBeCloseTo(judges[judge]![69]![index]!, 4);
      });
    });
    expect(judges[1]).not.toEqual(judges[2]);
  });

  test('a mean spectrum is that of the frames there are', () => {
    const [spectrum] = meanSpectra(store, [3]);
    expect(spectrum![2]).toBeCloseTo(mean(row(2)), 5);
  });

  test('the quietest tenth are the frames with the least in all bins together', () => {
    const loudness = Array.from({ length: validFrames }, (_, frame) =>
      Array.from({ length: bins }, (_, bin) => row(bin)[frame]!).reduce((sum, value) => sum + value, 0),
    );
    const count = Math.max(1, Math.round(validFrames / 10));
    const quiet = [...loudness.keys()].sort((a, b) => loudness[a]! - loudness[b]!).slice(0, count);
    const [spectrum] = quietSpectra(store, [3]);
    for (const bin of [0, 4, 8]) {
      expect(spectrum![bin]).toBeCloseTo(mean(quiet.map((frame) => row(bin)[frame]!)), 4);
    }
  });
});

test('clips of any length are refused by the config', () => {
  const settings = { features: { size: { fit: 'keep' } } };
  expect(() => schema.parse(settings)).toThrow(/one size, pad or resize/);
});
