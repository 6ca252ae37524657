import { z } from 'zod';
import { speechFields, trainingFields } from '../shared/config.ts';

const { corpus, split, damaged, seed } = speechFields;
const units = z.int().min(1).max(8192);
const decibels = z.number().min(-60).max(60);

const cut = z.strictObject({
  /** Everything happens at this rate; clips and files of others are resampled. */
  sampleRate: z.int().min(1000).max(192_000).default(8000),
  /** Samples in one transform; the power of two next to 64 ms if null. */
  nFft: z.int().min(16).max(65_536).nullable().default(null),
  /** Samples from one frame to the next, at most half a transform; a quarter of it if null. */
  hopLength: z.int().min(1).max(32_768).nullable().default(null),
});

const shared = {
  hidden: units.default(256),
  layers: z.int().min(1).max(8).default(1),
};

/** Neighbours on each side that are laid beside a frame. */
const context = z.int().min(0).max(16);

const network = z.discriminatedUnion('kind', [
  /** Each frame with its neighbours for itself. */
  z.strictObject({
    kind: z.literal('dense'),
    ...shared,
    hidden: units.default(512),
    layers: shared.layers.default(2),
    context: context.default(1),
  }),
  /** Filters of three frames, each layer's twice as far apart as those of the layer before. */
  z.strictObject({ kind: z.literal('conv'), ...shared, layers: shared.layers.default(4) }),
  /** Remembers all that came before, and has heard some frames more than the one it answers. */
  z.strictObject({
    kind: z.literal('gru'),
    ...shared,
    context: context.default(1),
    ahead: z.int().min(0).max(64).default(8),
  }),
]);

const noise = z.strictObject({
  /** Each clip of training meets one of them; the test is made with each. */
  colors: z
    .array(z.enum(['white', 'pink', 'brown', 'babble']))
    .min(1)
    .default(['white']),
  /** Training draws its ratio of signal to noise evenly from this range. */
  lowDb: decibels.default(-12),
  highDb: decibels.default(4),
  /** The ratios of the test, and of validation. */
  testDb: z.array(decibels).min(1).default([0, -8]),
  /** Training clips are this much louder or softer at most than their level says: levels of files are estimates. */
  gainDb: z.number().min(0).max(40).default(3),
});

export const schema = z
  .strictObject({
    ...{ corpus, split, damaged, seed },
    stft: cut.prefault({}),
    noise: noise.prefault({}),
    model: network.prefault({ kind: 'conv' }),
    /** A gain from 0 to 1 for every bin, or the clean magnitude itself. */
    target: z.enum(['mask', 'magnitude']).default('mask'),
    /** What the network sees of a magnitude: its logarithm, its cube root, or itself. */
    compress: z.enum(['log', 'root', 'none']).default('log'),
    dropout: z.number().min(0).max(0.9).default(0.2),
    training: trainingFields
      .extend({
        /** Negative decibels of the sound (`snr`, `si-sdr`), or squared differences of spectra or magnitudes. */
        loss: z.enum(['snr', 'si-sdr', 'spectrum', 'magnitude']).default('snr'),
        /** Seconds of a clip in one step: longer ones are cut, around shorter ones lies noise alone. */
        seconds: z.number().min(0.05).max(60).default(0.5),
      })
      .prefault({}),
  })
  .superRefine(({ noise, stft }, context) => {
    const refuse = (path: string[], message: string) => context.addIssue({ code: 'custom', path, message });
    if (noise.lowDb > noise.highDb)
      refuse(['noise', 'lowDb'], `lowDb exceeds highDb, ${noise.lowDb} > ${noise.highDb}`);
    const { nFft, hopLength } = framesOf(stft);
    if (hopLength > nFft / 2)
      refuse(['stft', 'hopLength'], `frames must overlap by half, ${hopLength} > ${nFft} / 2`);
  });

export type DenoiseConfig = z.infer<typeof schema>;
export type NetworkConfig = DenoiseConfig['model'];

export const defaults = {
  training: { epochs: 20 },
} satisfies z.input<typeof schema>;

export const quick = {
  corpus: { name: 'synth', speakers: 5, takes: 3 },
  stft: { sampleRate: 4000, nFft: 128, hopLength: 64 },
  model: { hidden: 64 },
  training: { epochs: 8, rate: 3e-3, batchSize: 16 },
} as const;

/** How sound is cut: by hann windows, the ends padded with zeros. */
export interface Frames {
  readonly nFft: number;
  readonly hopLength: number;
}

/** What is left to the rate, filled in. */
export function framesOf({ sampleRate, nFft, hopLength }: DenoiseConfig['stft']): Frames {
  const size = nFft ?? 2 ** Math.max(4, Math.round(Math.log2(0.064 * sampleRate)));
  return { nFft: size, hopLength: hopLength ?? Math.floor(size / 4) };
}
