import { z } from 'zod';
import { companionsConfig } from '../shared/companions.ts';
import { speechFields } from '../shared/config.ts';

const units = z.int().min(1).max(65_536);
/** Embeddings lie on the unit sphere, where no two are further apart than 2. */
const margin = z.number().positive().max(2);

export const schema = z
  .strictObject({
    ...speechFields,
    /** Voices that are drawn along in training; null leaves the corpus to itself. Baselines never hear them. */
    companions: companionsConfig.nullable().default(null),
    model: z
      .strictObject({
        /** Of the recurrent layer, in each direction. */
        units: units.default(256),
        /** Numbers that stand for a voice. */
        embedding: units.default(256),
        /** What becomes of the frames: the states at both ends, or the mean over all of them. */
        pooling: z.enum(['last', 'mean']).default('mean'),
      })
      .prefault({}),
    loss: z
      .discriminatedUnion('kind', [
        /** Pairs: those of a speaker attract, others repel until they are so far apart. */
        z.strictObject({ kind: z.literal('contrastive'), margin: margin.default(1) }),
        /** Triplets: a clip of the same speaker must be nearer than one of another, by so much. */
        z.strictObject({ kind: z.literal('triplet'), margin: margin.default(0.5) }),
      ])
      .prefault({ kind: 'contrastive' }),
    training: z
      .strictObject({
        epochs: z.int().min(1).max(100_000).default(4),
        /** Draws of three clips: two of one speaker, one of another. Each is two pairs. */
        drawsPerEpoch: z.int().min(1).max(10_000_000).default(512),
        /** Draws in a step. */
        batchSize: z.int().min(1).max(65_536).default(8),
        /** Of Adam. */
        rate: z.number().positive().max(10).default(5e-4),
        /** Draws from the clips held out, the same after every epoch. */
        heldDraws: z.int().min(1).max(1_000_000).default(128),
      })
      .prefault({}),
    baseline: z
      .strictObject({
        /** Added to the scatter within speakers, as a share of its mean variance: more bins than takes have no inverse. */
        ridge: z.number().positive().max(10).default(0.01),
      })
      .prefault({}),
  })
  .superRefine(({ features }, context) => {
    if (features.size.fit !== 'keep') return;
    const path = ['features', 'size', 'fit'];
    context.addIssue({ code: 'custom', path, message: 'three clips in a row need one size, pad or resize' });
  });

export type SpeakerSiameseConfig = z.infer<typeof schema>;

/** The whole spectrum, 513 bins, in decibels: a second's worth of frames, each bin standardised on the training set. */
export const defaults = {
  features: {
    spectrum: { kind: 'magnitude', nFft: 1024, winLength: 512, hopLength: 128, compress: 'db' },
    size: { fit: 'pad', frames: 64 },
    normalise: { kind: 'mean-variance', over: 'corpus', per: 'bin' },
  },
} satisfies z.input<typeof schema>;

export const quick = {
  corpus: { name: 'synth', speakers: 6, takes: 4 },
  split: { kind: 'stratified', testShare: 0.25, validationShare: 0.1 },
  features: { spectrum: { nFft: 256, winLength: 256, hopLength: 128 }, size: { frames: 32 } },
  model: { units: 16, embedding: 16 },
  training: { epochs: 10, drawsPerEpoch: 128, batchSize: 4, rate: 3e-3, heldDraws: 32 },
} as const;
