import { heap } from '@sonograd/wasm';
import { zeroRow } from '../../matmul/product.ts';
import { stripStep } from '../../matmul/strip.kernel.ts';
import { reserveWorkspace } from '../../matmul/workspace.kernel.ts';
import type { Scratch } from '../scratch.ts';
import type { ConvSizes } from '../sizes.ts';
import { winogradFilterKernels } from './filters.kernel.ts';
import { winogradKernels } from './forward.kernel.ts';
import { betweenBytes } from './output.kernel.ts';
import { planTiles } from './plan.ts';
import { tileEntryBytes } from './tiles.kernel.ts';

/** Lengths that were powers of two would make the 36 products fall into the same lines of the first cache. */
const paddingBytes = 64;

/** Tiles of a block: enough for filters to be read seldom, few enough to stay in the second cache in all channels. */
const mostTiles = 56;
const cacheNumbers = 8192;

/** For threads to end together. */
const wantedBlocks = 16;

/** Products in memory at a time, in bytes. */
const productsBytes = 300e3;

/** About 20 µs. */
const worthwhileFlops = 1e6;

interface Pointers {
  readonly out: number;
  readonly source: number;
  readonly filters: number;
  readonly bias: number;
}

/**
 * A 3 × 3 convolution with stride 1. `turned` reads the filters as the input gradient needs them: with outputs as
 * channels, channels as outputs, from their end. `sizes` are those of the convolution that is computed.
 */
export function runWinograd(
  pointers: Pointers,
  sizes: ConvSizes,
  relu: boolean,
  turned: boolean,
  scratch: Scratch,
): void {
  const { channels, outputs, image, padding, out } = sizes;
  const plan = planTiles(sizes, Math.min(mostTiles, cacheNumbers / channels), wantedBlocks);
  const { tiles, tileRows, block, blocksAcross, blocks, blockTiles, pitch } = plan;
  const strips = blockTiles / 8;
  const stripBytes = channels * stripStep;
  const inputBytes = strips * stripBytes + paddingBytes;
  const rowBytes = strips * stripStep;
  const blockOutputs = Math.min(outputs, 4 * Math.max(4, Math.round(productsBytes / 36 / rowBytes / 4)));
  const productBytes = blockOutputs * rowBytes + paddingBytes;
  const filterRow = 16 * Math.ceil(channels / 4);
  const filterBytes = outputs * filterRow + paddingBytes;
  const filters = scratch.bytes(36 * filterBytes);
  const tablePlace = betweenBytes;
  const rowsPlace = tablePlace + roundUp(blockTiles * tileEntryBytes);
  const inputPlace = rowsPlace + roundUp(4 * 6 * block[0] * pitch);
  const productsPlace = inputPlace + 36 * inputBytes;
  const { workspace, slotBytes } = reserveWorkspace(productsPlace + 36 * productBytes);
  winogradFilterKernels.transform.run(
    outputs,
    [
      filters,
      filterBytes,
      filterRow,
      pointers.filters + (turned ? 32 : 0),
      turned ? 36 : 36 * channels,
      turned ? 36 * outputs : 36,
      turned ? -4 : 4,
      channels,
      workspace,
      slotBytes,
    ],
    Math.ceil(4000 / channels),
  );
  const zeros = scratch.bytes(4 * image[1] + 64);
  heap.f32(zeros, image[1] + 16).fill(0);
  winogradKernels.blocks.run(
    blocks,
    [
      pointers.source,
      4 * image[0] * image[1],
      channels,
      image[0],
      image[1],
      padding[0],
      padding[1],
      zeros,
      outputs,
      out[0],
      out[1],
      tiles[0],
      tiles[1],
      tileRows,
      block[0],
      block[1],
      blocksAcross,
      blockTiles / 4,
      4 * pitch,
      workspace,
      slotBytes,
      tablePlace,
      rowsPlace,
      inputPlace,
      inputBytes,
      stripBytes,
      stripStep,
      filters,
      filterBytes,
      filterRow,
      strips,
      stripBytes,
      productsPlace,
      productBytes,
      0,
      blockOutputs,
      pointers.out,
      4 * out[0] * out[1],
      pointers.bias,
      stripStep,
      zeroRow(),
      relu ? 0 : -Infinity,
    ],
    Math.ceil(worthwhileFlops / (72 * channels * outputs * blockTiles)),
  );
}

const roundUp = (bytes: number): number => Math.ceil(bytes / 64) * 64;
