/** What share of each kind is accepted at each threshold; a pair is accepted when its score reaches it. */
export interface RocCurve {
  readonly falsePositiveRate: Float64Array;
  readonly truePositiveRate: Float64Array;
  /** Falling; the first is above every score, so that nothing is accepted. */
  readonly thresholds: Float64Array;
}

/** The receiver operating characteristic of scores that should be high where `same` is true. */
export function rocCurve(scores: ArrayLike<number>, same: ArrayLike<number | boolean>): RocCurve {
  const { positives, negatives } = requirePairs('rocCurve', scores, same);
  const falling = Array.from({ length: scores.length }, (_, index) => index).sort(
    (a, b) => scores[b]! - scores[a]!,
  );
  const points = [{ accepted: 0, wrongly: 0, threshold: Infinity }];
  let [accepted, wrongly] = [0, 0];
  falling.forEach((index, place) => {
    if (same[index]) accepted += 1;
    else wrongly += 1;
    // Equal scores are accepted together.
    const next = falling[place + 1];
    if (next !== undefined && scores[next] === scores[index]) return;
    points.push({ accepted, wrongly, threshold: scores[index]! });
  });
  return {
    falsePositiveRate: Float64Array.from(points, (point) => point.wrongly / negatives),
    truePositiveRate: Float64Array.from(points, (point) => point.accepted / positives),
    thresholds: Float64Array.from(points, ({ threshold }) => threshold),
  };
}

/** The area under the curve: how often a pair of the same scores higher than one of others, ties counting half. */
export function auc({ falsePositiveRate, truePositiveRate }: RocCurve): number {
  let area = 0;
  for (let at = 1; at < falsePositiveRate.length; at++) {
    const width = falsePositiveRate[at]! - falsePositiveRate[at - 1]!;
    area += (width * (truePositiveRate[at]! + truePositiveRate[at - 1]!)) / 2;
  }
  return area;
}

export interface EqualError {
  readonly rate: number;
  readonly threshold: number;
}

/** Where as large a share is wrongly accepted as wrongly refused, on the straight line between the nearest thresholds. */
export function equalErrorRate({ falsePositiveRate, truePositiveRate, thresholds }: RocCurve): EqualError {
  // Wrongly accepted less wrongly refused: rises from -1 to 1 along the curve.
  const excess = (at: number) => falsePositiveRate[at]! - (1 - truePositiveRate[at]!);
  let after = 1;
  while (excess(after) < 0) after += 1;
  const before = after - 1;
  const share = -excess(before) / (excess(after) - excess(before));
  const along = (values: Float64Array) => values[before]! + share * (values[after]! - values[before]!);
  const bounded = Number.isFinite(thresholds[before]!) && share < 1;
  return { rate: along(falsePositiveRate), threshold: bounded ? along(thresholds) : thresholds[after]! };
}

function requirePairs(metric: string, scores: ArrayLike<number>, same: ArrayLike<number | boolean>) {
  if (scores.length !== same.length) {
    throw new RangeError(
      `${metric}: there must be an answer for each score, got ${same.length} for ${scores.length}`,
    );
  }
  let positives = 0;
  for (let index = 0; index < scores.length; index++) {
    if (Number.isNaN(scores[index]!))
      throw new RangeError(`${metric}: scores must be numbers, got NaN at ${index}`);
    if (same[index]) positives += 1;
  }
  const negatives = scores.length - positives;
  if (positives === 0 || negatives === 0) {
    throw new RangeError(
      `${metric}: there must be pairs of both kinds, got ${positives} of the same and ${negatives} of others`,
    );
  }
  return { positives, negatives };
}
