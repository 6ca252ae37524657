import { z } from 'zod';
import type { FeatureConfig } from '../../features/config.ts';
import { speechFields, trainingFields } from '../shared/config.ts';

const channels = z.int().min(1).max(4096);

export const schema = z
  .strictObject({
    ...speechFields,
    model: z
      .strictObject({
        /** Numbers that stand for a whole picture. */
        latent: z.int().min(1).max(4096).default(32),
        /** Of the three convolutions on the way in; the way back mirrors them. */
        channels: z.tuple([channels, channels, channels]).default([32, 64, 128]),
        /** Whether encoder and decoder are told which digit it is. Then the code need not say it. */
        conditional: z.boolean().default(false),
        /** Batch-norm behind each convolution inside: pictures become sharp in a third of the epochs. */
        batchNorm: z.boolean().default(true),
      })
      .prefault({}),
    loss: z
      .strictObject({
        /** What one nat in the code costs, in units of squared error summed over a picture. */
        beta: z.number().min(0).max(1000).default(0.02),
        /** In so many epochs β grows from nothing to all of it. */
        warmUpEpochs: z.number().min(0).max(10_000).default(5),
        /** The share of absolute errors beside squared ones: they forgive less where little is missing. */
        absolute: z.number().min(0).max(1000).default(0),
      })
      .prefault({}),
    training: trainingFields
      .extend({
        epochs: trainingFields.shape.epochs.default(20),
        /** How the rate goes down: not at all, or along half a cosine to a hundredth. */
        schedule: z.enum(['constant', 'cosine']).default('cosine'),
      })
      .prefault({}),
    /** The recogniser that says what is to be heard in what was made. Its seed is its own. */
    judge: z
      .strictObject({
        epochs: z.int().min(1).max(1000).default(10),
        batchSize: z.int().min(1).max(65_536).default(32),
        /** Of Adam at its highest; it goes down along half a cosine. */
        rate: z.number().positive().max(10).default(1e-3),
        seed: z.int().min(0).max(Number.MAX_SAFE_INTEGER).default(0),
      })
      .prefault({}),
  })
  .superRefine(({ features }, context) => {
    const { bins, frames } = pictureSize(features);
    if (bins % 8 === 0 && frames % 8 === 0) return;
    const message = `pictures must be halved three times, give sizes that 8 divides, ${bins} × ${frames}`;
    context.addIssue({ code: 'custom', path: ['features', 'size'], message });
  });

export type VaeConfig = z.infer<typeof schema>;

/** Bins and frames that all pictures have; NaN where clips decide. */
export function pictureSize({ spectrum, size }: FeatureConfig): { bins: number; frames: number } {
  if (size.fit === 'resize') return { bins: size.bins, frames: size.frames };
  const frames = size.fit === 'pad' ? size.frames : Number.NaN;
  if (spectrum.kind === 'magnitude') return { bins: spectrum.nFft / 2 + 1, frames };
  return { bins: spectrum.kind === 'log-mel' ? spectrum.nMels : (spectrum.bins ?? Number.NaN), frames };
}

/** Pictures of 64 bands and 64 frames, each clip from 0 to 1. */
export const defaults = {
  features: {
    spectrum: { kind: 'log-mel', nFft: 512, winLength: 256, hopLength: 88, nMels: 64, ref: 'max', topDb: 60 },
    size: { fit: 'pad', frames: 64 },
    normalise: { kind: 'min-max', over: 'utterance', per: 'all' },
  },
} satisfies z.input<typeof schema>;

export const quick = {
  corpus: { name: 'synth', speakers: 6, takes: 4 },
  features: { spectrum: { nMels: 32, hopLength: 176 }, size: { frames: 32 } },
  model: { latent: 16, channels: [8, 16, 32] },
  loss: { warmUpEpochs: 1 },
  training: { epochs: 10, batchSize: 8, rate: 3e-3 },
  judge: { epochs: 8, batchSize: 8 },
} as const;
