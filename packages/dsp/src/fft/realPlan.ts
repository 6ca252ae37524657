import type { Floats } from '../types.ts';
import { cached } from './cached.ts';
import { complexPlan } from './complexPlan.ts';
import { doublesOf, fillDoubles } from './doubles.ts';
import { unitRoot } from './radices.ts';

/**
 * Real transforms of one size, both ways, in double precision: fill the first `size` numbers of `time` and call
 * `forward` to have `size / 2 + 1` complex bins (interleaved) in `spectrum`, or fill `spectrum` and call
 * `inverse` (scaled by 1 / size) to have `time`. Both arrays are shared by everyone who uses this size, and
 * what goes in is lost.
 */
export interface RealPlan {
  readonly size: number;
  readonly bins: number;
  readonly time: number[];
  readonly spectrum: number[];
  forward(): void;
  /** Writes the bins elsewhere: from `start` on, `step` apart. */
  forwardInto(re: Floats, im: Floats, start: number, step: number): void;
  inverse(): void;
}

/** Where bins go: the real parts to `re` from one index on, the imaginary ones to `im` from another. */
type Forward = (
  re: Floats | number[],
  im: Floats | number[],
  reStart: number,
  imStart: number,
  step: number,
) => void;

function planOf(
  size: number,
  time: number[],
  forward: Forward,
  spectrum: number[],
  inverse: () => void,
): RealPlan {
  return {
    size,
    bins: spectrum.length / 2,
    time,
    spectrum,
    forward: () => forward(spectrum, spectrum, 0, 1, 2),
    forwardInto: (re, im, start, step) => forward(re, im, start, start, step),
    inverse,
  };
}

/** The plan for a size, built once. */
export const realPlan: (size: number) => RealPlan = cached((size: number) =>
  size % 2 === 0 ? packedPlan(size) : widePlan(size),
);

/**
 * Even sizes: samples in pairs are the real and imaginary parts of `size / 2` complex numbers, whose
 * spectrum then splits into those of the even and the odd samples (Press et al., "Numerical Recipes", 12.3).
 */
function packedPlan(size: number): RealPlan {
  const half = size / 2;
  const plan = complexPlan(half);
  // Samples in pairs are complex numbers as they lie: the input of the inner transform is the time.
  const { data } = plan;
  const spectrum = doublesOf(new Float64Array(size + 2));
  const halfRoots = doublesOf(new Float64Array(half + 2));
  for (let k = 0; k <= half; k += 2) {
    const [re, im] = unitRoot(k / 2, size);
    halfRoots[k] = re / 2;
    halfRoots[k + 1] = im / 2;
  }

  const forward: Forward = (re, im, reStart, imStart, step) => {
    splitSpectrum(data, plan.transform(), half, halfRoots, re, im, reStart, imStart, step);
  };

  const inverse = () => {
    const scale = 1 / size;
    data[0] = scale * (spectrum[0] + spectrum[size]);
    data[1] = scale * (spectrum[0] - spectrum[size]);
    for (let k = 2, mirrored = (size - 2) | 0; k <= half; k = (k + 2) | 0, mirrored = (mirrored - 2) | 0) {
      const evenRe = scale * (spectrum[k] + spectrum[mirrored]);
      const evenIm = scale * (spectrum[k + 1] - spectrum[mirrored + 1]);
      const turnedRe = 2 * scale * (spectrum[k] - spectrum[mirrored]);
      const turnedIm = 2 * scale * (spectrum[k + 1] + spectrum[mirrored + 1]);
      const oddRe = turnedRe * halfRoots[k] + turnedIm * halfRoots[k + 1];
      const oddIm = turnedIm * halfRoots[k] - turnedRe * halfRoots[k + 1];
      // Bins go in in reverse: that turns the forward transform into the inverse one.
      data[mirrored] = evenRe - oddIm;
      data[mirrored + 1] = evenIm + oddRe;
      data[k] = evenRe + oddIm;
      data[k + 1] = oddRe - evenIm;
    }
    const at = plan.transform();
    if (at !== 0) fillDoubles(data, data, at, size);
  };
  return planOf(size, data, forward, spectrum, inverse);
}

/** The spectrum of a real signal from that of its packed pairs: one of the even samples, one of the odd. */
function splitSpectrum(
  data: readonly number[],
  at: number,
  half: number,
  halfRoots: readonly number[],
  re: Floats | number[],
  im: Floats | number[],
  reStart: number,
  imStart: number,
  step: number,
): void {
  const span = half * step;
  re[reStart] = data[at] + data[at + 1];
  re[reStart + span] = data[at] - data[at + 1];
  im[imStart] = im[imStart + span] = 0;
  const ahead = (imStart - reStart) | 0;
  let up = (reStart + step) | 0;
  let down = (reStart + span - step) | 0;
  let low = (at + 2) | 0;
  let high = (at + 2 * half - 2) | 0;
  for (let k = 2; k <= half; k = (k + 2) | 0) {
    const lowRe = data[low];
    const lowIm = data[low + 1];
    const highRe = data[high];
    const highIm = data[high + 1];
    const rootRe = halfRoots[k];
    const rootIm = halfRoots[k + 1];
    const evenRe = 0.5 * (lowRe + highRe);
    const evenIm = 0.5 * (lowIm - highIm);
    const oddRe = lowIm + highIm;
    const oddIm = highRe - lowRe;
    const turnedRe = oddRe * rootRe - oddIm * rootIm;
    const turnedIm = oddRe * rootIm + oddIm * rootRe;
    re[up] = evenRe + turnedRe;
    im[(up + ahead) | 0] = evenIm + turnedIm;
    re[down] = evenRe - turnedRe;
    im[(down + ahead) | 0] = turnedIm - evenIm;
    up = (up + step) | 0;
    down = (down - step) | 0;
    low = (low + 2) | 0;
    high = (high - 2) | 0;
  }
}

/** Odd sizes have no pairs: a complex transform of the full size with zeros beside the samples. */
function widePlan(size: number): RealPlan {
  const plan = complexPlan(size);
  const { data } = plan;
  const bins = (size + 1) / 2;
  const time = doublesOf(new Float64Array(size));
  const spectrum = doublesOf(new Float64Array(2 * bins));

  const forward: Forward = (re, im, reStart, imStart, step) => {
    for (let i = 0; i < size; i++) {
      data[2 * i] = time[i];
      data[2 * i + 1] = 0;
    }
    const from = plan.transform();
    for (let k = 0; k < bins; k++) {
      re[reStart + k * step] = data[from + 2 * k];
      im[imStart + k * step] = data[from + 2 * k + 1];
    }
    im[imStart] = 0;
  };

  const inverse = () => {
    data[0] = spectrum[0];
    data[1] = 0;
    for (let k = 1; k < bins; k++) {
      const mirrored = 2 * (size - k);
      data[2 * k] = data[mirrored] = spectrum[2 * k];
      data[mirrored + 1] = spectrum[2 * k + 1];
      data[2 * k + 1] = -spectrum[2 * k + 1];
    }
    const at = plan.transform();
    for (let i = 0; i < size; i++) time[i] = data[at + 2 * i] / size;
  };
  return planOf(size, time, forward, spectrum, inverse);
}
