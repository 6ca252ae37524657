import { engine, referenceEngine } from '../engineState.ts';
import { analyseComplex } from '../simd/analysis.ts';
import type { ComplexSpectrogram } from '../types.ts';
import { framePlan, requireFrames, type StftOptions } from './options.ts';
import { complexOut } from './out.ts';

export interface StftCallOptions extends StftOptions {
  /** Where the result goes: `bins * frames` values each. */
  readonly out?: { readonly re: Float32Array; readonly im: Float32Array };
}

/** Short-time Fourier transform: `floor(nFft / 2) + 1` bins for each frame. */
export function stft(samples: Float32Array, options: StftCallOptions): ComplexSpectrogram {
  const plan = framePlan('stft', options);
  const frames = requireFrames('stft', samples, plan);
  const { re, im } = complexOut('stft', options.out, plan.bins, frames);
  const analyse = engine() === 'simd' ? analyseComplex : referenceEngine().analyseComplex;
  analyse(samples, plan, frames, re, im);
  return { re, im, bins: plan.bins, frames };
}
