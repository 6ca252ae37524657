import { RandomStream } from '@sonograd/dsp';
import { listDataset } from '@sonograd/nn';
import { randomKey } from '@sonograd/tensor';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PairCoder } from '../../../../packages/experiments/src/pipelines/shared/frames/coder.ts';
import {
  meanCodes,
  neighbouringFrames,
  remember,
  tallyCandidates,
  visitedPairs,
} from '../../../../packages/experiments/src/pipelines/shared/frames/recursion.ts';
import {
  collateUtterances,
  framesOf,
  utterancesOf,
} from '../../../../packages/experiments/src/pipelines/shared/frames/utterances.ts';
import {
  type Candidate,
  candidates,
  halfOfNow,
  type WalkOptions,
  walk,
} from '../../../../packages/experiments/src/pipelines/shared/frames/walk.ts';

const asTheyAre = (kinds: readonly Candidate[]): WalkOptions => ({
  candidates: kinds,
  usualErrors: kinds.map(() => 1),
});
const all = asTheyAre(candidates);

/** A coder of one band that keeps the second of a pair and forgets the first: its error is half of the first, squared. */
function forgetful(): PairCoder {
  const coder = new PairCoder({ bands: 1, activation: 'linear', key: randomKey(0) });
  coder.encoder.weight.data.set([0, 1]);
  coder.encoder.bias?.data.set([0]);
  coder.decoder.weight.data.set([0, 1]);
  coder.decoder.bias?.data.set([0, 0]);
  return coder;
}

describe('frames', () => {
  const data = Float32Array.of(9, 1, 2, 3, 9, 9, 10, 20, 30, 9);

  test('lie one after the other, without padding', () => {
    expect([...framesOf({ data, bins: 2, frames: 5, start: 1, validFrames: 3 })]).toEqual([
      1, 10, 2, 20, 3, 30,
    ]);
  });

  test('a single one comes twice, since pairs need two', () => {
    expect([...framesOf({ data, bins: 2, frames: 5, start: 2, validFrames: 1 })]).toEqual([2, 20, 2, 20]);
    expect([
      ...framesOf({ data: new Float32Array(0), bins: 2, frames: 0, start: 0, validFrames: 0 }),
    ]).toEqual([...[0, 0, 0, 0]]);
  });

  test('side by side they keep their lengths', () => {
    const items = [3, 2].map((length, y) => ({ x: new Float32Array(length).fill(y), y }));
    const { utterances, y } = collateUtterances(items);
    expect(utterances.map(({ length }) => length)).toEqual([3, 2]);
    expect(y.toArray()).toEqual([0, 1]);
    expect([...utterancesOf(listDataset([...items, ...items]), 3)].map(({ length }) => length)).toEqual([
      3, 1,
    ]);
  });

  test('every two neighbours', () => {
    const [pairs, short] = neighbouringFrames(
      [Float32Array.of(1, 2, 3, 4, 5, 6), Float32Array.of(7, 8, 9, 0)],
      2,
    );
    expect([...pairs!]).toEqual([1, 2, 3, 4, 3, 4, 5, 6]);
    expect([...short!]).toEqual([7, 8, 9, 0]);
  });
});

describe('PairCoder', () => {
  test('256-128-256 has 65,920 weights; a code is as wide as a frame', () => {
    const coder = new PairCoder({ bands: 128, activation: 'sigmoid', key: randomKey(0) });
    expect(coder.parameters().reduce((sum, { data }) => sum + data.length, 0)).toBe(65_920);
  });

  test.each([
    ['linear', -Infinity, Infinity],
    ['sigmoid', 0, 1],
    ['relu', 0, Infinity],
  ] as const)('codes that are %s lie from %d to %d', (activation, low, high) => {
    const coder = new PairCoder({ bands: 4, activation, key: randomKey(3) });
    const random = new RandomStream(4);
    const utterance = Float32Array.from({ length: 200 }, () => 5 * random.normal());
    const codes = Array.from(walk(coder, [utterance], asTheyAre(['frame-frame'])), ({ latents }) => [
      ...latents,
    ]);
    expect(codes.flat().every((value) => value >= low && value <= high)).toBe(true);
    expect(codes.flat().some((value) => value < 0)).toBe(activation === 'linear');
  });

  test('errors and codes of pairs, and what codes recall, by hand', () => {
    const steps = [...walk(forgetful(), [Float32Array.of(3, 1)], all)];
    expect(steps).toEqual([
      {
        ...{ time: 1, places: [0], kinds: ['frame-frame'], pairs: Float32Array.of(3, 1) },
        ...{ errors: Float32Array.of(4.5), chosen: Int32Array.of(0), latents: Float32Array.of(1) },
      },
    ]);
    expect([...forgetful().recall(Float32Array.of(5, 6))]).toEqual([0, 5, 0, 6]);
  });
});

