import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { encodeWav, siSdr, snr, whiteNoise } from '@sonograd/dsp';
import { describe, expect, test } from 'vitest';
import {
  baselines,
  oracleWiener,
} from '../../../../packages/experiments/src/pipelines/denoise-stft/baselines.ts';
import {
  heldClips,
  levelOf,
  type NoisyClip,
  noisyAt,
  trainingClips,
} from '../../../../packages/experiments/src/pipelines/denoise-stft/noisyClips.ts';
import {
  describeSounds,
  prepareSounds,
} from '../../../../packages/experiments/src/pipelines/denoise-stft/sounds.ts';
import type { Tools } from '../../../../packages/experiments/src/pipelines/pipeline.ts';
import { scratchFolder } from '../../corporaSupport.ts';
import { clipOf, distance, energy, smallConfig, word } from './support.ts';

const decibels = (a: number, b: number): number => 10 * Math.log10(a / b);
const minus = (a: Float32Array, b: Float32Array): Float32Array => a.map((value, index) => value - b[index]!);

describe('noisyAt', () => {
  test.each([
    ['white', 0],
    ['white', -8],
    ['pink', 5],
    ['brown', -3],
    ['babble', 0],
  ] as const)('%s noise at %i dB, over the whole clip', (color, snrDb) => {
    const clip = clipOf('a', word(3000));
    const { noisy, clean } = noisyAt(clip, { color, snrDb, sampleRate: 4000, seed: 0 });
    expect(snr(clean, noisy)).toBeCloseTo(snrDb, 4);
    expect(clean).toBe(clip.samples());
  });

  test('the name of the clip and the seed choose the noise', () => {
    const at = (id: string, seed: number) =>
      noisyAt(clipOf(id, word(500)), { color: 'white', snrDb: 0, sampleRate: 4000, seed }).noisy;
    expect(at('a', 1)).toEqual(at('a', 1));
    expect(distance(at('a', 1), at('b', 1))).toBeGreaterThan(0.01);
    expect(distance(at('a', 1), at('a', 2))).toBeGreaterThan(0.01);
  });
});

describe('trainingClips', () => {
  const config = smallConfig({ noise: { lowDb: -6, highDb: -6, gainDb: 0 }, training: { seconds: 0.25 } });
  const [short, long] = [clipOf('short', word(600)), clipOf('long', word(2500))];
  const clips = trainingClips([short, long], config);

  test('all have one length, and the noisy one has the level 1', () => {
    expect(clips.length).toBe(2);
    for (const index of [0, 1]) {
      const { noisy, clean } = clips.get(index, 3);
      expect([noisy.length, clean.length]).toEqual([1000, 1000]);
      expect(levelOf(noisy)).toBeCloseTo(1, 5);
    }
  });

  test('a pure function of seed, epoch and clip', () => {
    expect(trainingClips([short, long], config).get(1, 7)).toEqual(clips.get(1, 7));
    expect(distance(clips.get(0, 1).noisy, clips.get(0, 2).noisy)).toBeGreaterThan(0.1);
    const other = trainingClips([short, long], smallConfig({ ...config, seed: 1 }));
    expect(distance(other.get(0, 1).noisy, clips.get(0, 1).noisy)).toBeGreaterThan(0.1);
  });

  test('noise around a short clip too, as loud as within', () => {
    const { noisy, clean } = clips.get(0, 0);
    const noise = minus(noisy, clean);
    const first = clean.findIndex((sample) => sample !== 0);
    // The word has a zero at its ends.
    expect(first).toBeLessThan(410);
    const perSample = energy(noise) / 1000;
    expect(decibels(energy(clean) / 600, perSample)).toBeCloseTo(-6, 3);
    const [outside, inside] = [noise.subarray(620), noise.subarray(0, 380)];
    expect(Math.abs(decibels(energy(outside) / 380, energy(inside) / 380))).toBeLessThan(1.5);
  });

  test('of a long clip a stretch, which is not always the same', () => {
    const starts = [0, 1, 2, 3].map((epoch) => {
      const { clean } = clips.get(1, epoch);
      const gain = Math.sqrt(energy(clean));
      return clean
        .map((sample) => sample / gain)
        .slice(0, 5)
        .join();
    });
    expect(new Set(starts).size).toBe(4);
  });

  test('ratios and levels come from their ranges', () => {
    const wide = smallConfig({ noise: { lowDb: -10, highDb: 10, gainDb: 6 }, training: { seconds: 0.15 } });
    const drawn = trainingClips([clipOf('even', whiteNoise(600, { seed: 1 }))], wide);
    const all = Array.from({ length: 60 }, (_, epoch) => drawn.get(0, epoch));
    const ratios = all.map(({ noisy, clean }) => snr(clean, noisy));
    const levels = all.map(({ noisy }) => 20 * Math.log10(levelOf(noisy)));
    for (const [values, low, high] of [
      [ratios, -10, 10],
      [levels, -6, 6],
    ] as const) {
      expect(Math.min(...values)).toBeGreaterThanOrEqual(low - 0.01);
      expect(Math.max(...values)).toBeLessThanOrEqual(high + 0.01);
      expect(Math.max(...values) - Math.min(...values)).toBeGreaterThan(0.8 * (high - low));
    }
  });

  test('colours take turns by chance', () => {
    const colours = smallConfig({ noise: { colors: ['white', 'brown'] }, training: { seconds: 0.15 } });
    const drawn = trainingClips([clipOf('c', word(600))], colours);
    const roughness = Array.from({ length: 20 }, (_, epoch) => {
      const { noisy, clean } = drawn.get(0, epoch);
      const noise = minus(noisy, clean);
      return energy(minus(noise.subarray(1), noise.subarray(0, -1))) / energy(noise);
    });
    // White noise differs from its neighbour by twice its own energy, brown noise hardly at all.
    expect(roughness.filter((value) => value > 1).length).toBeGreaterThan(3);
    expect(roughness.filter((value) => value < 0.5).length).toBeGreaterThan(3);
  });
});

