import { matmulKernels } from './matmul.kernel.ts';
import { planMatmul } from './plan.ts';
import { type Product, zeroRow } from './product.ts';
import { stripStep, tileColumns, tileRows } from './strip.kernel.ts';
import { reserveWorkspace } from './workspace.kernel.ts';

/** Strips whose length were a power of two would all fall into the same lines of the first cache. */
const paddingBytes = 128;

/** Half of the smallest first cache that is in use. */
const firstCacheBytes = 16_384;

/** The general way: blocks of the result, from packed strips of B. A is packed only where it is transposed. */
export function runBlocks(product: Product): void {
  const { m, n, k, batch, a, aRow, aStep, b, bStep, bColumn, floor } = product;
  const { blockRows, blockColumns, piece, grain } = planMatmul(m, n, k, batch);
  const blocksDown = Math.ceil(m / blockRows);
  const blocksAcross = Math.ceil(n / blockColumns);
  const isAPacked = aStep !== 4;
  const stripBytes = piece * stripStep + paddingBytes;
  const panelBytes = stripBytes / 2;
  const panelPlace = Math.ceil(blockColumns / tileColumns) * stripBytes;
  const edgePlace = panelPlace + (isAPacked ? Math.ceil(blockRows / tileRows) * panelBytes : 0);
  const { workspace, slotBytes } = reserveWorkspace(edgePlace + blockRows * stripStep);
  matmulKernels.blocks.run(
    batch * blocksDown * blocksAcross,
    [
      product.out,
      product.outRow,
      product.outBatch,
      product.start,
      product.startRow,
      product.startColumn,
      product.startBatch,
      a,
      aRow,
      aStep,
      product.aBatch,
      isAPacked ? 1 : 0,
      isAPacked ? 4 : aRow,
      isAPacked ? 4 * tileRows : aStep,
      isAPacked ? panelBytes : aRow * tileRows,
      b,
      bStep,
      bColumn,
      product.bBatch,
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
      Math.max(1, Math.floor(firstCacheBytes / stripBytes)),
      panelPlace,
      edgePlace,
      zeroRow(),
      floor,
    ],
    grain,
  );
}
