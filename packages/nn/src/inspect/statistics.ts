/** What the elements of a tensor are like. */
export interface Statistics {
  readonly count: number;
  readonly mean: number;
  readonly deviation: number;
  readonly least: number;
  readonly largest: number;
  /** The share of elements that are exactly zero. */
  readonly zeroShare: number;
  /** The share of places that are zero in every row of the batch: units of a ReLU that nothing wakes. */
  readonly deadShare: number;
  /** How many elements are neither numbers nor bounded. */
  readonly notFinite: number;
  readonly histogram: Histogram;
}

export interface Histogram {
  /** One more than there are counts. */
  readonly edges: readonly number[];
  readonly counts: readonly number[];
}

/** Statistics of elements whose first axis has `rows` places; what is not finite is counted and left out. */
export function statisticsOf(values: Float32Array, rows: number, bins: number): Statistics {
  let [count, sum, squares, zeros, least, largest] = [0, 0, 0, 0, Infinity, -Infinity];
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    count += 1;
    sum += value;
    squares += value * value;
    if (value === 0) zeros += 1;
    if (value < least) least = value;
    if (value > largest) largest = value;
  }
  const mean = count > 0 ? sum / count : 0;
  const variance = count > 0 ? squares / count - mean * mean : 0;
  return {
    count,
    mean,
    deviation: Math.sqrt(Math.max(0, variance)),
    least: count > 0 ? least : 0,
    largest: count > 0 ? largest : 0,
    zeroShare: count > 0 ? zeros / count : 0,
    deadShare: deadShare(values, rows),
    notFinite: values.length - count,
    histogram: histogramOf(values, least, largest, bins),
  };
}

function deadShare(values: Float32Array, rows: number): number {
  const places = rows > 0 ? values.length / rows : 0;
  if (places === 0) return 0;
  const awake = new Uint8Array(places);
  for (let index = 0; index < values.length; index++) if (values[index] !== 0) awake[index % places] = 1;
  return 1 - awake.reduce((sum, one) => sum + one, 0) / places;
}

function histogramOf(values: Float32Array, least: number, largest: number, bins: number): Histogram {
  // All values alike, or none: a range of one around them.
  const middle = Number.isFinite(least) ? least : 0;
  const [low, high] = least < largest ? [least, largest] : [middle - 0.5, middle + 0.5];
  const counts = new Array<number>(bins).fill(0);
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    const bin = Math.min(bins - 1, Math.floor((bins * (value - low)) / (high - low)));
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  const edges = Array.from({ length: bins + 1 }, (_, edge) => low + ((high - low) * edge) / bins);
  return { edges, counts };
}

/** A histogram in one line: `▁▂▅█▅▂▁`. */
export function sparkline({ counts }: Histogram): string {
  const most = Math.max(1, ...counts);
  return counts.map((count) => ' ▁▂▃▄▅▆▇█'[Math.ceil((8 * count) / most)]).join('');
}
