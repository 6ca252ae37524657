import { unitRoot } from '../fft/radices.ts';
import { complexBytes, fftLanes, lanePlan } from './lanePlan.ts';
import { allocate, floats, place, placeWords, remember, words } from './runtime.ts';

/**
 * Four real transforms of one size, both ways; see fft/realPlan.ts. Forward: `clear`, samples times
 * `forwardScale` to `time`, `forward`, bins in `spectrum`. Back: `inverse` of bins at an address, samples
 * in `timeOut` after a multiplication by 1 / size. Samples lie `timeStep` bytes apart.
 */
export interface RealLanes {
  readonly size: number;
  readonly bins: number;
  readonly forwardScale: number;
  readonly time: number;
  readonly timeOut: number;
  readonly timeStep: number;
  readonly spectrum: number;
  clear(): void;
  /** The bins to `spectrum`, or to the address given. */
  forward(to?: number): void;
  inverse(bins: number): void;
}

export function realLanes(size: number): RealLanes {
  return remember(`real ${size}`, () => (size % 2 === 0 ? packedLanes(size) : wideLanes(size)));
}

function packedLanes(size: number): RealLanes {
  const half = size / 2;
  const inner = lanePlan(half);
  const spectrum = allocate(complexBytes * (half + 1));
  const roots = new Float32Array(half + 2);
  for (let k = 0; 2 * k <= half; k++) [roots[2 * k], roots[2 * k + 1]] = unitRoot(k, size);
  const rootsAt = place(roots);
  const { unpack, pack } = fftLanes();
  const unpackArgs = placeWords(inner.result, spectrum, half, rootsAt);
  const packArgs = placeWords(0, inner.input, half, rootsAt);
  return {
    size,
    bins: half + 1,
    forwardScale: 0.5,
    time: inner.input,
    timeOut: inner.result,
    timeStep: complexBytes / 2,
    spectrum,
    clear: () => undefined,
    forward(to = spectrum) {
      inner.transform();
      words[unpackArgs / 4 + 1] = to;
      unpack(unpackArgs, 0, 1);
    },
    inverse(from) {
      words[packArgs / 4] = from;
      pack(packArgs, 0, 1);
      inner.transform();
    },
  };
}

function wideLanes(size: number): RealLanes {
  const inner = lanePlan(size);
  const bins = (size + 1) / 2;
  const { mirror } = fftLanes();
  const mirrorArgs = placeWords(0, inner.input, size);
  return {
    size,
    bins,
    forwardScale: 1,
    time: inner.input,
    timeOut: inner.result,
    timeStep: complexBytes,
    spectrum: inner.result,
    clear: () => floats.fill(0, inner.input / 4, (inner.input + complexBytes * size) / 4),
    forward(to = inner.result) {
      inner.transform();
      const from = inner.result / 4;
      if (to !== inner.result) floats.copyWithin(to / 4, from, from + (complexBytes / 4) * bins);
    },
    inverse(from) {
      words[mirrorArgs / 4] = from;
      mirror(mirrorArgs, 0, 1);
      inner.transform();
    },
  };
}
