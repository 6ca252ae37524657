import { inverseModule } from './inverseModule.ts';
import { complexBytes, lanePlan } from './lanePlan.ts';
import { pairRoots } from './realLanes.ts';
import { kernelsOf, place, placeWords, remember, words } from './runtime.ts';

/** The kernels that lead from spectra back to rows of samples. */
export const backLanes = kernelsOf<'pack' | 'mirror' | 'scatter' | 'scatterAdd'>(inverseModule);

/**
 * Four inverse real transforms of one size: `inverse` of the bins at an address leaves samples in `timeOut`,
 * `timeStep` bytes apart, which are right after a multiplication by 1 / size.
 */
export interface InverseLanes {
  readonly timeOut: number;
  readonly timeStep: number;
  inverse(bins: number): void;
}

export function inverseLanes(size: number): InverseLanes {
  return remember(`inverse ${size}`, () => {
    const isPacked = size % 2 === 0;
    const inner = lanePlan(isPacked ? size / 2 : size);
    const { pack, mirror } = backLanes();
    const args = isPacked
      ? placeWords(0, inner.input, size / 2, place(pairRoots(size)))
      : placeWords(0, inner.input, size);
    const prepare = isPacked ? pack : mirror;
    const inverse = (bins: number) => {
      words[args / 4] = bins;
      prepare(args, 0, 1);
      inner.transform();
    };
    return { timeOut: inner.result, timeStep: isPacked ? complexBytes / 2 : complexBytes, inverse };
  });
}
