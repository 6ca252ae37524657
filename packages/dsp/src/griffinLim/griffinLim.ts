import { engine } from '../engineState.ts';
import { reject, requireRange, requireWhole } from '../guard.ts';
import { RandomStream } from '../random.ts';
import { type PhaseSearch, searchInLanes } from '../simd/phaseSearch.ts';
import { type IstftOptions, istft, istftLength } from '../stft/istft.ts';
import { framePlan, type StftOptions } from '../stft/options.ts';
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
  const energy = requireMagnitudes(magnitudes, plan.bins);
  const length = istftLength('griffinLim', magnitudes.frames, plan, options.length);
  const estimate = firstEstimate(magnitudes, seed);
  const iterate = (state: PhaseSearch): GriffinLimResult => {
    const convergence = () => Math.sqrt(state.squaredDistance() / (energy || 1));
    let done = 0;
    state.resynthesize();
    while (done < iterations) {
      const before = onProgress === undefined ? 0 : convergence();
      state.keepPhases(done === 0 ? 0 : momentum / (1 + momentum));
      state.resynthesize();
      done++;
      if (onProgress?.({ iteration: done, iterations, convergence: before }) === false) break;
    }
    const samples = new Float32Array(length);
    state.read(samples);
    return { samples, convergence: convergence(), iterations: done };
  };
  if (engine() === 'simd') return searchInLanes(magnitudes, estimate, plan, length, iterate);
  return iterate(referenceSearch(magnitudes, estimate, { ...frames, length }));
}

/** The sum of their squares. */
function requireMagnitudes({ data, bins, frames }: Spectrogram, expected: number): number {
  if (bins !== expected)
    reject('griffinLim', 'bins differ from floor(nFft / 2) + 1', `${bins}, not ${expected}`);
  requireWhole('griffinLim', 'frames', frames);
  if (data.length !== bins * frames) reject('griffinLim', 'data must hold bins * frames values', data.length);
  let energy = 0;
  let least = 0;
  for (let i = 0; i < data.length; i++) {
    energy += data[i] * data[i];
    if (data[i] < least) least = data[i];
  }
  if (!(energy < Infinity) || least < 0) {
    const bad = data.find((value) => !(value >= 0 && value < Infinity));
    reject('griffinLim', 'magnitudes must be finite and not below zero', bad);
  }
  return energy;
}

function emptyLike({ bins, frames }: Spectrogram | ComplexSpectrogram): ComplexSpectrogram {
  return { re: new Float32Array(bins * frames), im: new Float32Array(bins * frames), bins, frames };
}

/** Random phases are one of so many directions, a power of two; four are drawn from 32 random bits. */
const directions = 256;

function firstEstimate(magnitudes: Spectrogram, seed: number | null): ComplexSpectrogram {
  const { data } = magnitudes;
  const estimate = emptyLike(magnitudes);
  if (seed === null) {
    estimate.re.set(data);
    return estimate;
  }
  const random = new RandomStream(seed);
  const cosines = Float64Array.from({ length: directions }, (_, i) =>
    Math.cos((2 * Math.PI * i) / directions),
  );
  let bits = 0;
  for (let i = 0; i < data.length; i++) {
    bits = i % 4 === 0 ? random.bits() : bits >>> 8;
    // Not a remainder: of 32 bits that is one of doubles, and takes longer than all the rest.
    estimate.re[i] = data[i] * cosines[bits & (directions - 1)];
    estimate.im[i] = data[i] * cosines[(bits + directions / 4) & (directions - 1)];
  }
  return estimate;
}

/** The search in plain TypeScript. */
function referenceSearch(
  magnitudes: Spectrogram,
  estimate: ComplexSpectrogram,
  options: StftOptions & { readonly length: number },
): PhaseSearch {
  const wanted = magnitudes.data;
  const samples = new Float32Array(options.length);
  let found = emptyLike(estimate);
  let previous = emptyLike(estimate);
  return {
    resynthesize() {
      istft(estimate, { ...options, out: samples });
      const { re, im, frames } = stft(samples, options);
      // A length that covers fewer frames leaves the last ones without a signal; more than there are do not count.
      const shared = Math.min(frames, found.frames);
      for (let bin = 0; bin < found.bins; bin++) {
        const from = bin * frames;
        const to = bin * found.frames;
        found.re.fill(0, to + shared, to + found.frames).set(re.subarray(from, from + shared), to);
        found.im.fill(0, to + shared, to + found.frames).set(im.subarray(from, from + shared), to);
      }
    },

    squaredDistance: () =>
      wanted.reduce((sum, value, i) => sum + (Math.hypot(found.re[i], found.im[i]) - value) ** 2, 0),

    keepPhases(pull) {
      wanted.forEach((value, i) => {
        const re = found.re[i] - pull * previous.re[i];
        const im = found.im[i] - pull * previous.im[i];
        const length = Math.sqrt(re * re + im * im);
        const scale = length > 0 ? value / length : 0;
        estimate.re[i] = scale * re;
        estimate.im[i] = scale * im;
      });
      [found, previous] = [previous, found];
    },

    read: (out) => out.set(samples),
  };
}
