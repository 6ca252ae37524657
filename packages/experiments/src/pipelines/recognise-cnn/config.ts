import { z } from 'zod';
import { recogniserFields } from '../shared/recogniseConfig.ts';

export const schema = z.strictObject({
  ...recogniserFields,
  model: z
    .strictObject({
      /** One block for each: so many pictures come out of it. */
      channels: z.array(z.int().min(1).max(4096)).min(1).max(8).default([16, 32, 64, 128]),
      /** How many convolutions 3 × 3, each with batch-norm and ReLU, before a block halves both sides. */
      depth: z.int().min(1).max(4).default(1),
      /**
       * What is left of each picture at the end: its mean or its maximum over all places, or the same over time alone,
       * with bands kept apart. Where in time a pattern was tells little of a word, at which frequency it was a lot.
       */
      pooling: z.enum(['mean', 'max', 'mean-over-time', 'max-over-time']).default('mean'),
      /** Of what was heard, before the answer. */
      dropout: z.number().min(0).max(0.95).default(0.3),
    })
    .prefault({}),
});

export type RecogniseCnnConfig = z.infer<typeof schema>;

/** What lies 35 dB below the loudest frame is cut off at both ends: speakers differ in the silence they leave. */
export const defaults = {
  features: {
    trimDb: 35,
    spectrum: { kind: 'log-mel', nFft: 256, winLength: 256, hopLength: 160, nMels: 32 },
    size: { fit: 'pad', frames: 48 },
    normalise: { kind: 'mean-variance', over: 'utterance', per: 'all' },
  },
} satisfies z.input<typeof schema>;

export const quick = {
  corpus: { name: 'synth', speakers: 6, takes: 4 },
  companions: { speakers: 4, share: 0.2 },
  model: { channels: [8, 16, 32, 64] },
  training: { epochs: 8, rate: 0.006 },
} as const;
