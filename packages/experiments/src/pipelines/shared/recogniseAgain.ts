import { fromArray, type Tensor } from '@sonograd/tensor';
import { z } from 'zod';
import type { Feature } from '../../features/fit.ts';
import type { FeatureStore } from '../../features/store.ts';
import { rowsOf } from './latent.ts';
import { clipOf, clipsAt, forAllClips } from './recogniseClips.ts';
import type { Recogniser } from './recogniser.ts';
import type { Variation, Varying } from './recogniseVary.ts';

/**
 * Before it answers, a recogniser hears each clip again: as a longer and a shorter vocal tract would have it, faster
 * and slower, and both. The answer is the mean of all; a stranger's voice may lie nearer to one of them.
 */
export const againConfig = z.strictObject({
  /** 0.1 hears all frequencies times 1 / 1.1 and times 1.1 as well; 0 leaves them alone. */
  tract: z.number().min(0).max(1).default(0.08),
  /** The same for durations. */
  tempo: z.number().min(0).max(1).default(0.15),
});

export type AgainConfig = z.infer<typeof againConfig>;

/** The clip as it is, and its changes: one, three or nine ways to hear it. */
export function viewsOf({ tract, tempo }: AgainConfig): Variation[] {
  const factors = (spread: number) => (spread === 0 ? [1] : [1, 1 / (1 + spread), 1 + spread]);
  return factors(tract).flatMap((tract) =>
    factors(tempo).map((tempo) => ({ tract, tempo, shift: 0, channel: [0, 0, 0], floor: 0 })),
  );
}

export interface Ear {
  readonly model: Recogniser;
  readonly varying: Varying;
  readonly views: readonly Variation[];
}

/** The certainty of each digit for every clip: means over all views. */
export async function hearAll(
  { model, varying, views }: Ear,
  store: FeatureStore,
  places: ArrayLike<number>,
): Promise<Float32Array[]> {
  const means = Array.from({ length: places.length }, () => new Float32Array(10));
  for (const view of views) {
    const clips = clipsAt(store, places, (feature) => viewed(varying, feature, view));
    const heard = await forAllClips(clips, ({ x, frames }) => rowsOf(certainty(model.forward(x, frames))));
    heard.forEach((row, clip) => {
      for (let digit = 0; digit < 10; digit++) means[clip]![digit]! += row[digit]! / views.length;
    });
  }
  return means;
}

/** One clip in all views at once, as logits [1, 10] of that mean. */
export function hearOne({ model, varying, views }: Ear, feature: Feature): Tensor {
  const clips = views.map((view) => clipOf(viewed(varying, feature, view), 0));
  const size = feature.data.length;
  const pictures = new Float32Array(views.length * size);
  for (const [index, { x }] of clips.entries()) pictures.set(x, index * size);
  const lengths = Int32Array.from(clips, ({ frames }) => frames);
  const logits = model.forward(
    fromArray(pictures, [views.length, size]) as Tensor,
    fromArray(lengths, [views.length]),
  );
  return certainty(logits).mean(0, { keepDims: true }).log() as Tensor;
}

const certainty = (logits: Tensor): Tensor => logits.softmax(-1) as Tensor;

/** A clip as it is goes unaltered, to the last bit. */
const viewed = (varying: Varying, feature: Feature, view: Variation): Feature =>
  view.tract === 1 && view.tempo === 1 ? feature : varying.vary(feature, view);
