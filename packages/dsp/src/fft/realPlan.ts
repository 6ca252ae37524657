import { cached } from './cached.ts';
import { complexPlan } from './complexPlan.ts';
import { unitRoot } from './radices.ts';

/**
 * Real transforms of one size, both ways, in double precision: fill `time` and call `forward` to have
 * `size / 2 + 1` complex bins (interleaved) in `spectrum`, or fill `spectrum` and call `inverse`
 * (scaled by 1 / size) to have `time`. Both arrays are shared by everyone who uses this size.
 */
export interface RealPlan {
  readonly size: number;
  readonly bins: number;
  readonly time: Float64Array;
  readonly spectrum: Float64Array;
  forward(): void;
  inverse(): void;
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
  const time = new Float64Array(size);
  const spectrum = new Float64Array(size + 2);
  const roots = new Float64Array(half + 2);
  for (let k = 0; 2 * k <= half; k++) [roots[2 * k], roots[2 * k + 1]] = unitRoot(k, size);

  const forward = () => {
    data.set(time);
    const at = plan.transform();
    spectrum[0] = data[at] + data[at + 1];
    spectrum[1] = spectrum[size + 1] = 0;
    spectrum[size] = data[at] - data[at + 1];
    for (let k = 2; k <= half; k += 2) {
      const low = at + k;
      const high = at + size - k;
      const evenRe = 0.5 * (data[low] + data[high]);
      const evenIm = 0.5 * (data[low + 1] - data[high + 1]);
      const oddRe = 0.5 * (data[low + 1] + data[high + 1]);
      const oddIm = 0.5 * (data[high] - data[low]);
      const turnedRe = oddRe * roots[k] - oddIm * roots[k + 1];
      const turnedIm = oddRe * roots[k + 1] + oddIm * roots[k];
      spectrum[k] = evenRe + turnedRe;
      spectrum[k + 1] = evenIm + turnedIm;
      spectrum[size - k] = evenRe - turnedRe;
      spectrum[size - k + 1] = turnedIm - evenIm;
    }
  };

  const inverse = () => {
    const scale = 1 / size;
    data[0] = scale * (spectrum[0] + spectrum[size]);
    data[1] = -scale * (spectrum[0] - spectrum[size]);
    for (let k = 2; k <= half; k += 2) {
      const evenRe = scale * (spectrum[k] + spectrum[size - k]);
      const evenIm = scale * (spectrum[k + 1] - spectrum[size - k + 1]);
      const turnedRe = scale * (spectrum[k] - spectrum[size - k]);
      const turnedIm = scale * (spectrum[k + 1] + spectrum[size - k + 1]);
      const oddRe = turnedRe * roots[k] + turnedIm * roots[k + 1];
      const oddIm = turnedIm * roots[k] - turnedRe * roots[k + 1];
      // Conjugates go in and come out: that turns the forward transform into the inverse one.
      data[k] = evenRe - oddIm;
      data[k + 1] = -(evenIm + oddRe);
      data[size - k] = evenRe + oddIm;
      data[size - k + 1] = evenIm - oddRe;
    }
    const at = plan.transform();
    for (let i = 0; i < size; i += 2) {
      time[i] = data[at + i];
      time[i + 1] = -data[at + i + 1];
    }
  };
  return { size, bins: half + 1, time, spectrum, forward, inverse };
}

/** Odd sizes have no pairs: a complex transform of the full size with zeros beside the samples. */
function widePlan(size: number): RealPlan {
  const plan = complexPlan(size);
  const { data } = plan;
  const bins = (size + 1) / 2;
  const time = new Float64Array(size);
  const spectrum = new Float64Array(2 * bins);

  const forward = () => {
    for (let i = 0; i < size; i++) {
      data[2 * i] = time[i];
      data[2 * i + 1] = 0;
    }
    const at = plan.transform();
    spectrum.set(data.subarray(at, at + 2 * bins));
    spectrum[1] = 0;
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
  return { size, bins, time, spectrum, forward, inverse };
}
