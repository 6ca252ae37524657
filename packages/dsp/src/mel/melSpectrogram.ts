import { engine, referenceEngine } from '../engineState.ts';
import { requirePositive } from '../guard.ts';
import { analyseMel } from '../simd/analysis.ts';
import { framePlan, requireFrames, type StftOptions } from '../stft/options.ts';
import { realOut } from '../stft/out.ts';
import type { Spectrogram } from '../types.ts';
import { type MelOptions, sharedFilterbank } from './filterbank.ts';
import { presetValues } from './presets.ts';

export interface MelSpectrogramOptions extends MelOptions, Omit<StftOptions, 'nFft'> {
  /** The exponent of the magnitudes that the filters take. Default: 2. */
  readonly power?: number;
  readonly out?: Float32Array;
}

/** Energy in mel bands over time: [nMels][frames]. */
export function melSpectrogram(samples: Float32Array, options: MelSpectrogramOptions): Spectrogram {
  const { power = 2 } = options;
  requirePositive('melSpectrogram', 'power', power);
  const bank = sharedFilterbank('melSpectrogram', options);
  const plan = framePlan('melSpectrogram', melStftOptions(options));
  const frames = requireFrames('melSpectrogram', samples, plan);
  const data = realOut('melSpectrogram', options.out, bank.mels * frames);
  const analyse = engine() === 'simd' ? analyseMel : referenceEngine().analyseMel;
  analyse(samples, plan, frames, data, bank, power);
  return { data, bins: bank.mels, frames };
}

/** The transform a mel spectrogram stands on: the call's own options before those of its preset. */
function melStftOptions(options: MelSpectrogramOptions): StftOptions {
  const preset = presetValues('melSpectrogram', options.preset);
  const { nFft = preset.nFft, padMode = preset.padMode, winLength = nFft } = options;
  // A preset's hop goes with its own sizes; other sizes have librosa's quarter.
  const isPresetSize = winLength === preset.nFft && options.nFft === undefined;
  const { hopLength = isPresetSize ? preset.hopLength : Math.max(1, Math.floor(winLength / 4)) } = options;
  return { ...options, nFft, padMode, winLength, hopLength };
}
