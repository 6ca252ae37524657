import { engine, referenceEngine } from '../engineState.ts';
import { reject, requireWhole } from '../guard.ts';
import { overlapAddLanes } from '../simd/synthesis.ts';
import type { ComplexSpectrogram } from '../types.ts';
import { type FramePlan, framePlan, type StftOptions } from './options.ts';
import { realOut } from './out.ts';

export interface IstftOptions extends Omit<StftOptions, 'padMode'> {
  /** Samples of the result. Default: as many as the frames cover for certain. */
  readonly length?: number;
  readonly out?: Float32Array;
}

/**
 * The signal whose frames lie nearest to the given ones (Griffin and Lim, 1984): windowed again, added
 * up where they overlap, and divided by the summed squares of the window, where there are any.
 */
export function istft(spectrogram: ComplexSpectrogram, options: IstftOptions): Float32Array {
  const plan = framePlan('istft', options);
  requireComplexSpectrogram('istft', spectrogram, plan.bins);
  const length = istftLength('istft', spectrogram.frames, plan, options.length);
  const out = realOut('istft', options.out, length);
  const sum =
    engine() === 'simd'
      ? overlapAddLanes(spectrogram, plan)
      : referenceEngine().overlapAdd(spectrogram, plan);
  const weight = windowWeight(plan, spectrogram.frames);
  for (let i = 0; i < length; i++) {
    const at = plan.half + i;
    out[i] = at < sum.length ? sum[at] * weight[at] : 0;
  }
  return out;
}

/** The length asked for, or that of the frames less the padding of a centred transform. */
export function istftLength(op: string, frames: number, plan: FramePlan, asked: number | undefined): number {
  if (asked !== undefined) {
    requireWhole(op, 'length', asked);
    return asked;
  }
  const length = plan.nFft + plan.hopLength * (frames - 1) - 2 * plan.half;
  return length > 0
    ? length
    : reject(op, 'one centred frame covers no sample; pass length', `frames=${frames}`);
}

export function requireComplexSpectrogram(
  op: string,
  { re, im, bins, frames }: ComplexSpectrogram,
  expected: number,
): void {
  if (bins !== expected) reject(op, 'bins differ from floor(nFft / 2) + 1', `${bins}, not ${expected}`);
  requireWhole(op, 'frames', frames);
  if (re.length !== bins * frames || im.length !== bins * frames) {
    reject(
      op,
      're and im must hold bins * frames values',
      `${re.length} and ${im.length}, [${bins}, ${frames}]`,
    );
  }
}

/** The smallest normal float: a sum of squares below it says nothing. */
const tiny = 2 ** -126;

/** One over the summed squares of the shifted windows, and 1 where nothing reaches. */
export function windowWeight({ nFft, hopLength, window }: FramePlan, frames: number): Float64Array {
  const weight = new Float64Array(nFft + hopLength * (frames - 1));
  for (let i = 0; i < weight.length; i++) {
    // Between the ends the same frames meet again every hop.
    if (i >= nFft + hopLength && i < hopLength * frames) {
      weight[i] = weight[i - hopLength];
      continue;
    }
    let sum = 0;
    for (let t = Math.min(frames - 1, Math.floor(i / hopLength)); t >= 0 && i - t * hopLength < nFft; t--) {
      sum += window[i - t * hopLength] ** 2;
    }
    weight[i] = sum > tiny ? 1 / sum : 1;
  }
  return weight;
}
