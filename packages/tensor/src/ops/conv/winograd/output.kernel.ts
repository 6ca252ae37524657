import { type Builder, type F32x4, f32, f32x4, type I32, i32, wasmProcedure } from '@sonograd/wasm';
import { tileEntry, tileEntryBytes } from './tiles.kernel.ts';
import { transformOutput, transpose } from './transforms.ts';

const six = [0, 1, 2, 3, 4, 5];
const four = [0, 1, 2, 3];

/** Bytes for four rows of six vectors, on their way from one axis to the other. */
export const betweenBytes = 6 * 6 * 16;

const parameters = {
  products: 'i32',
  productBytes: 'i32',
  /** From one output channel to the next. */
  productRow: 'i32',
  table: 'i32',
  fours: 'i32',
  between: 'i32',
  /** The first output channel of the first image. */
  out: 'i32',
  outPlane: 'i32',
  outWidth: 'i32',
  outputs: 'i32',
  bias: 'i32',
  biasStep: 'i32',
  floor: 'f32',
} as const;

/** Products of some output channels to outputs, four tiles at a time, one in each lane. */
export const finishTiles = wasmProcedure('finishTiles', parameters, (k, given) => {
  const { between, productBytes } = given;
  const products = k.variable(i32, given.products, 'productsAt');
  const out = k.variable(i32, given.out, 'outAt');
  const bias = k.variable(i32, given.bias, 'biasAt');
  k.for(0, given.outputs, 1, () => {
    const entry = k.variable(i32, given.table, 'entry');
    const from = k.variable(i32, products, 'from');
    k.for(0, given.fours, 1, () => {
      transformDown(k, from, productBytes, between);
      k.call(storeTiles, { ...given, entry, out, bias: f32.load(bias) });
      from.set(from.add(16));
      entry.set(entry.add(4 * tileEntryBytes));
    });
    products.set(products.add(given.productRow));
    out.set(out.add(given.outPlane));
    bias.set(bias.add(given.biasStep));
  });
});

function transformDown(k: Builder, from: I32, productBytes: I32, between: I32): void {
  const rowBytes = k.let(productBytes.mul(6), 'productRowBytes');
  const column = k.variable(i32, from, 'column');
  const to = k.variable(i32, between, 'to');
  k.for(0, 6, 1, () => {
    const at = k.variable(i32, column, 'at');
    const numbers = six.map(() => {
      const number = k.let(f32x4.load(at));
      at.set(at.add(rowBytes));
      return number;
    });
    transformOutput(numbers, (value) => k.let(value)).forEach((value, row) => {
      k.store(to, value, row * 96);
    });
    column.set(column.add(productBytes));
    to.set(to.add(16));
  });
}

const storeParameters = {
  entry: 'i32',
  between: 'i32',
  out: 'i32',
  outWidth: 'i32',
  bias: 'f32',
  floor: 'f32',
} as const;

const storeTiles = wasmProcedure(
  'storeTiles',
  storeParameters,
  (k, { entry, between, out, outWidth, bias, floor }) => {
    const field = (tile: number, place: number) => i32.load(entry, tile * tileEntryBytes + place);
    const [biases, floors] = [k.let(bias.splat()), k.let(floor.splat())];
    const rowBytes = k.let(outWidth.shl(2), 'outRowBytes');
    const tiles = four.map((tile) => k.variable(i32, field(tile, tileEntry.out).add(out), `tile${tile}`));
    const isWhole = four
      .flatMap((tile) => [field(tile, tileEntry.rowsLeft).gt(3), field(tile, tileEntry.columnsLeft).gt(3)])
      .reduce((all, one) => all.and(one));
    const eachRow = (store: (row: I32, values: readonly F32x4[]) => void) => {
      k.for(0, 4, 1, (row) => {
        const at = k.let(row.mul(96).add(between));
        store(row, rowsOfTiles(k, at, biases, floors));
        for (const tile of tiles) tile.set(tile.add(rowBytes));
      });
    };
    k.if(
      isWhole,
      () =>
        eachRow((_, values) => {
          for (const tile of four) k.store(tiles[tile]!, values[tile]!);
        }),
      () =>
        eachRow((row, values) => {
          values.forEach((value, tile) => {
            const width = k.let(field(tile, tileEntry.columnsLeft), 'width');
            k.if(row.lt(field(tile, tileEntry.rowsLeft)), () => storePart(k, tiles[tile]!, value, width));
          });
        }),
    );
  },
);

/** One row of each of four tiles. */
function rowsOfTiles(k: Builder, at: I32, bias: F32x4, floor: F32x4): F32x4[] {
  const keep = k.let.bind(k);
  const columns = transformOutput(
    six.map((column) => k.let(f32x4.load(at, 16 * column))),
    keep,
  );
  const finished = columns.map((column) => k.let(column.add(bias).pmax(floor)));
  return transpose(finished, keep).map((row) => k.let(row));
}

function storePart(k: Builder, to: I32, value: F32x4, width: I32): void {
  k.if(
    width.gt(3),
    () => k.store(to, value),
    () => {
      for (const lane of [0, 1, 2]) k.if(width.gt(lane), () => k.storeLane(to, value, lane, 4 * lane));
    },
  );
}
