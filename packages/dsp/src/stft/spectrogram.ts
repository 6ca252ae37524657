import { engine, referenceEngine } from '../engineState.ts';
import { requirePositive } from '../guard.ts';
import { analysePower } from '../simd/analysis.ts';
import type { Spectrogram } from '../types.ts';
import { framePlan, requireFrames, type StftOptions } from './options.ts';
import { realOut } from './out.ts';

export interface SpectrogramOptions extends StftOptions {
  /** 1 for magnitudes, 2 for powers; any other positive exponent of the magnitude too. Default: 2. */
  readonly power?: number;
  readonly out?: Float32Array;
}

/** The magnitudes of the short-time Fourier transform, raised to a power. */
export function spectrogram(samples: Float32Array, options: SpectrogramOptions): Spectrogram {
  const { power = 2 } = options;
  const plan = framePlan('spectrogram', options);
  requirePositive('spectrogram', 'power', power);
  const frames = requireFrames('spectrogram', samples, plan);
  const data = realOut('spectrogram', options.out, plan.bins * frames);
  const analyse = engine() === 'simd' ? analysePower : referenceEngine().analysePower;
  analyse(samples, plan, frames, data, power);
  return { data, bins: plan.bins, frames };
}
