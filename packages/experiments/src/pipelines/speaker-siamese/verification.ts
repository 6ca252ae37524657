import { auc, equalErrorRate, type RocCurve, rocCurve } from '@sonograd/nn';

/** More clips than these make more pairs than anybody waits for. */
const mostClips = 1000;

/** How alike both clips of each pair are, and whether one speaker said both. */
export interface Answers {
  readonly scores: ArrayLike<number>;
  readonly same: ArrayLike<number>;
}

/** Pairs of some clips. */
export interface Trials extends Answers {
  readonly scores: Float32Array;
  readonly same: Uint8Array;
  /** Which clips, by their number. */
  readonly first: Int32Array;
  readonly second: Int32Array;
}

/** Evenly chosen, where there are too many. */
export function chosenClips(places: ArrayLike<number>, most = mostClips): Int32Array {
  const count = Math.min(most, places.length);
  return Int32Array.from({ length: count }, (_, n) => places[Math.floor((n * places.length) / count)]!);
}

/** Every clip with every other: the cosine of the angle between their rows. */
export function allPairs(rows: readonly Float32Array[], speakers: readonly string[]): Trials {
  const units = rows.map(unit);
  const count = (rows.length * (rows.length - 1)) / 2;
  const trials = {
    scores: new Float32Array(count),
    same: new Uint8Array(count),
    first: new Int32Array(count),
    second: new Int32Array(count),
  };
  let pair = 0;
  for (let a = 0; a < rows.length; a++) {
    for (let b = a + 1; b < rows.length; b++, pair++) {
      trials.scores[pair] = dot(units[a]!, units[b]!);
      trials.same[pair] = speakers[a] === speakers[b] ? 1 : 0;
      trials.first[pair] = a;
      trials.second[pair] = b;
    }
  }
  return trials;
}

export interface Verification {
  readonly curve: RocCurve;
  readonly equalErrorRate: number;
  /** Where that is reached. */
  readonly threshold: number;
  readonly auc: number;
}

export function verify({ scores, same }: Answers): Verification {
  const curve = rocCurve(scores, same);
  const { rate, threshold } = equalErrorRate(curve);
  return { curve, equalErrorRate: rate, threshold, auc: auc(curve) };
}

/**
 * The share of pairs that a threshold judges rightly, both kinds counting the same: there are more pairs of two
 * speakers than of one, and who always says no would be right most of the time.
 */
export function pairAccuracy({ scores, same }: Answers, threshold: number, counts = all): number {
  const right = [0, 0];
  const total = [0, 0];
  for (let pair = 0; pair < scores.length; pair++) {
    if (!counts(pair)) continue;
    const kind = same[pair]!;
    total[kind]! += 1;
    if ((scores[pair]! >= threshold ? 1 : 0) === kind) right[kind]! += 1;
  }
  const shares = [0, 1].filter((kind) => total[kind]! > 0).map((kind) => right[kind]! / total[kind]!);
  return shares.reduce((sum, share) => sum + share, 0) / Math.max(1, shares.length);
}

const all = (_pair: number): boolean => true;

/** What share of pairs of one speaker is refused where this share of the others is accepted, by straight lines. */
export function missRate({ falsePositiveRate, truePositiveRate }: RocCurve, falseShare: number): number {
  const after = falsePositiveRate.findIndex((rate) => rate > falseShare);
  if (after < 0) return 1 - truePositiveRate.at(-1)!;
  const [low, high] = [falsePositiveRate[after - 1]!, falsePositiveRate[after]!];
  const [from, to] = [truePositiveRate[after - 1]!, truePositiveRate[after]!];
  return 1 - (from + ((falseShare - low) / (high - low)) * (to - from));
}

function unit(row: Float32Array): Float32Array {
  const length = Math.sqrt(dot(row, row));
  return length > 0 ? row.map((value) => value / length) : row;
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
