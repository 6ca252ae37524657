import { z } from 'zod';
import type { CorpusItem } from '../../corpora/corpus.ts';
import { openSynth } from '../../corpora/synth.ts';
import { computeFeatures } from '../../features/compute.ts';
import type { FeatureConfig } from '../../features/config.ts';
import type { Moments } from '../../features/moments.ts';
import type { FeatureStore } from '../../features/store.ts';
import type { Tools } from '../pipeline.ts';

/**
 * Invented people who speak along in training, and there alone. A corpus of few speakers teaches their voices with
 * the words; among hundreds of others, the words are what they have in common.
 */
export const companionsConfig = z.strictObject({
  speakers: z.int().min(2).max(10_000).default(500),
  /** How often each says each digit. */
  takes: z.int().min(1).max(100).default(1),
  /** Another seed, other people; those of the corpus `synth` have seed 0. */
  seed: z.int().min(0).max(1_000_000).default(1),
  /** Their share of the clips of an epoch. The corpus's own all come once, whatever the share. */
  share: z.number().min(0).max(0.95).default(0.5),
});

export type CompanionsConfig = z.infer<typeof companionsConfig>;

/** Their features, made as those of the corpus are. */
export async function companionFeatures(
  { speakers, takes, seed }: CompanionsConfig,
  features: FeatureConfig,
  moments: Moments | undefined,
  { threads, cacheFolder, signal, progress }: Tools,
): Promise<FeatureStore> {
  const { sampleRate } = features;
  const items: readonly CorpusItem[] = openSynth({ speakers, takes, seed, sampleRate }).items();
  const show = progress.bar(`features of ${items.length} companions`);
  const store = await computeFeatures(items, features, {
    ...{ threads, cacheFolder, signal },
    onProgress: ({ phase, done, total }) => phase === 'extracting' && show(done, total),
  });
  return moments === undefined ? store : store.normalisedBy(moments);
}

/** How many of them come in an epoch beside so many clips of the corpus. */
export function companionCount(clips: number, share: number): number {
  return Math.round((clips * share) / (1 - share));
}
