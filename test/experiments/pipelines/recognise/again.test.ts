import { fromArray, noGrad, randomKey, type Tensor } from '@sonograd/tensor';
import { describe, expect, test } from 'vitest';
import { featureConfig } from '../../../../packages/experiments/src/features/config.ts';
import type { Feature } from '../../../../packages/experiments/src/features/fit.ts';
import { memoryRows } from '../../../../packages/experiments/src/features/rows.ts';
import { type FeatureItem, FeatureStore } from '../../../../packages/experiments/src/features/store.ts';
import { LstmRecogniser } from '../../../../packages/experiments/src/pipelines/recognise-lstm/model.ts';
import {
  againConfig,
  type Ear,
  hearAll,
  hearOne,
  viewsOf,
} from '../../../../packages/experiments/src/pipelines/shared/recogniseAgain.ts';
import { clipOf } from '../../../../packages/experiments/src/pipelines/shared/recogniseClips.ts';
import { Varying } from '../../../../packages/experiments/src/pipelines/shared/recogniseVary.ts';

const [bins, frames] = [6, 8];
const config = featureConfig.parse({
  spectrum: { kind: 'log-mel', nMels: bins },
  size: { fit: 'pad', frames },
});

/** Clips of 3, 4, 5 … frames, each with a slope of its own. */
const items = Array.from({ length: 5 }, (_, n): FeatureItem => {
  const source = { kind: 'wav', path: `${n}` } as const;
  const about = { id: `${n}_anna_0`, digit: n, speaker: 'anna', take: 0, facts: {}, source, part: undefined };
  return { ...about, bins, frames, start: 0, validFrames: 3 + n };
});
const data = Float32Array.from({ length: items.length * bins * frames }, (_, i) => Math.sin(i * i));
const store = new FeatureStore({ config, items, skipped: [], rows: memoryRows(data) });
const places = items.map((_, place) => place);

function ear(again: Parameters<typeof againConfig.parse>[0]): Ear {
  const model = new LstmRecogniser({
    ...{ bins, frames, hidden: 4, layers: 1, bidirectional: true, dropout: 0.5 },
    key: randomKey(3),
  });
  return {
    model: model.eval() as LstmRecogniser,
    varying: new Varying(config),
    views: viewsOf(againConfig.parse(again)),
  };
}

/** What the model says of one picture by itself. */
function certainty({ model }: Ear, feature: Feature): number[] {
  const { x, frames } = clipOf(feature, 0);
  const lengths = fromArray(Int32Array.of(frames), [1]);
  return noGrad(() =>
    Array.from(model.forward(fromArray(x, [1, x.length]) as Tensor, lengths).softmax(-1).data),
  );
}

describe('viewsOf', () => {
  test.each([
    [{}, 9],
    [{ tempo: 0 }, 3],
    [{ tract: 0 }, 3],
    [{ tract: 0, tempo: 0 }, 1],
  ])('%j is so many ways to hear a clip, and the first is as it is', (again, count) => {
    const views = viewsOf(againConfig.parse(again));
    expect(views).toHaveLength(count);
    expect(views[0]).toEqual({ tract: 1, tempo: 1, shift: 0, channel: [0, 0, 0], floor: 0 });
    expect(new Set(views.map(({ tract, tempo }) => `${tract} ${tempo}`)).size).toBe(count);
  });

  test('as far up as down: factors and their inverses', () => {
    const tempos = viewsOf(againConfig.parse({ tract: 0, tempo: 0.25 })).map(({ tempo }) => tempo);
    expect(tempos).toEqual([1, 0.8, 1.25]);
  });
});

describe('hearing again', () => {
  test('with one view, the certainty is that of the model alone', async () => {
    const once = ear({ tract: 0, tempo: 0 });
    const heard = await hearAll(once, store, places);
    for (const place of places) {
      const alone = certainty(once, store.feature(place));
      for (const [digit, share] of heard[place]!.entries()) expect(share).toBeCloseTo(alone[digit]!, 6);
    }
  });

  test('with nine, it is the mean of what the model says of each, taken one by one', async () => {
    const often = ear({});
    const heard = await hearAll(often, store, places);
    for (const place of places) {
      const clip = store.feature(place);
      // The first view is the clip as it is, the others are changed ones.
      const changed = often.views.slice(1).map((view) => often.varying.vary(clip, view));
      const each = [clip, ...changed].map((feature) => certainty(often, feature));
      heard[place]!.forEach((share, digit) => {
        const mean = each.reduce((sum, shares) => sum + shares[digit]!, 0) / each.length;
        expect(share).toBeCloseTo(mean, 5);
      });
    }
  });

  test('certainties of a clip come to one', async () => {
    for (const row of await hearAll(ear({}), store, places)) {
      expect(row.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 5);
    }
  });

  test('one clip by itself is heard as among others', async () => {
    const often = ear({});
    const heard = await hearAll(often, store, places);
    for (const place of places) {
      const logits = noGrad(() => hearOne(often, store.feature(place)));
      expect(logits.shape).toEqual([1, 10]);
      const shares = noGrad(() => Array.from((logits as Tensor).softmax(-1).data));
      for (const [digit, share] of shares.entries()) expect(share).toBeCloseTo(heard[place]![digit]!, 5);
    }
  });

  test('what is heard is left as it was', async () => {
    const before = store.feature(2).data.slice();
    await hearAll(ear({}), store, places);
    expect(store.feature(2).data).toEqual(before);
  });
});
