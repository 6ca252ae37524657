import { z } from 'zod';
import { speechFields, trainingFields } from '../shared/config.ts';
import { noiseFields } from '../shared/pairData.ts';

/** A U-Net on pictures of sound (Ronneberger, Fischer and Brox, 2015). */
const unet = z.strictObject({
  kind: z.literal('unet'),
  /** Channels of the first level; each level below has twice as many, at half the size. */
  width: z.int().min(1).max(512).default(32),
  /** Levels of the U, the lowest included. */
  levels: z.int().min(2).max(6).default(3),
  /** Self-attention at the lowest level, where each place sees all others; null leaves it out. */
  attentionHeads: z.int().min(1).max(16).nullable().default(null),
  /**
   * How weights begin: `default` as PyTorch draws them, Xavier's or Kaiming's normal distribution, or Kaiming's with
   * a quiet output layer whose bias is the mean of all clean pixels, so that training begins at the mean picture.
   */
  initialise: z.enum(['default', 'xavier', 'kaiming', 'kaiming-mean']).default('kaiming-mean'),
});

/** A U-Net on the sound itself. */
const wave = z.strictObject({
  kind: z.literal('wave'),
  /** Channels that each level has more than the one above. */
  width: z.int().min(1).max(256).default(16),
  /** How often the sound is halved. */
  levels: z.int().min(1).max(12).default(6),
  /** How much of a clip it learns from: longer ones are cut, shorter ones followed by silence. */
  samples: z
    .int()
    .min(512)
    .max(2 ** 20)
    .default(4096),
  /** The ratio of signal to distortion, the distance of spectrograms at several resolutions, or both. */
  loss: z.enum(['si-sdr', 'stft', 'both']).default('si-sdr'),
});

export type UNetConfig = z.infer<typeof unet>;
export type WaveConfig = z.infer<typeof wave>;

export const schema = z
  .strictObject({
    ...speechFields,
    noise: noiseFields.prefault({}),
    model: z.discriminatedUnion('kind', [unet, wave]).prefault({ kind: 'unet' }),
    training: trainingFields
      .extend({
        /** Clips that go through the network at once; a step adds up the gradients of as many as make a batch. */
        clipsAtOnce: z.int().min(1).max(4096).default(8),
        /**
         * Steps from one look at the validation clips to the next: an epoch is cut into as many equal parts as come
         * nearest to it. Where an epoch has fewer steps, once in each.
         */
        validateEvery: z.int().min(1).default(75),
        /** The rate as it is, or down to nothing along half a cosine. */
        schedule: z.enum(['constant', 'cosine']).default('constant'),
      })
      .prefault({}),
  })
  .superRefine(({ features, model }, context) => {
    const refuse = (path: string[], message: string) => context.addIssue({ code: 'custom', path, message });
    if (features.noise !== null) {
      refuse(['features', 'noise'], 'the clean side has none; noise.colors and noise.snrDb name it');
    }
    const { size, spectrum } = features;
    if (spectrum.kind === 'picture') {
      refuse(['features', 'spectrum', 'kind'], 'noise is added to sound, and pictures have none');
    }
    if (size.fit !== 'resize') return refuse(['features', 'size', 'fit'], 'pictures are resized');
    const halvings = model.kind === 'unet' ? model.levels - 1 : model.levels;
    const lengths = model.kind === 'unet' ? [size.bins, size.frames] : [model.samples];
    if (lengths.every((length) => length % 2 ** halvings === 0)) return;
    refuse(['model', 'levels'], `${lengths.join(' x ')} does not halve evenly ${halvings} times`);
  });

export type DenoiseUnetConfig = z.infer<typeof schema>;

/**
 * Mel spectrograms of 256 bands, 80 dB deep, each picture from 0 to 1 by its own extremes, squeezed or stretched to
 * 112 x 112 pixels. Eight frames overlap at every instant, so that few pixels are invented where time is stretched.
 */
export const defaults = {
  features: {
    spectrum: { kind: 'log-mel', nFft: 512, winLength: 512, hopLength: 64, nMels: 256, ref: 'max' },
    size: { fit: 'resize', bins: 112, frames: 112 },
    normalise: { kind: 'min-max', over: 'utterance', per: 'all' },
  },
  training: { epochs: 6, batchSize: 32, rate: 1e-3, schedule: 'cosine' },
} satisfies z.input<typeof schema>;

export const quick = {
  corpus: { name: 'synth', speakers: 6, takes: 2 },
  features: {
    spectrum: { nFft: 256, winLength: 256, hopLength: 128, nMels: 48 },
    size: { bins: 32, frames: 32 },
  },
  model: { width: 8 },
  training: { epochs: 6, batchSize: 8, rate: 4e-3 },
} as const;
