import { createHash } from 'node:crypto';
import { RandomStream, type Range } from '@sonograd/dsp';
import { z } from 'zod';
import type { CorpusItem } from '../../corpora/corpus.ts';
import { type AlterableItem, type Alteration, alterationLimits } from '../../features/alter.ts';
import { noiseColor } from '../../features/config.ts';

/** Lowest and highest value, between which each copy draws its own; null leaves this change out. */
function rangeWithin([least, most]: Range) {
  const value = z.number().min(least).max(most);
  return z.tuple([value, value]).refine(([low, high]) => low <= high, 'the range must rise');
}

const changes = ['speed', 'semitones', 'shiftMs', 'gainDb', 'noise'] as const;

/**
 * Training clips once more, altered. Clips that a model is tried on stay as they are. The ranges are gentle: wider ones
 * did worse on clips held back from recordings (docs/pipelines/augmentation.md).
 */
export const augmentConfig = z
  .strictObject({
    /** How many altered copies of each training clip there are beside it. */
    copies: z.int().min(0).max(100).default(0),
    /** As a tape: tempo and pitch together. */
    speed: rangeWithin(alterationLimits.speed).nullable().default([0.95, 1.05]),
    /** Pitch alone. */
    semitones: rangeWithin(alterationLimits.semitones).nullable().default([-0.5, 0.5]),
    /** Silence before the clip, or, below zero, how much of its beginning is lost. */
    shiftMs: rangeWithin(alterationLimits.shiftMs).nullable().default([0, 50]),
    gainDb: rangeWithin(alterationLimits.gainDb).nullable().default([-6, 6]),
    noise: z
      .strictObject({
        /** Each copy draws one of them. */
        colors: z.array(noiseColor).min(1).default(['white', 'pink', 'brown', 'babble']),
        snrDb: rangeWithin(alterationLimits.snrDb).default([25, 50]),
      })
      .nullable()
      .prefault({}),
    /** Bands and stretches of time that are hidden, others in each epoch (Park et al., 2019); null hides nothing. */
    specAugment: z
      .strictObject({
        frequencyMasks: z.int().min(0).max(100).default(2),
        /** The most that one mask hides, of all bands. */
        frequencyShare: z.number().min(0).max(1).default(0.15),
        timeMasks: z.int().min(0).max(100).default(2),
        /** The same of the clip's own frames. */
        timeShare: z.number().min(0).max(1).default(0.15),
      })
      .nullable()
      .default(null),
  })
  .refine((config) => config.copies === 0 || changes.some((change) => config[change] !== null), {
    path: ['copies'],
    message: `copies would be what they are copies of; leave one of ${changes.join(', ')} in`,
  });

export type AugmentConfig = z.infer<typeof augmentConfig>;

/** The altered copies of some items: what becomes of each follows from the seed, its name and its number alone. */
export function alteredCopies(
  items: readonly CorpusItem[],
  config: AugmentConfig,
  seed: number,
): AlterableItem[] {
  return items.flatMap((item) =>
    Array.from({ length: config.copies }, (_, copy) => {
      const id = `${item.id}~${copy + 1}`;
      return { ...item, id, alteration: drawAlteration(config, seedOf(seed, id)) };
    }),
  );
}

/**
 * Each change draws from a stream of its own: to leave one out does not alter the others. Speeds come in hundredths and
 * semitones in quarters, since each ratio needs a filter that takes longer to make than to use.
 */
export function drawAlteration(config: AugmentConfig, seed: number): Alteration {
  const { speed, semitones, shiftMs, gainDb, noise } = config;
  const random = new RandomStream(seed);
  const draw = (purpose: number, [low, high]: Range) => random.split(purpose).uniform(low, high);
  return {
    ...(speed && { speed: toSteps(draw(0, speed), speed, 100) }),
    ...(semitones && { semitones: toSteps(draw(1, semitones), semitones, 4) }),
    ...(shiftMs && { shiftMs: draw(2, shiftMs) }),
    ...(gainDb && { gainDb: draw(3, gainDb) }),
    ...(noise && {
      noise: {
        color: noise.colors[random.split(4).integer(noise.colors.length)]!,
        snrDb: draw(5, noise.snrDb),
        seed: random.split(6).bits(),
      },
    }),
  };
}

/** The nearest of so many steps to a whole, but never beyond the range. */
function toSteps(value: number, [low, high]: Range, steps: number): number {
  return Math.min(Math.max(Math.round(value * steps) / steps, low), high);
}

/** A seed for everything that has a name. */
export function seedOf(...words: readonly (string | number)[]): number {
  return createHash('sha256').update(words.join(' ')).digest().readUIntBE(0, 6);
}
