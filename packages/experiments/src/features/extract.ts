import { resample, type Spectrogram, trimSilence } from '@sonograd/dsp';
import { decodePicture } from '../corpora/pictureFile.ts';
import { type Audio, readAudio, readBytes, type Source } from '../corpora/source.ts';
import { InputError } from '../inputError.ts';
import { type Alteration, alter } from './alter.ts';
import type { FeatureConfig } from './config.ts';
import { type Feature, fitSize } from './fit.ts';
import { applyMoments, type Moments, measureMoments } from './moments.ts';
import { addNoise } from './noise.ts';
import { spectrumOf } from './spectrum.ts';

/** A feature, and what it was normalised by where the clip itself decides that. */
export interface Extracted {
  readonly feature: Feature;
  readonly moments: Moments | undefined;
}

/** From a file, or the built-in voice, to what a model sees. `id` chooses the noise, where there is any. */
export function extractFrom(
  source: Source,
  config: FeatureConfig,
  id = '',
  alteration?: Alteration,
): Extracted {
  if (source.kind !== 'picture') return extract(readAudio(source), config, id, alteration);
  if (alteration !== undefined) {
    throw new InputError(`features: only sound can be altered, and this is a picture, ${source.path}`);
  }
  if (config.spectrum.kind !== 'picture') {
    throw new InputError(`features: pictures need spectrum.kind=picture, ${config.spectrum.kind}`);
  }
  const picture = decodePicture(readBytes(source.path), source.path);
  const { bins } = config.spectrum;
  if (bins !== null && picture.bins !== bins) {
    throw new InputError(
      `features: the picture must be ${bins} pixels high, ${picture.bins} in ${source.path}`,
    );
  }
  return finish(picture, config);
}

/** From sound to what a model sees: rate, silence, alteration, noise, spectrum, normalisation, size, in this order. */
export function extract(audio: Audio, config: FeatureConfig, id = '', alteration?: Alteration): Extracted {
  const { sampleRate, spectrum } = config;
  if (spectrum.kind === 'picture') {
    throw new InputError('features: sound needs spectrum.kind=log-mel or magnitude, picture');
  }
  const atRate =
    audio.sampleRate === sampleRate
      ? audio.samples
      : resample(audio.samples, { sourceRate: audio.sampleRate, targetRate: sampleRate });
  const { winLength: frameLength, hopLength } = spectrum;
  const word =
    config.trimDb === null
      ? atRate
      : trimSilence(atRate, { topDb: config.trimDb, frameLength, hopLength }).samples;
  const spoken = alteration === undefined ? word : alter(word, sampleRate, alteration);
  const heard = config.noise === null ? spoken : addNoise(spoken, sampleRate, config.noise, id);
  return finish(spectrumOf(heard, sampleRate, spectrum), config);
}

/**
 * The clip's own normalisation comes before the size: padding is no speech and must not count, and a picture that is
 * stretched afterwards keeps its moments.
 */
function finish(spectrogram: Spectrogram, { normalise, size }: FeatureConfig): Extracted {
  if (normalise.kind === 'none' || normalise.over === 'corpus') {
    return { feature: fitSize(spectrogram, size), moments: undefined };
  }
  const whole = { ...spectrogram, start: 0, validFrames: spectrogram.frames };
  const moments = measureMoments([whole], normalise);
  applyMoments(whole, moments);
  return { feature: fitSize(whole, size), moments };
}
