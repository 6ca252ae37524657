import { RandomStream } from '@sonograd/dsp';
import { listDataset, stateDict } from '@sonograd/nn';
import { randomKey } from '@sonograd/tensor';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PairCoder } from '../../../../packages/experiments/src/pipelines/shared/frames/coder.ts';
import {
  FrameModel,
  loadFrameModel,
} from '../../../../packages/experiments/src/pipelines/shared/frames/model.ts';
import { pairErrors } from '../../../../packages/experiments/src/pipelines/shared/frames/pairErrors.ts';
import {
  meanCodes,
  neighbouringFrames,
  remember,
  tallyCandidates,
  visitedPairs,
} from '../../../../packages/experiments/src/pipelines/shared/frames/recursion.ts';
import { framesOf } from '../../../../packages/experiments/src/pipelines/shared/frames/utterances.ts';
import {
  type Candidate,
  candidates,
  type WalkOptions,
  walk,
} from '../../../../packages/experiments/src/pipelines/shared/frames/walk.ts';

const bands = 3;
const coder = new PairCoder({ bands, activation: 'linear', key: randomKey(7) });

/** Utterances of some lengths, fixed by a seed. */
function utterancesFrom(seed: number, lengths: readonly number[]): Float32Array[] {
  const random = new RandomStream(seed);
  return lengths.map((length) => Float32Array.from({ length: length * bands }, () => random.uniform()));
}

const lengths = fc.array(fc.integer({ min: 2, max: 9 }), { minLength: 1, maxLength: 6 });
const seeds = fc.integer({ min: 0, max: 10_000 });
const some = fc.subarray([...candidates], { minLength: 1 });
const comparing = (kinds: readonly Candidate[], usual = 1): WalkOptions => ({
  candidates: kinds,
  usualErrors: kinds.map(() => usual),
});

describe('laws of walks', () => {
  const law = (title: string, check: (seed: number, counts: number[], kinds: Candidate[]) => void) =>
    test(title, () => fc.assert(fc.property(seeds, lengths, some, check), { numRuns: 25 }));

  law('there are as many steps for an utterance as it has frames but one', (seed, counts, kinds) => {
    const steps = counts.map(() => 0);
    for (const { places } of walk(coder, utterancesFrom(seed, counts), comparing(kinds))) {
      for (const place of places) steps[place]! += 1;
    }
    expect(steps).toEqual(counts.map((count) => count - 1));
  });

  law('the chosen pair loses least of all', (seed, counts, kinds) => {
    for (const { errors, chosen } of walk(coder, utterancesFrom(seed, counts), comparing(kinds))) {
      chosen.forEach((kind, row) => {
        const all = Array.from(errors).filter((_, at) => at % chosen.length === row);
        expect(errors[kind * chosen.length + row]).toBe(Math.min(...all));
      });
    }
  });

  law('what is usual for all kinds alike changes nothing', (seed, counts, kinds) => {
    const utterances = utterancesFrom(seed, counts);
    // A power of two: the division is exact.
    expect(meanCodes(coder, utterances, comparing(kinds, 0.25))).toEqual(
      meanCodes(coder, utterances, comparing(kinds)),
    );
  });

  law('the company an utterance is in does not matter, nor its place', (seed, counts, kinds) => {
    const utterances = utterancesFrom(seed, counts);
    const means = meanCodes(coder, utterances, comparing(kinds));
    const turned = meanCodes(coder, utterances.toReversed(), comparing(kinds)).toReversed();
    means.forEach((mean, place) => {
      mean.forEach((value, band) => {
        expect(turned[place]![band]).toBeCloseTo(value, 5);
      });
    });
  });

  law('one candidate is no choice, whatever it loses', (seed, counts, kinds) => {
    for (const kind of kinds) {
      for (const step of walk(coder, utterancesFrom(seed, counts), comparing([kind], 1e-3))) {
        expect([...step.chosen]).toEqual(step.places.map(() => 0));
        expect(step.kinds).toEqual([step.time === 1 ? 'frame-frame' : kind]);
      }
    }
  });

  law('the first step has none: all candidates would be the same two frames', (seed, counts, kinds) => {
    const utterances = utterancesFrom(seed, counts);
    const [first] = walk(coder, utterances, comparing(kinds));
    const pairs = first!.places.flatMap((place) => [...utterances[place]!.subarray(0, 2 * bands)]);
    expect([...first!.pairs]).toEqual(pairs);
    expect(first!.places).toHaveLength(utterances.length);
  });

  law('every candidate of every step is a pair that was visited', (seed, counts, kinds) => {
    const pairs = visitedPairs(coder, utterancesFrom(seed, counts), comparing(kinds));
    const values = pairs.reduce((sum, { length }) => sum + length, 0);
    const first = counts.length;
    const later = counts.reduce((sum, count) => sum + count - 2, 0);
    expect(values).toBe(2 * bands * (first + kinds.length * later));
  });

  law('shares are all there is, where there was a choice', (seed, counts, kinds) => {
    const clips = listDataset(utterancesFrom(seed, counts).map((x) => ({ x, y: 0 })));
    const total = tallyCandidates(coder, clips, comparing(kinds)).reduce((sum, { share }) => sum + share, 0);
    expect(total).toBeCloseTo(counts.some((count) => count > 2) ? 1 : 0, 9);
  });

  law('frame + frame alone has no memory: its codes are those of the neighbours', (seed, counts) => {
    const utterances = utterancesFrom(seed, counts);
    const walked = visitedPairs(coder, utterances, comparing(['frame-frame']));
    const sum = (parts: readonly Float32Array[]) =>
      parts.flatMap((part) => [...part]).reduce((a, b) => a + b, 0);
    expect(sum(walked)).toBeCloseTo(sum(neighbouringFrames(utterances, bands)), 3);
  });
});

