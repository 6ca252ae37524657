import type { Floats } from '../types.ts';
import { cached } from './cached.ts';
import { complexPlan } from './complexPlan.ts';
import { unitRoot } from './radices.ts';

/**
 * Real transforms of one size, both ways, in double precision: fill `time` and call `forward` to have
 * `size / 2 + 1` complex bins (interleaved) in `spectrum`, or fill `spectrum` and call `inverse`
 * (scaled by 1 / size) to have `time`. Both arrays are shared by everyone who uses this size, and
 * what goes in is lost.
 */
export interface RealPlan {
  readonly size: number;
  readonly bins: number;
  readonly time: Float64Array;
  readonly spectrum: Float64Array;
  forward(): void;
  /** Writes the bins elsewhere: from `start` on, `step` apart. */
  forwardInto(re: Floats, im: Floats, start: number, step: number): void;
  inverse(): void;
}

function withForward(plan: Omit<RealPlan, 'forward'>): RealPlan {
  const imaginary = plan.spectrum.subarray(1);
  return { ...plan, forward: () => plan.forwardInto(plan.spectrum, imaginary, 0, 2) };
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
  const { data } = plan;
  // Samples in pairs are complex numbers as they lie: the input of the inner transform is the time.
  const time = data.subarray(0, size);
  const spectrum = new Float64Array(size + 2);
  const roots = new Float64Array(half + 2);
  for (let k = 0; 2 * k <= half; k++) [roots[2 * k], roots[2 * k + 1]] = unitRoot(k, size);

  const forwardInto = (re: Floats, im: Floats, start: number, step: number) => {
    splitSpectrum(data, plan.transform(), half, roots, re, im, start, step);
  };

  const inverse = () => {
    const scale = 1 / size;
    data[0] = scale * (spectrum[0] + spectrum[size]);
    data[1] = scale * (spectrum[0] - spectrum[size]);
    for (let k = 2, mirrored = (size - 2) | 0; k <= half; k = (k + 2) | 0, mirrored = (mirrored - 2) | 0) {
      const evenRe = scale * (spectrum[k] + spectrum[mirrored]);
      const evenIm = scale * (spectrum[k + 1] - spectrum[mirrored + 1]);
      const turnedRe = scale * (spectrum[k] - spectrum[mirrored]);
      const turnedIm = scale * (spectrum[k + 1] + spectrum[mirrored + 1]);
      const oddRe = turnedRe * roots[k] + turnedIm * roots[k + 1];
      const oddIm = turnedIm * roots[k] - turnedRe * roots[k + 1];
      // Bins go in in reverse: that turns the forward transform into the inverse one.
      data[mirrored] = evenRe - oddIm;
      data[mirrored + 1] = evenIm + oddRe;
      data[k] = evenRe + oddIm;
      data[k + 1] = oddRe - evenIm;
    }
    const at = plan.transform();
    if (at !== 0) data.copyWithin(0, at, at + size);
  };
  return withForward({ size, bins: half + 1, time, spectrum, forwardInto, inverse });
}

/** The spectrum of a real signal from that of its packed pairs: one of the even samples, one of the odd. */
function splitSpectrum(
  data: Float64Array,
  at: number,
  half: number,
  roots: Float64Array,
  re: Floats,
  im: Floats,
  start: number,
  step: number,
): void {
  const end = start + half * step;
  re[start] = data[at] + data[at + 1];
  re[end] = data[at] - data[at + 1];
  im[start] = im[end] = 0;
  let up = (start + step) | 0;
  let down = (end - step) | 0;
  let low = (at + 2) | 0;
  let high = (at + 2 * half - 2) | 0;
  for (let k = 2; k <= half; k = (k + 2) | 0) {
    const evenRe = 0.5 * (data[low] + data[high]);
    const evenIm = 0.5 * (data[low + 1] - data[high + 1]);
    const oddRe = 0.5 * (data[low + 1] + data[high + 1]);
    const oddIm = 0.5 * (data[high] - data[low]);
    const turnedRe = oddRe * roots[k] - oddIm * roots[k + 1];
    const turnedIm = oddRe * roots[k + 1] + oddIm * roots[k];
    re[up] = evenRe + turnedRe;
    im[up] = evenIm + turnedIm;
    re[down] = evenRe - turnedRe;
    im[down] = turnedIm - evenIm;
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
  const time = new Float64Array(size);
  const spectrum = new Float64Array(2 * bins);

  const forwardInto = (re: Floats, im: Floats, start: number, step: number) => {
    for (let i = 0; i < size; i++) {
      data[2 * i] = time[i];
      data[2 * i + 1] = 0;
    }
    const from = plan.transform();
    for (let k = 0, to = start; k < bins; k++, to += step) {
      re[to] = data[from + 2 * k];
      im[to] = data[from + 2 * k + 1];
    }
    im[start] = 0;
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
  return withForward({ size, bins, time, spectrum, forwardInto, inverse });
}
