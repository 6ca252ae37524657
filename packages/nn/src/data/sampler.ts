import { foldIn, permutation, type RandomKey } from '@sonograd/tensor';

/** Which items an epoch visits, in which order: the same for the same epoch, whatever came before. */
export interface Sampler {
  readonly length: number;
  order(epoch: number): Int32Array;
}

export function sequentialSampler(length: number): Sampler {
  return { length, order: () => Int32Array.from({ length }, (_, index) => index) };
}

/** Every item once, in an order of the epoch's own. */
export function shuffledSampler(length: number, key: RandomKey): Sampler {
  return { length, order: (epoch) => permutation(length, foldIn(key, epoch)) };
}

export interface BalancedOptions {
  readonly key: RandomKey;
  /** How many items make an epoch; as many as there are labels unless said otherwise. */
  readonly length?: number;
}

/**
 * Every class as often as every other (by one at most): rare ones come several times, and no item of a class comes
 * again before all others of it came.
 */
export function balancedSampler(
  labels: ArrayLike<number | string>,
  { key, length = labels.length }: BalancedOptions,
): Sampler {
  const classes = [...membersByLabel(labels).values()];
  if (classes.length === 0) throw new RangeError('balancedSampler: there must be labels, got none');
  return {
    length,
    order(epoch) {
      const own = foldIn(key, epoch);
      const turns = permutation(length, foldIn(own, 'turns'));
      const draws = classes.map((members, index) => endlessDraw(members, foldIn(own, index)));
      const first = permutation(classes.length, foldIn(own, 'first'));
      return turns.map((turn) => draws[first[turn % classes.length]!]!());
    },
  };
}

/** The members in a random order, and again in another when all were drawn. */
function endlessDraw(members: readonly number[], key: RandomKey): () => number {
  let drawn = 0;
  let order = new Int32Array(0);
  return () => {
    const place = drawn % members.length;
    if (place === 0) order = new Int32Array(permutation(members.length, foldIn(key, drawn)));
    drawn += 1;
    return members[order[place]!]!;
  };
}

/** The places of each label, in the order in which labels first come. */
export function membersByLabel(labels: ArrayLike<number | string>): Map<number | string, number[]> {
  const members = new Map<number | string, number[]>();
  for (let index = 0; index < labels.length; index++) {
    const label = labels[index]!;
    const list = members.get(label) ?? [];
    members.set(label, list);
    list.push(index);
  }
  return members;
}
