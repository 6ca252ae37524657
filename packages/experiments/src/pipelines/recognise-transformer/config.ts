import { z } from 'zod';
import { recogniserFields } from '../shared/recogniseConfig.ts';

export const schema = z.strictObject({
  ...recogniserFields,
  model: z
    .strictObject({
      /** What one token stands for: a rectangle of the picture. `bins` null takes all of them: whole frames. */
      patch: z
        .strictObject({
          bins: z.int().min(1).max(1024).nullable().default(null),
          frames: z.int().min(1).max(1024).default(4),
        })
        .prefault({}),
      /** Numbers of each token inside of the network. */
      width: z.int().min(1).max(4096).default(96),
      heads: z.int().min(1).max(64).default(4),
      layers: z.int().min(1).max(32).default(2),
      /** Units between the two linear layers of each encoder layer. */
      feedforward: z.int().min(1).max(16_384).default(288),
      /**
       * How a token knows where it stands. Learnt positions begin small beside tokens of deviation 1, and in a thousand
       * steps they do not grow enough; sines are there from the start.
       */
      positions: z.enum(['learned', 'sinusoidal', 'none']).default('sinusoidal'),
      /** What the answer is made from: the mean of all tokens, or one that stands before them and belongs to none. */
      pooling: z.enum(['mean', 'class-token']).default('mean'),
      /** Normalise before attention and feed-forward instead of behind them. */
      normFirst: z.boolean().default(true),
      dropout: z.number().min(0).max(0.95).default(0.1),
    })
    .prefault({}),
});

export type RecogniseTransformerConfig = z.infer<typeof schema>;

/** Silence and depth as for the LSTM; bands and stretches of time hidden, and milder changes than those of the others. */
export const defaults = {
  features: {
    trimDb: 25,
    spectrum: { kind: 'log-mel', nFft: 256, winLength: 256, hopLength: 160, nMels: 24, topDb: 40 },
    size: { fit: 'pad', frames: 48 },
    normalise: { kind: 'mean-variance', over: 'utterance', per: 'all' },
  },
  augment: { specAugment: {} },
  vary: { tract: 0.1, tempo: 0.1, channel: 0.2 },
  training: { rate: 1e-3, epochs: 14 },
} satisfies z.input<typeof schema>;

export const quick = {
  corpus: { name: 'synth', speakers: 6, takes: 4 },
  companions: null,
  model: { width: 48, layers: 2, feedforward: 96, patch: { frames: 4 } },
  training: { epochs: 10 },
} as const;
