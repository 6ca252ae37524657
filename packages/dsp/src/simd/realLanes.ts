import { splitIntoRadices, stageRoots, unitRoot } from '../fft/radices.ts';
import { complexBytes, fftLanes, lanePlan, stagesFrom } from './lanePlan.ts';
import { floats, place, placeWords, remember, words } from './runtime.ts';

/** Four real transforms of one size; see fft/realPlan.ts. */
export interface RealLanes {
  readonly bins: number;
  /** What the samples' weights are to be multiplied by. */
  readonly forwardScale: number;
  readonly spectrum: number;
  /** An address for `forward`, with weights at another: its first four words are for the addresses of rows. */
  rows(weights: number): number;
  /** Rows times weights, transformed: the bins to `spectrum`, or to the address given. */
  forward(rows: number, to?: number): void;
  /** The same, squared magnitudes alone: a vector for each bin. */
  power(rows: number, to: number): void;
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
  const unpackArgs = placeWords(inner.result, spectrum, half, place(pairRoots(size)), 0);
  const transform = (rows: number, to: number, squared: number) => {
    enter(rows, 0, size);
    inner.transform();
    words[unpackArgs / 4 + 1] = to;
    words[unpackArgs / 4 + 4] = squared;
    unpack(unpackArgs, 0, 1);
  };
  return {
    bins: half + 1,
    forwardScale: 0.5,
    spectrum,
    rows: (weights) => placeWords(0, 0, 0, 0, weights, inner.input, stepOrRoots),
    forward: (rows, to = spectrum) => transform(rows, to, 0),
    power: (rows, to) => transform(rows, to, 1),
  };
}

function wideLanes(size: number): RealLanes {
  const { input, result, transform } = lanePlan(size);
  const bins = (size + 1) / 2;
  const { gather, power } = fftLanes();
  const powerArgs = placeWords(result, 0);
  const forward = (rows: number, to = result) => {
    floats.fill(0, input / 4, (input + complexBytes * size) / 4);
    gather(rows, 0, size);
    transform();
    if (to !== result) floats.copyWithin(to / 4, result / 4, (result + complexBytes * bins) / 4);
  };
  return {
    bins,
    forwardScale: 1,
    spectrum: result,
    rows: (weights) => placeWords(0, 0, 0, 0, weights, input, complexBytes),
    forward,
    power(rows, to) {
      forward(rows);
      words[powerArgs / 4 + 1] = to;
      power(powerArgs, 0, bins);
    },
  };
}
