import type { ConvSizes, Pair } from '../sizes.ts';

/** How tiles of 4 × 4 outputs are cut into blocks, and how a block lies in memory. */
export interface TilePlan {
  readonly tiles: Pair;
  /** Tile rows of all images. */
  readonly tileRows: number;
  readonly block: Pair;
  readonly blocksAcross: number;
  readonly blocks: number;
  /** Tiles of a block, rounded up to eights. */
  readonly blockTiles: number;
  /** Numbers from row to row where image rows lie, transformed down. */
  readonly pitch: number;
}

/** Tiles of a block across; wider images are cut. */
const mostTiles = 64;

/** Small images are cut finer, down to so many tiles, for threads to share. */
const leastTiles = 16;

/** Blocks of about `most` tiles, or of fewer where that would not make as many blocks as are wanted. */
export function planTiles(
  { batch, image, padding, out }: Pick<ConvSizes, 'batch' | 'image' | 'padding' | 'out'>,
  most: number,
  wantedBlocks: number,
): TilePlan {
  const tiles: Pair = [Math.ceil(out[0] / 4), Math.ceil(out[1] / 4)];
  const tileRows = batch * tiles[0];
  const blocksAcross = Math.ceil(tiles[1] / mostTiles);
  const across = Math.ceil(tiles[1] / blocksAcross);
  const share = (tileRows * tiles[1]) / wantedBlocks;
  const wanted = Math.max(leastTiles, Math.min(share, most));
  const down = fullest(Math.round(wanted / across), across, tileRows);
  const blockTiles = inEights(down * across);
  const pitch =
    4 * Math.ceil(Math.max(4 * across + 8, Math.min(image[1] + padding[1], 4 * across + 4) + 12) / 4);
  const blocks = Math.ceil(tileRows / down) * blocksAcross;
  return { tiles, tileRows, block: [down, across], blocksAcross, blocks, blockTiles, pitch };
}

/** Rows of a block: about as many as wanted, such that few tiles are missing from its last eight. */
function fullest(wanted: number, across: number, most: number): number {
  let best = 1;
  const share = (rows: number): number => (rows * across) / inEights(rows * across);
  for (let rows = Math.max(1, wanted - 2); rows <= Math.min(most, wanted + 2); rows++) {
    if (rows <= wanted ? share(rows) >= share(best) : share(rows) > share(best)) best = rows;
  }
  return best;
}

const inEights = (tiles: number): number => 8 * Math.ceil(tiles / 8);
