import { z } from 'zod';
import { speechFields, trainingFields } from '../shared/config.ts';

export const schema = z.strictObject({
  ...speechFields,
  model: z
    .strictObject({
      /** Units between the averaged frame and the ten answers. */
      hidden: z.int().min(1).max(65_536).default(64),
      /**
       * Every number of the averaged frame gets mean 0 and deviation 1 over the training set. Without it a plain min-max
       * picture leaves the averages so close to each other that the classifier learns little.
       */
      standardise: z.boolean().default(true),
    })
    .prefault({}),
  training: trainingFields.prefault({}),
});

export type EmbedAverageConfig = z.infer<typeof schema>;

/** Spectrograms of 128 bands, 80 dB deep, each clip from 0 to 1, as many frames as it has. */
export const defaults = {
  features: {
    spectrum: { kind: 'log-mel', nFft: 512, winLength: 512, hopLength: 128, nMels: 128, ref: 'max' },
    size: { fit: 'keep' },
    normalise: { kind: 'min-max', over: 'utterance', per: 'all' },
  },
} satisfies z.input<typeof schema>;

export const quick = {
  corpus: { name: 'synth', speakers: 6, takes: 4 },
  training: { epochs: 20 },
} satisfies z.input<typeof schema>;
