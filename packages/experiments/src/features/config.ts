import { z } from 'zod';

const cut = {
  /** Samples in one transform; the window is centred in it. */
  nFft: z.int().min(8).max(65536).default(512),
  winLength: z.int().min(2).max(65536).default(256),
  hopLength: z.int().min(1).max(65536).default(128),
  window: z.enum(['hann', 'hamming', 'blackman', 'rectangular']).default('hann'),
  /** Frames centred on their samples, the ends padded by half a frame. */
  center: z.boolean().default(true),
  padMode: z.enum(['constant', 'reflect']).default('constant'),
};

const logMel = z.strictObject({
  kind: z.literal('log-mel'),
  ...cut,
  nMels: z.int().min(1).max(1024).default(64),
  lowHz: z.number().min(0).default(0),
  /** Half the sampling rate if null. */
  highHz: z.number().positive().nullable().default(null),
  scale: z.enum(['slaney', 'htk']).default('slaney'),
  norm: z.enum(['slaney']).nullable().default('slaney'),
  /** Decibels, ln(energy + 1e-6), Whisper's scale, or the energies as they are. */
  log: z.enum(['db', 'ln', 'whisper', 'none']).default('db'),
  /** What counts as 0 dB: full scale, 1, or the loudest value of the clip. */
  ref: z.union([z.literal('max'), z.number().positive()]).default(1),
  /** Nothing lies further below the loudest value, in dB. */
  topDb: z.number().positive().nullable().default(80),
});

const magnitude = z.strictObject({
  kind: z.literal('magnitude'),
  ...cut,
  /** Magnitudes as they are, ln(1 + magnitude), or decibels down to 80 below the loudest. */
  compress: z.enum(['none', 'log1p', 'db']).default('none'),
});

/** For corpora of pictures: the pixels are the features. */
const picture = z.strictObject({
  kind: z.literal('picture'),
  /** The height that every picture must have; any if null. */
  bins: z.int().positive().nullable().default(null),
});

/** `babble` is six of the built-in voices at once. */
export const noiseColor = z.enum(['white', 'pink', 'brown', 'babble']);

const noise = z.strictObject({
  color: noiseColor,
  snrDb: z.number().min(-60).max(100),
  /** With the item's name it fixes the noise of each item. */
  seed: z.int().min(0).default(0),
});

const size = z.discriminatedUnion('fit', [
  /** As many frames as the clip has. */
  z.strictObject({ fit: z.literal('keep') }),
  z.strictObject({
    fit: z.literal('pad'),
    frames: z.int().min(1).max(65536),
    /** Where a short clip lies, and which stretch of a long one is kept. */
    align: z.enum(['start', 'center']).default('start'),
    /** What surrounds a short clip: a number, or the smallest value of the clip, its silence. */
    padWith: z.union([z.literal('smallest'), z.number()]).default('smallest'),
  }),
  z.strictObject({
    fit: z.literal('resize'),
    bins: z.int().min(1).max(4096),
    frames: z.int().min(1).max(65536),
  }),
]);

const normalise = z.strictObject({
  kind: z.enum(['none', 'mean-variance', 'min-max']).default('mean-variance'),
  /** What the numbers are taken from: each clip for itself, or all training clips. */
  over: z.enum(['utterance', 'corpus']).default('utterance'),
  /** One pair of numbers for everything, for each bin, or for each bin of each frame (corpus only). */
  per: z.enum(['all', 'bin', 'cell']).default('all'),
});

/**
 * Every number between a sound and what a model sees. It travels inside checkpoints: whoever predicts prepares the
 * sound as training did.
 */
export const featureConfig = z
  .strictObject({
    /** Sounds of other rates are resampled to this one. */
    sampleRate: z.int().min(1000).max(384_000).default(8000),
    /** Silence at both ends that lies so far below the loudest frame is cut off; null keeps it. */
    trimDb: z.number().positive().nullable().default(null),
    noise: noise.nullable().default(null),
    spectrum: z.discriminatedUnion('kind', [logMel, magnitude, picture]).prefault({ kind: 'log-mel' }),
    size: size.prefault({ fit: 'pad', frames: 64 }),
    normalise: normalise.prefault({}),
  })
  .superRefine(({ sampleRate, spectrum, size, normalise, noise }, context) => {
    const refuse = (path: string[], message: string) => context.addIssue({ code: 'custom', path, message });
    if (spectrum.kind !== 'picture' && spectrum.winLength > spectrum.nFft) {
      refuse(['spectrum', 'winLength'], `winLength exceeds nFft, ${spectrum.winLength} > ${spectrum.nFft}`);
    }
    if (spectrum.kind === 'log-mel') {
      const highHz = spectrum.highHz ?? sampleRate / 2;
      if (highHz > sampleRate / 2) {
        refuse(['spectrum', 'highHz'], `highHz exceeds half of sampleRate, ${highHz} > ${sampleRate / 2}`);
      }
      if (spectrum.lowHz >= highHz) {
        refuse(['spectrum', 'lowHz'], `lowHz reaches highHz, ${spectrum.lowHz} >= ${highHz}`);
      }
    }
    if (spectrum.kind === 'picture' && noise !== null) {
      refuse(['noise'], 'noise is added to sound, and pictures have none');
    }
    if (normalise.per === 'cell' && (normalise.over === 'utterance' || size.fit === 'keep')) {
      refuse(['normalise', 'per'], "'cell' needs over 'corpus' and a fixed size");
    }
  });

export type FeatureConfig = z.infer<typeof featureConfig>;
/** The same with everything that has a default left out at will. */
export type FeatureSettings = z.input<typeof featureConfig>;
export type NormaliseConfig = FeatureConfig['normalise'];
export type SizeConfig = FeatureConfig['size'];
export type SpectrumConfig = FeatureConfig['spectrum'];
