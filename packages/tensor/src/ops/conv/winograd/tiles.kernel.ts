import { type I32, i32, wasmProcedure } from '@sonograd/wasm';

/**
 * An item is a block of tiles of 4 × 4 outputs: some tile rows, counted through all images, by some tile columns. Tiles
 * are numbered along the rows of the block, up to a multiple of eight.
 */
export const tileParameters = {
  source: 'i32',
  sourcePlane: 'i32',
  channels: 'i32',
  height: 'i32',
  width: 'i32',
  padDown: 'i32',
  padAcross: 'i32',
  /** A row of zeros. */
  zeros: 'i32',
  outputs: 'i32',
  outHeight: 'i32',
  outWidth: 'i32',
  /** Tile rows of one image, and of all. */
  tilesDown: 'i32',
  tilesAcross: 'i32',
  tileRows: 'i32',
  blockRows: 'i32',
  blockColumns: 'i32',
  blocksAcross: 'i32',
  /** Fours of tiles in a block. */
  fours: 'i32',
  /** Bytes from row to row where image rows lie, transformed down. */
  pitch: 'i32',
  workspace: 'i32',
  slotBytes: 'i32',
  tablePlace: 'i32',
  rowsPlace: 'i32',
  inputPlace: 'i32',
  inputBytes: 'i32',
  /** From one pair of fours to the next, and from one channel to the next, in the transformed input. */
  pairBytes: 'i32',
  channelBytes: 'i32',
} as const;

export type Tiles = { readonly [Name in keyof typeof tileParameters]: I32 };

/** What is noted for each tile. */
export const tileEntry = {
  /** Where its first number lies among rows transformed down, in bytes. */
  row: 0,
  /** Where its first output lies in the first output channel, in bytes from the first image. */
  out: 4,
  /** Rows and columns of it that exist; none for a tile that is there to make up a multiple of eight. */
  rowsLeft: 8,
  columnsLeft: 12,
} as const;
export const tileEntryBytes = 16;

const parameters = {
  table: 'i32',
  fours: 'i32',
  firstRow: 'i32',
  firstColumn: 'i32',
  blockRows: 'i32',
  blockColumns: 'i32',
  tileRows: 'i32',
  tilesDown: 'i32',
  tilesAcross: 'i32',
  outputs: 'i32',
  outHeight: 'i32',
  outWidth: 'i32',
  pitch: 'i32',
} as const;

export const listTiles = wasmProcedure('listTiles', parameters, (k, given) => {
  const { firstRow, firstColumn, outHeight, outWidth, tilesDown } = given;
  const at = k.variable(i32, given.table, 'at');
  k.memoryFill(given.table, 0, given.fours.mul(4 * tileEntryBytes));
  const imageBytes = k.let(given.outputs.mul(outHeight).mul(outWidth), 'outImage');
  const columns = k.let(given.blockColumns.min(given.tilesAcross.sub(firstColumn)), 'columns');
  k.for(0, given.blockRows.min(given.tileRows.sub(firstRow)), 1, (row) => {
    const tileRow = k.let(firstRow.add(row), 'tileRow');
    const top = k.let(tileRow.rem(tilesDown).shl(2), 'top');
    const outRow = k.let(tileRow.div(tilesDown).mul(imageBytes).add(top.mul(outWidth)), 'outRow');
    k.for(0, columns, 1, (column) => {
      const left = k.let(firstColumn.add(column).shl(2), 'left');
      k.store(at, row.mul(given.pitch).mul(6).add(column.shl(4)), tileEntry.row);
      k.store(at, outRow.add(left).shl(2), tileEntry.out);
      k.store(at, outHeight.sub(top), tileEntry.rowsLeft);
      k.store(at, outWidth.sub(left), tileEntry.columnsLeft);
      at.set(at.add(tileEntryBytes));
    });
  });
});
