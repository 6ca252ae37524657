import { z } from 'zod';
import { speechFields, trainingFields } from '../shared/config.ts';

const units = z.int().min(1).max(65_536);

export const schema = z.strictObject({
  ...speechFields,
  autoencoder: z
    .strictObject({
      /** Units on the way in, and on the way back. */
      hidden: units.default(512),
      /** Numbers that stand for a whole clip. */
      code: units.default(256),
      training: trainingFields.prefault({}),
    })
    .prefault({}),
  classifier: z
    .strictObject({
      hidden: units.default(64),
      /** Every number of the code gets mean 0 and deviation 1 over the training set. */
      standardise: z.boolean().default(true),
      training: trainingFields.prefault({}),
    })
    .prefault({}),
});

export type EmbedConcatConfig = z.infer<typeof schema>;

/** Spectrograms of 128 bands, 80 dB deep, each clip from 0 to 1; a second's worth of frames, silence behind the word. */
export const defaults = {
  features: {
    spectrum: { kind: 'log-mel', nFft: 512, winLength: 512, hopLength: 128, nMels: 128, ref: 'max' },
    size: { fit: 'pad', frames: 64 },
    normalise: { kind: 'min-max', over: 'utterance', per: 'all' },
  },
} satisfies z.input<typeof schema>;

export const quick = {
  corpus: { name: 'synth', speakers: 6, takes: 4 },
  features: { spectrum: { nMels: 32 }, size: { frames: 32 } },
  autoencoder: { hidden: 64, code: 32, training: { epochs: 8 } },
  classifier: { training: { epochs: 20 } },
} as const;
