import { z } from 'zod';
import { companionsConfig } from './companions.ts';
import { speechFields } from './config.ts';
import { againConfig } from './recogniseAgain.ts';
import { varyConfig } from './recogniseVary.ts';

const training = z.strictObject({
  epochs: z.int().min(1).max(100_000).default(10),
  batchSize: z.int().min(1).max(65_536).default(32),
  /** Of Adam, at its highest. */
  rate: z.number().positive().max(10).default(2e-3),
  /** How the rate goes down: not at all, along half a cosine, or up and far down (Smith and Topin, 2018). */
  schedule: z.enum(['constant', 'cosine', 'one-cycle']).default('cosine'),
  /** The share of all steps in which the rate rises. */
  warmUp: z.number().min(0).max(0.9).default(0.1),
  /** Every step makes the weights smaller by this share of the rate (Loshchilov and Hutter, 2019). */
  weightDecay: z.number().min(0).max(1).default(0.01),
  /** So much of each label is shared out evenly among all ten (Szegedy et al., 2016). */
  labelSmoothing: z.number().min(0).max(0.9).default(0.1),
  /** Gradients of a greater norm are shortened to it. */
  clipNorm: z.number().positive().nullable().default(1),
  /** Training ends after so many epochs without a better validation; null goes through all of them. */
  patience: z.int().min(1).max(100_000).nullable().default(null),
});

/** What every recogniser is told, but for its own model. */
export const recogniserFields = {
  ...speechFields,
  /** Voices that speak along in training; null leaves the corpus to itself. */
  companions: companionsConfig.nullable().prefault({}),
  /** How training clips are varied in each epoch. */
  vary: varyConfig.prefault({}),
  /** How often, and how altered, a clip is heard before there is an answer. */
  again: againConfig.prefault({}),
  training: training.prefault({}),
};

const fields = z.strictObject(recogniserFields);
export type RecogniserConfig = z.infer<typeof fields>;
