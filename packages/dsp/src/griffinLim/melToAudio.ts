import { type InverseMelOptions, inverseMel } from '../mel/inverseMel.ts';
import { presetValues } from '../mel/presets.ts';
import type { Spectrogram } from '../types.ts';
import { type GriffinLimOptions, type GriffinLimResult, griffinLim } from './griffinLim.ts';

export interface MelToAudioOptions
  extends Omit<InverseMelOptions, 'outPower' | 'iterations'>,
    Omit<GriffinLimOptions, 'nFft'> {
  /** Steps of the search for the spectrum behind the bands. Default: 400. */
  readonly inverseIterations?: number;
}

/** Sound from a mel spectrogram: the spectrum behind the bands, then phases that fit it. */
export function melToAudio(mel: Spectrogram, options: MelToAudioOptions): GriffinLimResult {
  const preset = presetValues('melToAudio', options.preset);
  const {
    nFft = preset.nFft,
    padMode = preset.padMode,
    inverseIterations = 400,
    iterations,
    ...rest
  } = options;
  const magnitudes = inverseMel(mel, { ...rest, nFft, outPower: 1, iterations: inverseIterations });
  const hopLength = rest.hopLength ?? preset.hopLength;
  return griffinLim(magnitudes, {
    ...rest,
    nFft,
    hopLength,
    padMode,
    ...(iterations === undefined ? {} : { iterations }),
  });
}
