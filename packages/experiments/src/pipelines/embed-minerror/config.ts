import { z } from 'zod';
import { speechFields } from '../shared/config.ts';
import { classifierFields, coderFields, frameFeatures } from '../shared/frames/config.ts';
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

export const defaults = {
  features: frameFeatures,
} satisfies z.input<typeof schema>;
