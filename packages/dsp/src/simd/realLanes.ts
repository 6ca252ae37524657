import { splitIntoRadices, stageRoots, unitRoot } from '../fft/radices.ts';
import { complexBytes, fftLanes, lanePlan, stagesFrom } from './lanePlan.ts';
import { floats, place, placeWords, remember, words } from './runtime.ts';

/** Four real transforms of one size; see fft/realPlan.ts. */
export interface RealLanes {
  readonly size: number;
  readonly bins: number;
  /** What the samples' weights are to be multiplied by. */
  readonly forwardScale: number;
  readonly spectrum: number;
  /** An address for `forward`, with weights at another: its first four words are for the addresses of rows. */
  rows(weights: number): number;
  /** Rows times weights, transformed: the bins to `spectrum`, or to the address given. */
  forward(rows: number, to?: number): void;
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
  const radices = splitIntoRadices(half);
  // A stage of radix 2 costs nothing where samples are gathered, so then it goes first.
  const isHalved = radices?.at(-1) === 2 && half % 4 === 0;
  const inner = isHalved ? stagesFrom(half, radices.slice(0, -1), 2) : lanePlan(half);
  const { gather, gatherHalves, unpack } = fftLanes();
  const enter = isHalved ? gatherHalves : gather;
  const stepOrRoots = isHalved ? place(stageRoots(2, half / 2)) : complexBytes / 2;
  // The bins take the place of what they come from, and one more.
  const spectrum = inner.result;
  const unpackArgs = placeWords(inner.result, spectrum, half, place(pairRoots(size)));
  return {
    size,
    bins: half + 1,
    forwardScale: 0.5,
    spectrum,
    rows: (weights) => placeWords(0, 0, 0, 0, weights, inner.input, stepOrRoots),
    forward(rows, to = spectrum) {
      enter(rows, 0, size);
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
    spectrum: inner.result,
    rows: (weights) => placeWords(0, 0, 0, 0, weights, inner.input, complexBytes),
    forward(rows, to = inner.result) {
      floats.fill(0, inner.input / 4, (inner.input + complexBytes * size) / 4);
      fftLanes().gather(rows, 0, size);
      inner.transform();
      const from = inner.result / 4;
      if (to !== inner.result) floats.copyWithin(to / 4, from, from + (complexBytes / 4) * bins);
    },
  };
}
