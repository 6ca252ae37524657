import { reject, requireRange, requireWhole } from '../guard.ts';
import { RandomStream } from '../random.ts';
import { type IstftOptions, istft, istftLength } from '../stft/istft.ts';
import { framePlan } from '../stft/options.ts';
import type { PadMode } from '../stft/pad.ts';
import { stft } from '../stft/stft.ts';
import type { ComplexSpectrogram, Spectrogram } from '../types.ts';

export interface GriffinLimOptions extends Omit<IstftOptions, 'out'> {
  /** Default: 32. */
  readonly iterations?: number;
  /** The fast variant's alpha in [0, 1); enters as m / (1 + m), as in librosa and torchaudio. Default: 0.99. */
  readonly momentum?: number;
  /** Seed of the random first phases; null starts from zero phase. Default: 0. */
  readonly seed?: number | null;
  readonly padMode?: PadMode;
  /** Called after each iteration; what returns `false` ends the search. */
  readonly onProgress?: (progress: GriffinLimProgress) => unknown;
}

export interface GriffinLimProgress {
  /** Iterations done, from 1. */
  readonly iteration: number;
  readonly iterations: number;
  /** Spectral convergence of the estimate that the iteration began with. */
  readonly convergence: number;
}

export interface GriffinLimResult {
  readonly samples: Float32Array;
  /** || |STFT(samples)| - magnitudes || / || magnitudes ||: how far the spectrum of the result is from what was asked. */
  readonly convergence: number;
  readonly iterations: number;
}

/**
 * A signal with the given magnitudes (Griffin and Lim, 1984; with momentum: Perraudin, Balazs and
 * Sondergaard, 2013): go to the nearest signal and back, keep the phases, put the magnitudes back.
 */
export function griffinLim(magnitudes: Spectrogram, options: GriffinLimOptions): GriffinLimResult {
  const { iterations = 32, momentum = 0.99, seed = 0, onProgress, ...frames } = options;
  const plan = framePlan('griffinLim', options);
  requireWhole('griffinLim', 'iterations', iterations, 0);
  requireRange('griffinLim', 'momentum', momentum, 0, 1 - 2 ** -53);
  requireMagnitudes(magnitudes, plan.bins);
  const length = istftLength('griffinLim', magnitudes.frames, plan, options.length);
  const search = { ...frames, length };
  const estimate = firstEstimate(magnitudes, seed);
  const samples = new Float32Array(length);
  let rebuilt = emptyLike(estimate);
  let previous = emptyLike(estimate);
  const pull = momentum / (1 + momentum);
  let done = 0;
  while (done < iterations) {
    istft(estimate, { ...search, out: samples });
    rebuild(samples, search, rebuilt);
    const convergence = distance(rebuilt, magnitudes);
    keepPhases(estimate, rebuilt, previous, done === 0 ? 0 : pull, magnitudes.data);
    [rebuilt, previous] = [previous, rebuilt];
    done++;
    if (onProgress?.({ iteration: done, iterations, convergence }) === false) break;
  }
  istft(estimate, { ...search, out: samples });
  rebuild(samples, search, rebuilt);
  return { samples, convergence: distance(rebuilt, magnitudes), iterations: done };
}

function requireMagnitudes({ data, bins, frames }: Spectrogram, expected: number): void {
  if (bins !== expected)
    reject('griffinLim', 'bins differ from floor(nFft / 2) + 1', `${bins}, not ${expected}`);
  requireWhole('griffinLim', 'frames', frames);
  if (data.length !== bins * frames) reject('griffinLim', 'data must hold bins * frames values', data.length);
  const bad = data.findIndex((value) => !(value >= 0 && value < Infinity));
  if (bad >= 0) reject('griffinLim', 'magnitudes must be finite and not below zero', data[bad]);
}

function emptyLike({ bins, frames }: Spectrogram | ComplexSpectrogram): ComplexSpectrogram {
  return { re: new Float32Array(bins * frames), im: new Float32Array(bins * frames), bins, frames };
}

function firstEstimate(magnitudes: Spectrogram, seed: number | null): ComplexSpectrogram {
  const estimate = emptyLike(magnitudes);
  const { data } = magnitudes;
  const random = seed === null ? undefined : new RandomStream(seed);
  for (let i = 0; i < data.length; i++) {
    const angle = random === undefined ? 0 : random.uniform(0, 2 * Math.PI);
    estimate.re[i] = data[i] * Math.cos(angle);
    estimate.im[i] = data[i] * Math.sin(angle);
  }
  return estimate;
}

/** The transform of the samples into `into`; where the length asked for covers more frames or fewer, only those shared count. */
function rebuild(
  samples: Float32Array,
  options: Omit<IstftOptions, 'out'> & { padMode?: PadMode },
  into: ComplexSpectrogram,
): void {
  const found = stft(samples, options);
  const shared = Math.min(found.frames, into.frames);
  for (let bin = 0; bin < into.bins; bin++) {
    const from = bin * found.frames;
    const to = bin * into.frames;
    into.re.fill(0, to + shared, to + into.frames).set(found.re.subarray(from, from + shared), to);
    into.im.fill(0, to + shared, to + into.frames).set(found.im.subarray(from, from + shared), to);
  }
}

/** The estimate takes the phases of rebuilt - pull * previous, and the magnitudes it must have. */
function keepPhases(
  estimate: ComplexSpectrogram,
  rebuilt: ComplexSpectrogram,
  previous: ComplexSpectrogram,
  pull: number,
  magnitudes: Float32Array,
): void {
  for (let i = 0; i < magnitudes.length; i++) {
    const re = rebuilt.re[i] - pull * previous.re[i];
    const im = rebuilt.im[i] - pull * previous.im[i];
    const length = Math.sqrt(re * re + im * im);
    const scale = length > 0 ? magnitudes[i] / length : 0;
    estimate.re[i] = scale * re;
    estimate.im[i] = scale * im;
  }
}

function distance({ re, im }: ComplexSpectrogram, { data }: Spectrogram): number {
  let error = 0;
  let energy = 0;
  for (let i = 0; i < data.length; i++) {
    error += (Math.sqrt(re[i] * re[i] + im[i] * im[i]) - data[i]) ** 2;
    energy += data[i] * data[i];
  }
  return energy === 0 ? Math.sqrt(error) : Math.sqrt(error / energy);
}
