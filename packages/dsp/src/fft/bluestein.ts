import { chirp, wrappedChirp } from './chirp.ts';
import type { ComplexPlan } from './complexPlan.ts';
import { doublesOf, fillDoubles } from './doubles.ts';
import { nextSmoothSize } from './radices.ts';

/**
 * A transform of any size as a convolution with a chirp (Bluestein, 1970), itself done by a transform
 * of a friendly size of at least 2 size - 1. Costs about four times as much as a friendly size would.
 */
export function bluesteinPlan(size: number, planFor: (size: number) => ComplexPlan): ComplexPlan {
  const inner = planFor(nextSmoothSize(2 * size - 1));
  const chirped = chirp(size);
  const factors = doublesOf(chirped);
  const wrapped = wrappedChirp(chirped, inner.size);
  fillDoubles(inner.data, wrapped, 0, wrapped.length);
  const at = inner.transform();
  const kernel = inner.data.slice(at, at + 2 * inner.size);
  const data = doublesOf(new Float64Array(4 * size));
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

/** The conjugate of the product of the spectrum at `at` with `kernel`, to the start of `work`. */
function multiplyConjugated(work: number[], at: number, kernel: readonly number[]): void {
  for (let i = 0; i < kernel.length; i += 2) {
    const re = work[at + i];
    const im = work[at + i + 1];
    work[i] = re * kernel[i] - im * kernel[i + 1];
    work[i + 1] = -(re * kernel[i + 1] + im * kernel[i]);
  }
}
