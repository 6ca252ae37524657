import { randomKey } from '@sonograd/tensor';
import { describe, expect, test } from 'vitest';
import { VaeSystem } from '../../../../packages/experiments/src/pipelines/vae/model.ts';
import {
  judged,
  rightShare,
  sureness,
  verdicts,
} from '../../../../packages/experiments/src/pipelines/vae/trials.ts';

const trial = (wanted: number | undefined, digit: number, confidence: number) => ({
  ...{ wanted, heard: { digit, confidence } },
});

test('shares and means by hand', () => {
  const trials = [trial(3, 3, 0.9), trial(4, 3, 0.5), trial(7, 7, 0.4), trial(0, 1, 0.2)];
  expect(rightShare(trials)).toBe(0.5);
  expect(sureness(trials)).toBeCloseTo(0.5, 12);
});

describe('judged', () => {
  const key = randomKey(2);
  const small = { bins: 8, frames: 8, channels: [2, 2, 2], latent: 3, batchNorm: false } as const;
  const heard = { digit: 1, confidence: 0.5 };
  const looks = [{ digit: 1, before: heard, after: { digit: 2, confidence: 0.7 } }];
  const trialsOf = (conditional: boolean) =>
    judged(new VaeSystem({ ...small, conditional, key, judgeKey: key }).eval(), looks, 0);

  test('clips are tried before and after, and every digit is asked for equally often', () => {
    const { real, regenerated, ordered, prior } = trialsOf(false);
    expect([rightShare(real), rightShare(regenerated)]).toEqual([1, 0]);
    for (let digit = 0; digit < 10; digit++) {
      expect(ordered.filter(({ wanted }) => wanted === digit)).toHaveLength(25);
    }
    expect(prior.map(({ wanted }) => wanted)).toEqual(Array(250).fill(undefined));
  });

  test('from the prior a digit can be asked for where the model is told', () => {
    expect(new Set(trialsOf(true).prior.map(({ wanted }) => wanted)).size).toBe(10);
    const [told, untold] = [true, false].map((conditional) => verdicts(trialsOf(conditional)).rows[3]!);
    expect(told![2]).toBeTypeOf('number');
    expect(untold![2]).toBe('nobody asked');
  });

  test('the same seed, the same verdicts', () => {
    expect(trialsOf(true)).toEqual(trialsOf(true));
  });
});