describe('a coder of means', () => {
  /** Of one band: the code is the mean of the pair, and it forgets nothing of pairs whose halves are equal. */
  const twin = new PairCoder({ bands: 1, activation: 'linear', key: randomKey(0) });
  twin.encoder.weight.data.set([0.5, 0.5]);
  twin.encoder.bias?.data.fill(0);
  twin.decoder.weight.data.set([1, 1]);
  twin.decoder.bias?.data.fill(0);

  test('an utterance that stays as it is, is remembered as it is', () => {
    const still = new Float32Array(6).fill(0.75);
    expect(remember(twin, still, comparing(['latent-frame']))).toEqual(still);
    expect([...meanCodes(twin, [still], comparing(candidates))[0]!]).toEqual([expect.closeTo(0.75, 6)]);
  });

  test('sliding halves what was heard with every step: the last frame counts most', () => {
    const click = Float32Array.of(0, 8, 0, 0, 0);
    const latents = Array.from(walk(twin, [click], comparing(['latent-frame'])), (step) => step.latents[0]);
    expect(latents).toEqual([4, 2, 1, 0.5]);
    const late = Float32Array.of(0, 0, 0, 0, 8);
    const [early, last] = meanCodes(twin, [click, late], comparing(['latent-frame'])).map(([mean]) => mean);
    expect([early, last]).toEqual([7.5 / 4, 1]);
  });

  test('its error is a quarter of the squared difference of the halves', () => {
    const [step] = walk(twin, [Float32Array.of(1, 5)], comparing(candidates));
    expect([...step!.errors]).toEqual([4]);
  });

  test('of candidates it takes the pair whose halves are most alike', () => {
    const kinds: Candidate[] = ['frame-frame', 'latent-frame'];
    // The code of the first two is 2; of now, 3, it is nearer than the frame before, 4.
    const [, near] = walk(twin, [Float32Array.of(0, 4, 3)], comparing(kinds));
    expect(near!.kinds[near!.chosen[0]!]).toBe('frame-frame');
    const [, far] = walk(twin, [Float32Array.of(0, 4, 2.5)], comparing(kinds));
    expect(far!.kinds[far!.chosen[0]!]).toBe('latent-frame');
  });
});

describe('frames and padding', () => {
  const rows = fc.record({
    bins: fc.integer({ min: 1, max: 4 }),
    start: fc.integer({ min: 0, max: 3 }),
    validFrames: fc.integer({ min: 2, max: 6 }),
    behind: fc.integer({ min: 0, max: 3 }),
  });

  test('an utterance is the clip, wherever padding puts it', () => {
    fc.assert(
      fc.property(rows, ({ bins, start, validFrames, behind }) => {
        const frames = start + validFrames + behind;
        const value = (bin: number, frame: number) => 10 * frame + bin;
        const data = Float32Array.from({ length: bins * frames }, (_, at) => {
          const frame = (at % frames) - start;
          return frame < 0 || frame >= validFrames ? -1 : value(Math.floor(at / frames), frame);
        });
        const expected = Array.from({ length: validFrames }, (_, frame) =>
          Array.from({ length: bins }, (_, bin) => value(bin, frame)),
        ).flat();
        expect([...framesOf({ data, bins, frames, start, validFrames })]).toEqual(expected);
      }),
    );
  });
});

describe('errors of pairs', () => {
  const clips = listDataset(utterancesFrom(3, [4, 6, 2]).map((x) => ({ x, y: 0 })));
  const make = (size: number) =>
    new FrameModel({
      bands: size,
      activation: 'relu',
      candidates: ['frame-frame'],
      hidden: 2,
      key: randomKey(1),
    });

  test('where frames alone are visited, both errors are one', () => {
    const { testMse, visitedMse } = pairErrors(make(bands), clips);
    expect(visitedMse).toBeCloseTo(testMse, 7);
  });

  test('the mean of all pairs loses their variance, by the definition', () => {
    const pairs = neighbouringFrames(
      [0, 1, 2].map((index) => (clips.get(index) as { x: Float32Array }).x),
      bands,
    ).flatMap((row) =>
      Array.from({ length: row.length / 6 }, (_, at) => [...row.subarray(6 * at, 6 * at + 6)]),
    );
    const mean = Array.from(
      { length: 6 },
      (_, i) => pairs.reduce((sum, pair) => sum + pair[i]!, 0) / pairs.length,
    );
    const squares = pairs.flatMap((pair) => pair.map((value, i) => (value - mean[i]!) ** 2));
    const variance = squares.reduce((sum, square) => sum + square, 0) / squares.length;
    expect(pairErrors(make(bands), clips).meanPairMse).toBeCloseTo(variance, 9);
  });

  test('a model is read back at the size its weights have, and does the same', () => {
    const model = make(bands);
    const read = loadFrameModel(stateDict(model), make);
    expect(read.coder.bands).toBe(bands);
    expect(read.training).toBe(false);
    const utterances = utterancesFrom(5, [3, 8]);
    expect(read.embed(utterances)).toEqual(model.embed(utterances));
  });
});
