import { heap } from '@sonograd/wasm';
import { stripStep } from '../../matmul/strip.kernel.ts';
import { reserveWorkspace } from '../../matmul/workspace.kernel.ts';
import type { Scratch } from '../scratch.ts';
import type { ConvSizes } from '../sizes.ts';
import { winogradGradientKernels } from './filterGradient.kernel.ts';
import { betweenBytes } from './output.kernel.ts';
import { planTiles } from './plan.ts';
import { tileEntryBytes } from './tiles.kernel.ts';

/** As in the forward product: no powers of two. */
const paddingBytes = 64;

/** Tiles of a block: each block adds to all sums once, so that few tiles would be dear. */
const mostTiles = 56;

/** Parts that are summed on their own, whatever the number of threads. */
const mostParts = 8;
const leastParts = 4;
/** Sums of all parts, in bytes, unless the least take more. */
const partsBytes = 32e6;

export function runWinogradFilterGradient(
  pointers: { readonly filters: number; readonly image: number; readonly dOut: number },
  sizes: ConvSizes,
  scratch: Scratch,
): void {
  const { channels, outputs, image, padding, out } = sizes;
  const strips = Math.ceil(outputs / 8);
  const sumRow = strips * stripStep;
  const sumBytes = channels * sumRow;
  const partBytes = 36 * sumBytes;
  const wantedParts = Math.min(mostParts, Math.max(leastParts, Math.floor(partsBytes / partBytes)));
  const plan = planTiles(sizes, mostTiles, wantedParts);
  const { tiles, tileRows, block, blocksAcross, blocks, blockTiles, pitch } = plan;
  const stripBytes = blockTiles * stripStep + paddingBytes;
  const gradientBytes = strips * stripBytes;
  const channelBytes = 4 * blockTiles;
  const inputBytes = channels * channelBytes + paddingBytes;
  const parts = Math.min(wantedParts, blocks);
  const partials = scratch.bytes(parts * partBytes);
  const tablePlace = betweenBytes;
  const rowsPlace = tablePlace + roundUp(blockTiles * tileEntryBytes);
  const inputPlace = rowsPlace + roundUp(4 * 6 * block[0] * pitch);
  const gradientPlace = inputPlace + 36 * inputBytes;
  const { workspace, slotBytes } = reserveWorkspace(gradientPlace + 36 * gradientBytes);
  const zeros = scratch.bytes(4 * image[1] + 64);
  heap.f32(zeros, image[1] + 16).fill(0);
  winogradGradientKernels.parts.run(
    parts,
    [
      pointers.image,
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
      stripStep,
      channelBytes,
      pointers.dOut,
      4 * out[0] * out[1],
      blockTiles,
      strips,
      stripBytes,
      gradientPlace,
      gradientBytes,
      0,
      partials,
      partBytes,
      sumBytes,
      blocks,
      parts,
    ],
    1,
  );
  winogradGradientKernels.collect.run(
    channels,
    [pointers.filters, channels, outputs, partials, partBytes, sumBytes, sumRow, parts, workspace, slotBytes],
    Math.ceil(1e4 / outputs / parts),
  );
}

const roundUp = (bytes: number): number => Math.ceil(bytes / 64) * 64;
