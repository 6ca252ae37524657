import { amplitudeToDb, logMel, melSpectrogram, type Spectrogram, spectrogram } from '@sonograd/dsp';
import type { SpectrumConfig } from './config.ts';

type SoundSpectrum = Exclude<SpectrumConfig, { kind: 'picture' }>;
type LogMelConfig = Extract<SpectrumConfig, { kind: 'log-mel' }>;

/** The spectrogram of a sound that already has the rate it should have. */
export function spectrumOf(samples: Float32Array, sampleRate: number, config: SoundSpectrum): Spectrogram {
  const { nFft, winLength, hopLength, window, center, padMode } = config;
  const cut = { nFft, winLength, hopLength, window, center, padMode };
  if (config.kind === 'log-mel') return melOf(samples, { ...cut, ...melOptions(sampleRate, config) }, config);
  const magnitudes = spectrogram(samples, { ...cut, power: 1 });
  if (config.compress === 'db') return amplitudeToDb(magnitudes);
  if (config.compress === 'log1p') return { ...magnitudes, data: magnitudes.data.map(Math.log1p) };
  return magnitudes;
}

/** The bands as `@sonograd/dsp` takes them, for whoever needs the filters or the way back to sound. */
export function melOptions(sampleRate: number, { nFft, nMels, lowHz, highHz, scale, norm }: LogMelConfig) {
  return {
    preset: 'librosa' as const,
    sampleRate,
    nFft,
    nMels,
    lowHz,
    highHz: highHz ?? sampleRate / 2,
    scale,
    norm,
  };
}

function melOf(
  samples: Float32Array,
  options: Parameters<typeof melSpectrogram>[1],
  { log, ref, topDb }: LogMelConfig,
): Spectrogram {
  return log === 'none' ? melSpectrogram(samples, options) : logMel(samples, { ...options, log, ref, topDb });
}
