import { z } from 'zod';
import { speechFields } from '../shared/config.ts';
import { classifierFields, coderFields } from '../shared/frames/config.ts';

export const schema = z.strictObject({
  ...speechFields,
  autoencoder: z.strictObject(coderFields).prefault({}),
  classifier: classifierFields.prefault({}),
});

export type EmbedSlidingConfig = z.infer<typeof schema>;

/** Spectrograms of 128 bands, 80 dB deep, each clip from 0 to 1, as many frames as it has. */
export const defaults = {
  features: {
    spectrum: { kind: 'log-mel', nFft: 512, winLength: 512, hopLength: 128, nMels: 128, ref: 'max' },
    size: { fit: 'keep' },
    normalise: { kind: 'min-max', over: 'utterance', per: 'all' },
  },
  autoencoder: { pairs: 'both' },
} satisfies z.input<typeof schema>;

export const quick = {
  corpus: { name: 'synth', speakers: 6, takes: 3 },
  features: { spectrum: { nMels: 40 } },
  autoencoder: { training: { epochs: 4 } },
} as const;
