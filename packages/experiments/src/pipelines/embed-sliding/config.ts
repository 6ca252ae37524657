import { z } from 'zod';
import { speechFields } from '../shared/config.ts';
import { classifierFields, coderFields, frameFeatures } from '../shared/frames/config.ts';

export const schema = z.strictObject({
  ...speechFields,
  autoencoder: z.strictObject(coderFields).prefault({}),
  classifier: classifierFields.prefault({}),
});

export type EmbedSlidingConfig = z.infer<typeof schema>;

export const defaults = {
  features: frameFeatures,
  // Half of what it will be shown are codes: one that knows frames alone loses many times as much of such pairs.
  autoencoder: { pairs: 'both' },
} satisfies z.input<typeof schema>;
