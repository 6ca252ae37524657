import { dbToPower, encodeWav, melToAudio, resample, trimSilence } from '@sonograd/dsp';
import { readAudio, type Source } from '../../corpora/source.ts';
import type { FeatureConfig } from '../../features/config.ts';
import { extract } from '../../features/extract.ts';
import type { Feature } from '../../features/fit.ts';
import { type Moments, undoMoments } from '../../features/moments.ts';
import { addNoise } from '../../features/noise.ts';
import { resizeBilinear } from '../../features/resize.ts';
import { melOptions } from '../../features/spectrum.ts';
import { InputError } from '../../inputError.ts';
import type { NoiseSetting } from './pairData.ts';

/** The sound behind a feature, before there was noise. */
export function cleanSound(source: Source, { sampleRate, trimDb, spectrum }: FeatureConfig): Float32Array {
  if (spectrum.kind === 'picture') throw new InputError('sounds: there are none behind pictures');
  const audio = readAudio(source);
  const samples =
    audio.sampleRate === sampleRate
      ? audio.samples
      : resample(audio.samples, { sourceRate: audio.sampleRate, targetRate: sampleRate });
  if (trimDb === null) return samples;
  const { winLength: frameLength, hopLength } = spectrum;
  return trimSilence(samples, { topDb: trimDb, frameLength, hopLength }).samples;
}

/** The same in noise: to the sample what the noisy feature was made of. */
export function noisySound(
  clean: Float32Array,
  id: string,
  { sampleRate }: FeatureConfig,
  noise: NoiseSetting,
): Float32Array {
  return addNoise(clean, sampleRate, noise, id);
}

/** What a model sees of a sound that is as it should be: no noise, no silence to cut. */
export function featureOfSound(samples: Float32Array, features: FeatureConfig): Feature {
  const { sampleRate } = features;
  return extract({ samples, sampleRate }, { ...features, noise: null, trimDb: null }).feature;
}

/**
 * From a picture back to sound as long as `heard`: its size undone, decibels, bands, phases (Griffin and Lim, 1984).
 * A picture that was normalised by itself has lost its range of decibels; it is taken to be `topDb` deep, as all are
 * that hold a moment of silence.
 */
export function pictureToSound(
  picture: Feature,
  heard: Float32Array,
  features: FeatureConfig,
  moments: Moments | undefined,
): Float32Array {
  const { spectrum, sampleRate } = features;
  if (spectrum.kind !== 'log-mel' || spectrum.log !== 'db') {
    throw new InputError('listen: the way back to sound needs features of kind log-mel in dB');
  }
  const small = { ...picture, data: picture.data.slice() };
  if (moments !== undefined) undoMoments(small, moments);
  const size = { fit: 'keep' } as const;
  const whole = extract({ samples: heard, sampleRate }, { ...features, noise: null, trimDb: null, size });
  const { bins, frames } = whole.feature;
  const decibels: Feature = { ...resizeBilinear(small, bins, frames), start: 0, validFrames: frames };
  const range = ownRange(features, whole.moments);
  if (range !== undefined) undoMoments(decibels, range);
  const { winLength, hopLength, window, center } = spectrum;
  const { samples } = melToAudio(dbToPower(decibels), {
    ...melOptions(sampleRate, spectrum),
    ...{ winLength, hopLength, window, center, iterations: 32, inverseIterations: 100 },
  });
  return samples;
}

function ownRange(
  { normalise, spectrum }: FeatureConfig,
  heardMoments: Moments | undefined,
): Moments | undefined {
  const depth = spectrum.kind === 'log-mel' ? spectrum.topDb : null;
  if (heardMoments === undefined || normalise.kind !== 'min-max' || normalise.per !== 'all' || depth === null)
    return heardMoments;
  return { per: 'all', offset: [-depth], scale: [depth] };
}

/** A WAV whose peak is 0.9: decibels below the loudest value know no loudness. */
export function wavAtFullScale(samples: Float32Array, sampleRate: number): Uint8Array {
  const peak = samples.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const scaled = peak === 0 ? samples : samples.map((value) => (0.9 * value) / peak);
  return encodeWav({ channels: [scaled], sampleRate });
}
