import { z } from 'zod';
import { speechFields } from '../shared/config.ts';
import { classifierFields, coderFields } from '../shared/frames/config.ts';
import { candidates } from '../shared/frames/walk.ts';

export const schema = z.strictObject({
  ...speechFields,
  autoencoder: z
    .strictObject({
      ...coderFields,
      /** Pairs to choose from at each step; the first of equals is taken. */
      candidates: z
        .array(z.enum(candidates))
        .min(1)
        .refine((kinds) => new Set(kinds).size === kinds.length, 'each candidate at most once')
        .default([...candidates]),
      /**
       * Errors as they are, as published, or each divided by what is usual for its kind: two frames that overlap are so
       * much easier than a code and a frame that otherwise there is hardly a choice.
       */
      compare: z.enum(['raw', 'normalised']).default('raw'),
    })
    .prefault({}),
  classifier: classifierFields.prefault({}),
});

export type EmbedMinErrorConfig = z.infer<typeof schema>;

/** Spectrograms of 128 bands, 80 dB deep, each clip from 0 to 1, as many frames as it has. */
export const defaults = {
  features: {
    spectrum: { kind: 'log-mel', nFft: 512, winLength: 512, hopLength: 128, nMels: 128, ref: 'max' },
    size: { fit: 'keep' },
    normalise: { kind: 'min-max', over: 'utterance', per: 'all' },
  },
} satisfies z.input<typeof schema>;

export const quick = {
  corpus: { name: 'synth', speakers: 6, takes: 3 },
  features: { spectrum: { nMels: 40 } },
  autoencoder: { training: { epochs: 4 } },
} as const;
