import { engine, referenceEngine } from '../engine.ts';
import { requirePositive } from '../guard.ts';
import { analyseMel } from '../simd/analysis.ts';
import { framePlan, requireFrames, type StftOptions } from '../stft/options.ts';
import { realOut } from '../stft/out.ts';
import { squareTo } from '../stft/spectrogram.ts';
import type { Spectrogram } from '../types.ts';
import { type MelFilterbank, type MelOptions, sharedFilterbank } from './filterbank.ts';
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
  const plan = framePlan('melSpectrogram', melStftOptions('melSpectrogram', options));
  const frames = requireFrames('melSpectrogram', samples, plan);
  const data = realOut('melSpectrogram', options.out, bank.mels * frames);
  if (engine() === 'simd') analyseMel(samples, plan, frames, data, bank, power);
  else {
    const fromSquare = squareTo(power);
    const energies = new Float64Array(plan.bins);
    referenceEngine().transformFrames(samples, plan, frames, (spectrum, t) => {
      for (let k = 0; k < plan.bins; k++)
        energies[k] = fromSquare(spectrum[2 * k] ** 2 + spectrum[2 * k + 1] ** 2);
      applyFilters(bank, energies, data, t, frames);
    });
  }
  return { data, bins: bank.mels, frames };
}

/** The transform a mel spectrogram stands on: the call's own options before those of its preset. */
export function melStftOptions(op: string, options: MelSpectrogramOptions): StftOptions {
  const preset = presetValues(op, options.preset);
  const hopLength =
    options.nFft === undefined && options.winLength === undefined ? { hopLength: preset.hopLength } : {};
  return { nFft: preset.nFft, padMode: preset.padMode, ...hopLength, ...defined(options) };
}

/** Without the keys that hold undefined, so that a spread does not overwrite with nothing. */
function defined<T extends object>(options: T): T {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as T;
}

/** One frame through the filters into column `t` of `out`. */
export function applyFilters(
  bank: MelFilterbank,
  energies: Float64Array,
  out: Float32Array,
  t: number,
  frames: number,
): void {
  for (let mel = 0; mel < bank.mels; mel++) {
    const start = bank.starts[mel];
    const end = start + bank.lengths[mel];
    const row = mel * bank.bins;
    let sum = 0;
    for (let bin = start; bin < end; bin++) sum += bank.data[row + bin] * energies[bin];
    out[mel * frames + t] = sum;
  }
}
