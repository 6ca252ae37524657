import { matmulKernels } from './matmul.kernel.ts';
import { planMatmul } from './plan.ts';
import { stripStep, tileColumns, tileRows } from './strip.kernel.ts';
import { reserveWorkspace } from './workspace.kernel.ts';

/** Strips whose length were a power of two would all fall into the same lines of the first cache. */
const cacheLines = 128;

/** Pointers into the heap. A is [m, k], or [k, m] where transposed; B is [k, n] or [n, k]; out is [m, n]. */
export interface MatmulArguments {
  readonly out: number;
  readonly a: number;
  readonly b: number;
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly transposeA?: boolean;
  readonly transposeB?: boolean;
  /** Elements from one row of memory to the next; the row's length unless given. */
  readonly lda?: number;
  readonly ldb?: number;
  readonly ldOut?: number;
  readonly batch?: number;
  /** Elements from one matrix of the batch to the next; 0 uses the same one for all. */
  readonly strideA?: number;
  readonly strideB?: number;
  readonly strideOut?: number;
  /** Pointer to n numbers, added to each row. */
  readonly bias?: number;
  readonly activation?: 'relu';
  /** Adds to what is in out; not together with a bias. */
  readonly accumulate?: boolean;
}

/** out = activation(A·B + bias), for each matrix of the batch, on as many threads as are on. */
export function runMatmul(given: MatmulArguments): void {
  const { out, a, b, m, n, k, transposeA = false, transposeB = false, batch = 1 } = given;
  if (batch * m * n === 0) return;
  const { lda = transposeA ? m : k, ldb = transposeB ? k : n, ldOut = n } = given;
  const { strideA = m * k, strideB = k * n, strideOut = m * n, activation } = given;
  const { blockRows, blockColumns, piece, grain } = planMatmul(m, n, k, batch);
  const blocksDown = Math.ceil(m / blockRows);
  const blocksAcross = Math.ceil(n / blockColumns);
  const stripBytes = piece * stripStep + cacheLines;
  const panelBytes = stripBytes / 2;
  const panelPlace = Math.ceil(blockColumns / tileColumns) * stripBytes;
  const edgePlace = panelPlace + (transposeA ? Math.ceil(blockRows / tileRows) * panelBytes : 0);
  const { workspace, slotBytes, zeros } = reserveWorkspace(edgePlace + blockRows * stripStep);
  const { start, startRow, startColumn, startBatch } = startOf(given, zeros, ldOut, strideOut);
  matmulKernels.blocks.run(
    batch * blocksDown * blocksAcross,
    [
      out,
      ldOut * 4,
      strideOut * 4,
      start,
      startRow,
      startColumn,
      startBatch,
      a,
      transposeA ? 4 : lda * 4,
      transposeA ? lda * 4 : 4,
      strideA * 4,
      transposeA ? 1 : 0,
      transposeA ? 4 : lda * 4,
      transposeA ? 4 * tileRows : 4,
      transposeA ? panelBytes : lda * 4 * tileRows,
      b,
      transposeB ? 4 : ldb * 4,
      transposeB ? ldb * 4 : 4,
      strideB * 4,
      m,
      n,
      k,
      blockRows,
      blockColumns,
      blocksDown,
      blocksAcross,
      piece,
      workspace,
      slotBytes,
      stripBytes,
      panelPlace,
      edgePlace,
      zeros,
      activation === 'relu' ? 0 : -Infinity,
    ],
    grain,
  );
}

/** What the products are added to, with its strides in bytes. */
function startOf(
  { out, bias, accumulate }: MatmulArguments,
  zeros: number,
  ldOut: number,
  strideOut: number,
) {
  if (accumulate) return { start: out, startRow: ldOut * 4, startColumn: 4, startBatch: strideOut * 4 };
  if (bias !== undefined) return { start: bias, startRow: 0, startColumn: 4, startBatch: 0 };
  return { start: zeros, startRow: 0, startColumn: 0, startBatch: 0 };
}
