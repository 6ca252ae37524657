import { unitRoot } from '../fft/radices.ts';
import { complexBytes, fftLanes, lanePlan } from './lanePlan.ts';
import { floats, place, placeWords, remember, words } from './runtime.ts';

/**
 * Four real transforms of one size; see fft/realPlan.ts. `clear`, then samples times `forwardScale` to `time`,
 * `timeStep` bytes apart, then `forward`, and the bins are in `spectrum`.
 */
export interface RealLanes {
  readonly size: number;
  readonly bins: number;
  readonly forwardScale: number;
  readonly time: number;
  readonly timeStep: number;
  readonly spectrum: number;
  clear(): void;
  /** The bins to `spectrum`, or to the address given. */
  forward(to?: number): void;
}

export function realLanes(size: number): RealLanes {
  return remember(`real ${size}`, () => (size % 2 === 0 ? packedLanes(size) : wideLanes(size)));
}

/** e^(-2 pi i k / size) for the bins up to a quarter of `size`, where pairs meet. */
export function pairRoots(size: number): number[] {
  return Array.from({ length: Math.floor(size / 4) + 1 }, (_, k) => unitRoot(k, size)).flat();
}

function packedLanes(size: number): RealLanes {
  const half = size / 2;
  const inner = lanePlan(half);
  // The bins take the place of what they come from, and one more.
  const spectrum = inner.result;
  const { unpack } = fftLanes();
  const unpackArgs = placeWords(inner.result, spectrum, half, place(pairRoots(size)));
  return {
    size,
    bins: half + 1,
    forwardScale: 0.5,
    time: inner.input,
    timeStep: complexBytes / 2,
    spectrum,
    clear: () => undefined,
    forward(to = spectrum) {
      inner.transform();
      words[unpackArgs / 4 + 1] = to;
      unpack(unpackArgs, 0, 1);
    },
  };
}

function wideLanes(size: number): RealLanes {
  const inner = lanePlan(size);
  const bins = (size + 1) / 2;
  return {
    size,
    bins,
    forwardScale: 1,
    time: inner.input,
    timeStep: complexBytes,
    spectrum: inner.result,
    clear: () => floats.fill(0, inner.input / 4, (inner.input + complexBytes * size) / 4),
    forward(to = inner.result) {
      inner.transform();
      const from = inner.result / 4;
      if (to !== inner.result) floats.copyWithin(to / 4, from, from + (complexBytes / 4) * bins);
    },
  };
}
