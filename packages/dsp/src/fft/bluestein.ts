import type { ComplexPlan } from './complexPlan.ts';
import { nextSmoothSize, unitRoot } from './radices.ts';

/** The chirp e^(-i pi k^2 / size), interleaved; k^2 is taken modulo 2 size, where it stays exact. */
export function chirp(size: number): Float64Array {
  const values = new Float64Array(2 * size);
  for (let k = 0; k < size; k++) {
    const [re, im] = unitRoot((k * k) % (2 * size), 2 * size);
    values[2 * k] = re;
    values[2 * k + 1] = im;
  }
  return values;
}

/**
 * A transform of any size as a convolution with a chirp (Bluestein, 1970), itself done by a transform
 * of a friendly size of at least 2 size - 1. Costs about four times as much as a friendly size would.
 */
export function bluesteinPlan(size: number, planFor: (size: number) => ComplexPlan): ComplexPlan {
  const inner = planFor(nextSmoothSize(2 * size - 1));
  const factors = chirp(size);
  const kernel = chirpSpectrum(factors, inner);
  const data = new Float64Array(4 * size);
  const transform = () => {
    const work = inner.data;
    for (let i = 0; i < 2 * size; i += 2) {
      work[i] = data[i] * factors[i] - data[i + 1] * factors[i + 1];
      work[i + 1] = data[i] * factors[i + 1] + data[i + 1] * factors[i];
    }
    work.fill(0, 2 * size, 2 * inner.size);
    multiplyConjugated(work, inner.transform(), kernel);
    const at = inner.transform();
    // The second transform ran on conjugates, which makes it an inverse: its result is conjugated back here.
    const scale = 1 / inner.size;
    for (let i = 0; i < 2 * size; i += 2) {
      const re = work[at + i] * scale;
      const im = -work[at + i + 1] * scale;
      data[2 * size + i] = re * factors[i] - im * factors[i + 1];
      data[2 * size + i + 1] = re * factors[i + 1] + im * factors[i];
    }
    return 2 * size;
  };
  return { size, data, transform };
}

/** The spectrum of the conjugated chirp, laid around the circle so that negative times wrap. */
export function chirpSpectrum(factors: Float64Array, inner: ComplexPlan): Float64Array {
  const work = inner.data;
  work.fill(0, 0, 2 * inner.size);
  for (let k = 0; k < factors.length / 2; k++) {
    const mirrored = (inner.size - k) % inner.size;
    work[2 * k] = work[2 * mirrored] = factors[2 * k];
    work[2 * k + 1] = work[2 * mirrored + 1] = -factors[2 * k + 1];
  }
  const at = inner.transform();
  return work.slice(at, at + 2 * inner.size);
}

/** The conjugate of the product of the spectrum at `at` with `kernel`, to the start of `work`. */
function multiplyConjugated(work: Float64Array, at: number, kernel: Float64Array): void {
  for (let i = 0; i < kernel.length; i += 2) {
    const re = work[at + i];
    const im = work[at + i + 1];
    work[i] = re * kernel[i] - im * kernel[i + 1];
    work[i + 1] = -(re * kernel[i + 1] + im * kernel[i]);
  }
}
