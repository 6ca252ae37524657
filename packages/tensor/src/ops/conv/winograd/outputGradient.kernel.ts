import { type Builder, f32x4, type I32, i32, i32x4, wasmProcedure } from '@sonograd/wasm';
import { stripStep } from '../../matmul/strip.kernel.ts';
import { tileEntry, tileEntryBytes } from './tiles.kernel.ts';
import { transformOutputGradient, transpose } from './transforms.ts';

const four = [0, 1, 2, 3];

const parameters = {
  to: 'i32',
  productBytes: 'i32',
  stripBytes: 'i32',
  table: 'i32',
  tiles: 'i32',
  between: 'i32',
  dOut: 'i32',
  outPlane: 'i32',
  outWidth: 'i32',
  outputs: 'i32',
  zeros: 'i32',
} as const;

/**
 * The gradient of tiles turned into that of their products, as strips of eight output channels: [product][strip][tile].
 * Here the lanes are four channels of one tile, so that products lie as a matrix product reads them.
 */
export const transformOutputGradients = wasmProcedure('transformOutputGradients', parameters, (k, given) => {
  const { outputs, outPlane, between, tiles } = given;
  k.for(0, outputs, 4, (first) => {
    const last = k.let(outputs.sub(1).sub(first), 'lastLane');
    const channels = four.map((lane) => {
      const channel = k.let(last.min(lane).add(first).mul(outPlane).add(given.dOut), `channel${lane}`);
      return channel;
    });
    const half = first.and(4).shl(2);
    const strip = k.let(first.shrU(3).mul(given.stripBytes).add(half).add(given.to), 'strip');
    k.for(0, tiles, 1, (tile) => {
      const entry = k.let(tile.mul(tileEntryBytes).add(given.table), 'entry');
      acrossTile(k, given, channels, entry);
      const to = k.variable(i32, tile.mul(stripStep).add(strip), 'toAt');
      const column = k.variable(i32, between, 'column');
      const rowBytes = k.let(given.productBytes.mul(6), 'rowBytes');
      k.for(0, 6, 1, () => {
        const numbers = four.map((row) => k.let(f32x4.load(column, 96 * row)));
        const at = k.variable(i32, to, 'at');
        for (const value of transformOutputGradient(numbers, (one) => k.let(one))) {
          k.store(at, value);
          at.set(at.add(rowBytes));
        }
        column.set(column.add(16));
        to.set(to.add(given.productBytes));
      });
    });
  });
});

type Given = { readonly [Name in keyof typeof parameters]: I32 };

/** Four rows of a tile, transformed across. What is not there counts as zero. */
function acrossTile(k: Builder, given: Given, channels: readonly I32[], entry: I32): void {
  const keep = k.let.bind(k);
  const rowsLeft = k.let(i32.load(entry, tileEntry.rowsLeft), 'rowsLeft');
  const columnsLeft = k.let(i32.load(entry, tileEntry.columnsLeft).splat(), 'columnsLeft');
  const exists = k.let(columnsLeft.gt(i32x4(0, 1, 2, 3)), 'exists');
  const place = k.variable(i32, i32.load(entry, tileEntry.out), 'place');
  const to = k.variable(i32, given.between, 'betweenAt');
  k.for(0, 4, 1, (row) => {
    const isRow = k.let(row.lt(rowsLeft), 'isRow');
    const rows = channels.map((channel) => {
      const pointer = isRow.select(channel.add(place), given.zeros);
      return k.let(f32x4.load(pointer).and(exists));
    });
    const columns = transpose(rows, keep).map((column) => k.let(column));
    transformOutputGradient(columns, keep).forEach((value, index) => {
      k.store(to, value, 16 * index);
    });
    place.set(given.outWidth.shl(2).add(place));
    to.set(to.add(96));
  });
}