describe('walk', () => {
  test('the pairs of each kind, in their order, and the one that loses least', () => {
    const [, second, third] = walk(forgetful(), [Float32Array.of(3, 1, 2, -4)], all);
    expect([...second!.pairs]).toEqual([1, 2, 1, 2, 2, 1]);
    // The first two lose the same: the first of equals.
    expect([...second!.chosen]).toEqual([0]);
    expect([...second!.latents]).toEqual([2]);
    expect([...third!.pairs]).toEqual([2, -4, 2, -4, -4, 2]);
    expect([...third!.errors]).toEqual([2, 2, 8]);
  });

  test('errors are compared with what is usual for their kind', () => {
    const usual = { candidates, usualErrors: [1, 1, 100] };
    const [, second] = walk(forgetful(), [Float32Array.of(3, 1, 2)], usual);
    expect(second!.kinds[second!.chosen[0]!]).toBe('frame-latent');
    expect([...second!.latents]).toEqual([1]);
  });

  test('those that have ended drop off, whatever the order they came in', () => {
    const utterances = [3, 5, 2, 5].map((length) => new Float32Array(length).fill(length));
    const steps = [...walk(forgetful(), utterances, all)];
    expect(steps.map(({ places }) => places)).toEqual([
      [1, 3, 0, 2],
      [1, 3, 0],
      [1, 3],
      [1, 3],
    ]);
  });

  test('nobody there, nothing to walk', () => {
    expect([...walk(forgetful(), [], all)]).toEqual([]);
  });

  test.each([[['latent-frame'] as const], [['frame-frame', 'latent-frame'] as const], [candidates]])(
    '%j: side by side as each alone, step by step as the definition',
    (kinds) => {
      const bands = 3;
      const coder = new PairCoder({ bands, activation: 'sigmoid', key: randomKey(1) });
      const random = new RandomStream(2);
      const lengths = fc.array(fc.integer({ min: 2, max: 7 }), { minLength: 1, maxLength: 5 });
      fc.assert(
        fc.property(lengths, (counts) => {
          const utterances = counts.map((count) =>
            Float32Array.from({ length: count * bands }, () => random.normal()),
          );
          const together = meanCodes(coder, utterances, asTheyAre(kinds));
          utterances.forEach((utterance, place) => {
            const expected = plainMeanCode(coder, utterance, kinds);
            together[place]!.forEach((value, band) => {
              expect(value).toBeCloseTo(expected[band]!, 5);
            });
          });
        }),
        { numRuns: 15 },
      );
    },
  );

  test('a pair holds the frame of now where it is said to', () => {
    for (const kind of candidates) {
      const [, second] = walk(forgetful(), [Float32Array.of(3, 1, 7)], asTheyAre([kind]));
      expect(second!.pairs[halfOfNow(kind)]).toBe(7);
    }
  });
});

/** The same by loops, in double precision, for one utterance. */
function plainMeanCode(coder: PairCoder, utterance: Float32Array, kinds: readonly Candidate[]): number[] {
  const { bands } = coder;
  const times = (weight: Float32Array, bias: Float32Array, x: readonly number[]) =>
    Array.from(bias, (shift, row) =>
      x.reduce((sum, value, column) => sum + value * weight[row * x.length + column]!, shift),
    );
  const encode = (pair: readonly number[]) =>
    times(coder.encoder.weight.data, coder.encoder.bias!.data, pair).map(
      (value) => 1 / (1 + Math.exp(-value)),
    );
  const errorOf = (pair: readonly number[]) =>
    times(coder.decoder.weight.data, coder.decoder.bias!.data, encode(pair)).reduce(
      (sum, value, at) => sum + (value - pair[at]!) ** 2,
      0,
    );
  const frame = (time: number) => [...utterance.subarray(time * bands, (time + 1) * bands)];
  const codes = [encode([...frame(0), ...frame(1)])];
  for (let time = 2; time < utterance.length / bands; time++) {
    const pairs = {
      'latent-frame': [...codes.at(-1)!, ...frame(time)],
      'frame-frame': [...frame(time - 1), ...frame(time)],
      'frame-latent': [...frame(time), ...codes.at(-1)!],
    };
    const best = kinds.map((kind) => pairs[kind]).reduce((a, b) => (errorOf(b) < errorOf(a) ? b : a));
    codes.push(encode(best));
  }
  return Array.from(
    { length: bands },
    (_, band) => codes.reduce((sum, code) => sum + code[band]!, 0) / codes.length,
  );
}

describe('what comes of a walk', () => {
  const coder = forgetful();
  const clips = listDataset([
    { x: Float32Array.of(3, 1, 2, -4), y: 0 },
    { x: Float32Array.of(1, 5), y: 1 },
  ]);

  test('mean codes: each pair counts the same', () => {
    const means = meanCodes(coder, [Float32Array.of(3, 1, 2, -4), Float32Array.of(1, 5)], all);
    expect(means.map(([mean]) => mean)).toEqual([expect.closeTo(-1 / 3, 6), 5]);
  });

  test('all pairs that came up, chosen or not', () => {
    const pairs = visitedPairs(
      coder,
      [Float32Array.of(3, 1, 2)],
      asTheyAre(['latent-frame', 'frame-latent']),
    );
    expect(pairs.map((step) => [...step])).toEqual([
      [3, 1],
      [1, 2, 2, 1],
    ]);
  });

  test('each frame is remembered by the half of the pair it went into', () => {
    expect([...remember(coder, Float32Array.of(3, 1, 2), asTheyAre(['latent-frame']))]).toEqual([0, 1, 2]);
    expect([...remember(coder, Float32Array.of(3, 1, 2), asTheyAre(['frame-latent']))]).toEqual([0, 1, 0]);
  });

  test('shares and errors, of all steps that had a choice', () => {
    const tallies = tallyCandidates(coder, clips, { candidates, usualErrors: [1, 1, 1] });
    expect(tallies).toEqual([
      { kind: 'latent-frame', share: 1, meanError: 1.25 },
      { kind: 'frame-frame', share: 0, meanError: 1.25 },
      { kind: 'frame-latent', share: 0, meanError: 5 },
    ]);
    const none = tallyCandidates(coder, listDataset([]), all);
    expect(none.map(({ share, meanError }) => [share, meanError])).toEqual([
      [0, 0],
      [0, 0],
      [0, 0],
    ]);
  });
});
