export interface Wish {
  x: number;
  /** How much this wish counts against its neighbours'. */
  weight: number;
}

/**
 * Puts boxes in a row as near to their wishes as their order and widths allow. Less the room taken by the boxes
 * before it, a position must not fall below the last one: least squares under that rule is isotonic
 * regression, solved by pooling neighbours that break it (Ayer et al., 1955).
 */
export function pack(widths: readonly number[], wishes: readonly Wish[], gap: number): number[] {
  const offsets: number[] = [];
  const pools: { sum: number; weight: number; count: number }[] = [];
  for (const [at, width] of widths.entries()) {
    offsets.push(at === 0 ? 0 : offsets[at - 1] + (widths[at - 1] + width) / 2 + gap);
    const { x, weight } = wishes[at];
    let pool = { sum: weight * (x - offsets[at]), weight, count: 1 };
    for (
      let last = pools.at(-1);
      last && last.sum / last.weight > pool.sum / pool.weight;
      last = pools.at(-1)
    ) {
      pool = { sum: pool.sum + last.sum, weight: pool.weight + last.weight, count: pool.count + last.count };
      pools.pop();
    }
    pools.push(pool);
  }
  const starts = pools.flatMap(({ sum, weight, count }) => new Array<number>(count).fill(sum / weight));
  return starts.map((start, at) => start + offsets[at]);
}
