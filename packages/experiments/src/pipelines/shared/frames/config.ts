import { z } from 'zod';
import type { FeatureSettings } from '../../../features/config.ts';
import { trainingFields } from '../config.ts';
import { codeActivation } from './coder.ts';

/** What pair coders have in common. */
export const coderFields = {
  activation: codeActivation.default('linear'),
  /**
   * What the autoencoder learns from: neighbouring frames, the pairs that come up when it encodes utterances itself,
   * or both.
   */
  pairs: z.enum(['frames', 'visited', 'both']).default('frames'),
  /** Utterances make a batch; an utterance has as many pairs as frames but one. */
  training: trainingFields.prefault({ epochs: 12, batchSize: 16, rate: 2e-3 }),
};

export const classifierFields = z.strictObject({
  hidden: z.int().min(1).max(65_536).default(64),
  /** Every number of the mean code gets mean 0 and deviation 1 over the training set. */
  standardise: z.boolean().default(true),
  training: trainingFields.prefault({}),
});

/** Spectrograms of 128 bands, 80 dB deep, each clip from 0 to 1, as many frames as it has. */
export const frameFeatures = {
  spectrum: { kind: 'log-mel', nFft: 512, winLength: 512, hopLength: 128, nMels: 128, ref: 'max' },
  size: { fit: 'keep' },
  normalise: { kind: 'min-max', over: 'utterance', per: 'all' },
} satisfies FeatureSettings;

export const quick = {
  corpus: { name: 'synth', speakers: 6, takes: 3 },
  features: { spectrum: { nMels: 40 } },
  autoencoder: { training: { epochs: 4, batchSize: 8 } },
} as const;
