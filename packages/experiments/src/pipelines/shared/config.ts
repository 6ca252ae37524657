import { z } from 'zod';
import { corpusConfig } from '../../corpora/open.ts';
import { splitConfig } from '../../corpora/splitConfig.ts';
import { featureConfig } from '../../features/config.ts';
import { augmentConfig } from './augment.ts';

/** What every pipeline on spoken digits is told of its data. */
export const speechFields = {
  corpus: corpusConfig.prefault({ name: 'synth' }),
  split: splitConfig.prefault({ kind: 'official' }),
  features: featureConfig.prefault({}),
  augment: augmentConfig.prefault({}),
  /** What a file that cannot be read or used does: the run ends, or goes on without it and lists it. */
  damaged: z.enum(['stop', 'skip']).default('stop'),
  /** Of weights, order of clips, and whatever else is drawn. Another seed, another run. */
  seed: z.int().min(0).max(Number.MAX_SAFE_INTEGER).default(0),
};

/** How long and how fast a model learns. */
export const trainingFields = z.strictObject({
  epochs: z.int().min(1).max(100_000).default(20),
  batchSize: z.int().min(1).max(65_536).default(32),
  /** Of Adam. */
  rate: z.number().positive().max(10).default(1e-3),
});

export type TrainingConfig = z.infer<typeof trainingFields>;