test('heldClips: every clip at every ratio in every colour, the same whenever they are asked for', () => {
  const config = smallConfig({
    noise: { testDb: [3, -3], colors: ['white', 'pink'] },
    training: { seconds: 0.15 },
  });
  const held = heldClips([clipOf('a', word(600)), clipOf('b', word(600))], config);
  expect(held.length).toBe(8);
  const ratios = Array.from({ length: 8 }, (_, index) => {
    const { noisy, clean } = held.get(index) as NoisyClip;
    return Math.round(snr(clean, noisy));
  });
  expect(ratios).toEqual([3, -3, 3, -3, 3, -3, 3, -3]);
  expect(held.get(5)).toEqual(held.get(5));
});

test('levelOf: the root of the mean square; 1 for silence', () => {
  expect(levelOf(Float32Array.of(3, -4, 0, 0))).toBe(2.5);
  expect(levelOf(new Float32Array(4))).toBe(1);
});

describe('methods that learn nothing', () => {
  const frames = { nFft: 128, hopLength: 32 };
  // A pause before the word: something to learn the noise from.
  const clean = Float32Array.from([...new Float32Array(1500), ...word(2500)]);
  const noise = whiteNoise(4000, { seed: 4, rms: levelOf(clean) });
  const noisy = clean.map((sample, index) => sample + noise[index]!);

  test.each(Object.entries(baselines))('%s takes at least 3 dB of noise away', (_, method) => {
    const out = method({ noisy, clean: new Float32Array(0), frames });
    expect(out).toHaveLength(4000);
    expect(snr(clean, out) - snr(clean, noisy)).toBeGreaterThan(3);
    expect(siSdr(clean, out)).toBeGreaterThan(siSdr(clean, noisy) + 2);
  });

  test('none of them reaches who knows the answer', () => {
    const best = snr(clean, oracleWiener({ noisy, clean, frames }));
    for (const method of Object.values(baselines)) {
      expect(snr(clean, method({ noisy, clean, frames }))).toBeLessThan(best);
    }
  });

  test('who knows the answer leaves a clean sound alone', () => {
    const word = clean.subarray(1600, 3900);
    expect(distance(oracleWiener({ noisy: word, clean: word, frames }), word)).toBeLessThan(1e-6);
  });

  test('silence and sounds of one frame come back', () => {
    for (const [name, method] of [...Object.entries(baselines), ['oracle', oracleWiener] as const]) {
      const silence = new Float32Array(200);
      expect(energy(method({ noisy: silence, clean: silence, frames })), name).toBe(0);
      const tick = Float32Array.of(0.5);
      expect(method({ noisy: tick, clean: tick, frames }).every(Number.isFinite), name).toBe(true);
    }
  });
});

describe('prepareSounds', () => {
  const notes: string[] = [];
  const tools: Tools = {
    ...{ threads: 1, cacheFolder: 'unused', signal: new AbortController().signal },
    progress: { note: (line) => void notes.push(line), bar: () => () => undefined, training: () => ({}) },
  };
  const synth = smallConfig({ corpus: { name: 'synth', speakers: 3, takes: 2 } });

  test('clips at the rate of the model, shared out', async () => {
    const data = await prepareSounds(synth, tools);
    expect([data.train.length + data.validation.length, data.test.length]).toEqual([40, 20]);
    const { item, samples } = data.test[0]!;
    expect(samples().length / 4000).toBeGreaterThan(0.1);
    expect(samples()).toBe(samples());
    expect(item.part).toBe('test');
    expect(describeSounds(data)).toMatchObject({ name: 'synth', test: 20, speakers: 3, skipped: [] });
  });

  test('everything is a test where that is asked', async () => {
    const data = await prepareSounds(synth, tools, { everythingIsTest: true });
    expect([data.train.length, data.test.length]).toEqual([0, 60]);
  });

  const folder = join(scratchFolder(), 'sounds');
  const settings = (damaged: 'stop' | 'skip') =>
    smallConfig({
      ...{ corpus: { name: 'folder', folder }, damaged },
      split: { kind: 'stratified', testShare: 0.2, validationShare: 0 },
    });

  test('damaged files and silence end it, or are left out with a word', async () => {
    mkdirSync(folder);
    for (let take = 0; take < 6; take++) {
      const samples = take === 5 ? new Float32Array(400) : word(400);
      const bytes = encodeWav({ channels: [samples], sampleRate: 4000 });
      writeFileSync(join(folder, `3_ann_${take}.wav`), take === 4 ? bytes.subarray(0, 50) : bytes);
    }
    await expect(prepareSounds(settings('stop'), tools)).rejects.toThrow(
      /^sounds: damaged, 3_ann_\d \(.*\); leave such out by --set damaged=skip$/,
    );
    const data = await prepareSounds(settings('skip'), tools);
    expect(data.skipped.map(({ id }) => id).sort()).toEqual(['3_ann_4', '3_ann_5']);
    expect(data.skipped.find(({ id }) => id === '3_ann_5')?.reason).toBe('there is nothing but silence');
    expect(notes).toHaveLength(2);
  });
});
