import { bluesteinPlan } from './bluestein.ts';
import { type Butterfly, butterflies, lastButterflies } from './butterflies.ts';
import { cached } from './cached.ts';
import { doublesOf } from './doubles.ts';
import { splitIntoRadices, stageRoots } from './radices.ts';

/**
 * A forward complex transform of one size, in double precision. `transform` reads `size` complex
 * numbers (interleaved) from the start of `data`, and returns where in `data` the result begins.
 */
export interface ComplexPlan {
  readonly size: number;
  readonly data: number[];
  transform(): number;
}

interface Stage {
  readonly butterfly: Butterfly;
  readonly count: number;
  readonly stride: number;
  readonly roots: readonly number[];
}

function stockhamPlan(size: number, radices: readonly number[]): ComplexPlan {
  const stages: Stage[] = [];
  let stride = 1;
  for (const radix of radices) {
    const count = size / (stride * radix);
    const butterfly = (count === 1 ? lastButterflies : butterflies)[radix];
    stages.push({ butterfly, count, stride, roots: doublesOf(stageRoots(radix, count)) });
    stride *= radix;
  }
  const data = doublesOf(new Float64Array(4 * size));
  const transform = () => {
    let from = 0;
    for (const { butterfly, count, stride, roots } of stages) {
      butterfly(data, from, 2 * size - from, count, stride, roots);
      from = 2 * size - from;
    }
    return from;
  };
  return { size, data, transform };
}

/**
 * As many eights as leave no two behind: scalar code has registers for them and gains by them, the lanes
 * lose. Sixteen stays two fours, for an eight would leave a two, the dearest stage for its work.
 */
function splitWithEights(size: number): number[] | undefined {
  const eights: number[] = [];
  let rest = size;
  for (; rest % 8 === 0 && (rest % 16 !== 0 || rest % 32 === 0); rest /= 8) eights.push(8);
  const others = splitIntoRadices(rest);
  return others && [...eights, ...others];
}

/** The plan for a size, built once. Its `data` is shared: fill, transform and read before anyone else can. */
export const complexPlan: (size: number) => ComplexPlan = cached((size: number) => {
  const radices = splitWithEights(size);
  return radices === undefined ? bluesteinPlan(size, complexPlan) : stockhamPlan(size, radices);
});
