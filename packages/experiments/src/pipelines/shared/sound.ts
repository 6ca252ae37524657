import { dbToPower, melToAudio } from '@sonograd/dsp';
import type { FeatureConfig } from '../../features/config.ts';
import type { Feature } from '../../features/fit.ts';
import { type Moments, undoMoments } from '../../features/moments.ts';
import { melOptions } from '../../features/spectrum.ts';
import { InputError } from '../../inputError.ts';

/** From what a model sees back to sound: moments, decibels, bands, phases (Griffin and Lim, 1984). */
export function soundOf(
  feature: Feature,
  { spectrum, sampleRate, size }: FeatureConfig,
  moments: Moments | undefined,
): Float32Array {
  if (spectrum.kind !== 'log-mel' || spectrum.log !== 'db' || size.fit === 'resize') {
    throw new InputError('listen: the way back to sound needs features of kind log-mel in dB, not resized');
  }
  const decibels = { ...feature, data: feature.data.slice() };
  if (moments !== undefined) undoMoments(decibels, moments);
  const { winLength, hopLength, window, center } = spectrum;
  const { samples } = melToAudio(dbToPower(decibels), {
    ...melOptions(sampleRate, spectrum),
    ...{ winLength, hopLength, window, center, iterations: 32, inverseIterations: 100 },
  });
  return atFullScale(samples);
}

/** Decibels below the loudest value know no loudness: the peak goes to 0.9. */
function atFullScale(samples: Float32Array): Float32Array {
  const peak = samples.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return peak === 0 ? samples : samples.map((value) => (0.9 * value) / peak);
}

/**
 * The moments of pictures that no clip stands behind. Those of the corpus hold for them too; where each clip has its
 * own, decibels below the loudest value reach from -topDb to 0, and made pictures do as well.
 */
export function usualMoments(
  { spectrum, normalise }: FeatureConfig,
  ofCorpus: Moments | undefined,
): Moments | undefined {
  if (normalise.kind === 'none') return undefined;
  if (ofCorpus !== undefined) return ofCorpus;
  const known = spectrum.kind === 'log-mel' && spectrum.ref === 'max' && spectrum.topDb;
  if (known && normalise.kind === 'min-max' && normalise.per === 'all') {
    return { per: 'all', offset: [-known], scale: [known] };
  }
  throw new InputError(
    'generate: made pictures have no loudness of their own; train with spectrum.ref=max and normalise.kind=min-max, ' +
      `or normalise.over=corpus, ${normalise.kind} over ${normalise.over}`,
  );
}
