import { type Builder, f32x4, type I32, i32, type KernelBuilder, wasmProcedure } from '@sonograd/wasm';
import { listTiles, type Tiles, tileEntryBytes } from './tiles.kernel.ts';
import { transformInput, transpose, transposePairs } from './transforms.ts';

const six = [0, 1, 2, 3, 4, 5];
const four = [0, 1, 2, 3];

/** Lists the tiles of a block and transforms what they see of every channel, as [6 · down + across] at `inputBytes`. */
export function prepareTiles(k: KernelBuilder, given: Tiles, item: I32, slot: I32): void {
  const firstRow = k.let(item.div(given.blocksAcross).mul(given.blockRows), 'firstTileRow');
  const firstColumn = k.let(item.rem(given.blocksAcross).mul(given.blockColumns), 'firstTileColumn');
  const table = k.let(slot.add(given.tablePlace), 'table');
  const rows = k.let(slot.add(given.rowsPlace), 'rows');
  const count = k.let(given.blockRows.min(given.tileRows.sub(firstRow)), 'tileRowCount');
  k.call(listTiles, { ...given, table, firstRow, firstColumn });
  const left = k.let(firstColumn.shl(2).sub(given.padAcross), 'left');
  const to = k.variable(i32, slot.add(given.inputPlace), 'inputAt');
  k.for(0, given.channels, 1, (channel) => {
    k.for(0, count, 1, (row) => {
      const tileRow = k.let(firstRow.add(row));
      const plane = tileRow.div(given.tilesDown).mul(given.channels).add(channel);
      k.call(transformRows, {
        ...given,
        to: row.mul(given.pitch).mul(6).add(rows),
        plane: plane.mul(given.sourcePlane).add(given.source),
        top: tileRow.rem(given.tilesDown).shl(2).sub(given.padDown),
        left,
        columns: given.blockColumns.shl(2).add(2),
      });
    });
    k.call(transformColumns, { ...given, to, rows, table });
    to.set(to.add(given.channelBytes));
  });
}

const rowParameters = {
  to: 'i32',
  plane: 'i32',
  height: 'i32',
  width: 'i32',
  /** The first row and column, before the image where there is padding. */
  top: 'i32',
  left: 'i32',
  columns: 'i32',
  zeros: 'i32',
  pitch: 'i32',
} as const;

/** Six image rows transformed down, four columns at a time, with zeros beside the image. */
const transformRows = wasmProcedure('transformRows', rowParameters, (k, given) => {
  const { to, plane, height, width, left, columns, zeros, pitch } = given;
  const first = k.let(left.max(0), 'firstColumn');
  const inside = k.let(left.add(columns).min(width).sub(first).shl(2), 'insideBytes');
  const sources = six.map((row) => {
    const y = k.let(given.top.add(row));
    const pointer = y.mul(width).add(first).shl(2).add(plane);
    return k.let(y.ltU(height).select(pointer, zeros), `source${row}`);
  });
  const targets = rowPointers(k, to, pitch);
  for (const target of targets) k.store(target, f32x4(0));
  const start = k.let(first.sub(left).shl(2), 'start');
  const at = k.variable(i32, 0, 'at');
  const shifted = targets.map((target) => k.let(target.add(start)));
  k.while(
    () => at.lt(inside),
    () => {
      const numbers = sources.map((source) => k.let(f32x4.load(source.add(at))));
      transformInput(numbers, (value) => k.let(value)).forEach((value, row) => {
        k.store(shifted[row]!.add(at), value);
      });
      at.set(at.add(16));
    },
  );
  for (const target of shifted) {
    const end = k.let(target.add(inside));
    k.store(end, f32x4(0));
    k.store(end, f32x4(0), 16);
  }
});

function rowPointers(k: Builder, first: I32, pitch: I32): I32[] {
  const pointers = [k.let(first)];
  for (const row of six.slice(1)) pointers.push(k.let(pointers[row - 1]!.add(pitch)));
  return pointers;
}

const columnParameters = {
  to: 'i32',
  rows: 'i32',
  table: 'i32',
  fours: 'i32',
  pitch: 'i32',
  inputBytes: 'i32',
  pairBytes: 'i32',
} as const;

/** Four tiles, one in each lane: six numbers of each of their six rows transformed across. */
const transformColumns = wasmProcedure('transformColumns', columnParameters, (k, given) => {
  const { inputBytes, pitch } = given;
  const entry = k.variable(i32, given.table, 'entry');
  k.for(0, given.fours, 1, (index) => {
    const tiles = four.map((tile) =>
      k.let(i32.load(entry, tile * tileEntryBytes).add(given.rows), `tile${tile}`),
    );
    const pair = index.shrU(1).mul(given.pairBytes);
    const to = k.variable(i32, index.and(1).shl(4).add(pair).add(given.to), 'toAt');
    const row = k.variable(i32, 0, 'row');
    k.for(0, 6, 1, () => {
      const keep = k.let.bind(k);
      const places = tiles.map((tile) => k.let(tile.add(row)));
      const firsts = transpose(
        places.map((place) => k.let(f32x4.load(place))),
        keep,
      ).map((one) => k.let(one));
      const others = transposePairs(
        places.map((place) => k.let(f32x4.load(place, 16))),
        keep,
      ).map((one) => k.let(one));
      transformInput([...firsts, ...others], keep).forEach((value) => {
        k.store(to, value);
        to.set(to.add(inputBytes));
      });
      row.set(row.add(pitch));
    });
    entry.set(entry.add(4 * tileEntryBytes));
  });
});
