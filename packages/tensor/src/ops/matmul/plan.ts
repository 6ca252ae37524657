/** How a product is cut. The cut along the inner size fixes the order of sums, so it depends on that size alone. */
export interface Plan {
  readonly blockRows: number;
  readonly blockColumns: number;
  readonly piece: number;
  /** Blocks for a thread to take at a time. */
  readonly grain: number;
}

/** Blocks of A (256 × 384) and B (384 × 128) lie in the second cache together, 576 KiB of one MiB. */
const largest = { rows: 256, columns: 128, piece: 384 };
const smallest = { rows: 32, columns: 32 };

/** Enough blocks that threads end together, while each is worth its way: about 20 µs. */
const wantedBlocks = 16;
const worthwhileFlops = 1e6;

/** Fetching and packing a number of B costs about as much as computing so many rows with it. */
const packingRows = 16;

export function planMatmul(m: number, n: number, k: number, batch: number): Plan {
  const piece = evenly(k, largest.piece, 4);
  let rows = evenly(m, largest.rows, 4);
  let columns = evenly(n, largest.columns, 8);
  const flops = (): number => 2 * (rows + packingRows) * columns * k;
  const blocks = (): number => batch * Math.ceil(m / rows) * Math.ceil(n / columns);
  while (blocks() < wantedBlocks && flops() > 2 * worthwhileFlops) {
    if (columns >= rows && columns > smallest.columns) columns = evenly(n, columns / 2, 8);
    else if (rows > smallest.rows) rows = evenly(m, rows / 2, 4);
    else break;
  }
  return { blockRows: rows, blockColumns: columns, piece, grain: Math.ceil(worthwhileFlops / flops()) };
}

/** The length of parts into which `length` falls, none longer than `most`, all but the last alike. */
function evenly(length: number, most: number, multipleOf: number): number {
  const parts = Math.max(1, Math.ceil(length / most));
  return Math.max(1, Math.ceil(length / parts / multipleOf)) * multipleOf;
}
