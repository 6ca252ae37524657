import { type Builder, type F32x4, f32x4, type I32, i32, wasmProcedure } from '@sonograd/wasm';
import { tileColumns, tileRows, type Values } from '../matmul/strip.kernel.ts';

/**
 * out = start + A·B for matrices that lie in the first cache, so nothing is packed: A is read one number at a time at
 * a + row * aRow + step * aStep (transposed or not), B in rows `bStep` bytes apart. Bytes throughout.
 */
const parameters = {
  out: 'i32',
  outRow: 'i32',
  /** Zeros, with a row of no bytes, or the result so far. */
  start: 'i32',
  startRow: 'i32',
  a: 'i32',
  aRow: 'i32',
  aStep: 'i32',
  b: 'i32',
  bStep: 'i32',
  rows: 'i32',
  columns: 'i32',
  depth: 'i32',
} as const;
type Given = Values<typeof parameters>;

const rowNumbers = [0, 1, 2, 3];
const halves = [0, 1];

/** Tiles of 4 by 8 in registers, as in matmul/strip.kernel.ts. Up to 28 bytes behind a row of B are read. */
export const smallProduct = wasmProcedure('smallProduct', parameters, (k, given) => {
  k.for(0, given.columns, tileColumns, (column) => {
    const place = k.let(column.shl(2));
    const strip = k.let(place.add(given.b));
    const isWhole = k.let(given.columns.sub(column).ge(tileColumns));
    const start = k.variable(i32, given.startRow.eqz().select(given.start, place.add(given.start)), 'start');
    const out = k.variable(i32, place.add(given.out), 'out');
    const a = k.variable(i32, given.a, 'a');
    k.for(0, given.rows, tileRows, (row) => {
      const left = k.let(given.rows.sub(row), 'left');
      const sums = multiply(k, rowPointers(k, a, given.aRow, left), strip, given);
      storeTile(k, sums, { ...given, start, out, rows: left, columns: given.columns.sub(column) }, isWhole);
      a.set(a.add(given.aRow.mul(tileRows)));
      start.set(start.add(given.startRow.mul(tileRows)));
      out.set(out.add(given.outRow.mul(tileRows)));
    });
  });
});

/** A row that is missing repeats the one before, and is not stored. */
function rowPointers(k: Builder, a: I32, aRow: I32, left: I32): I32[] {
  const pointers = [k.let(a, 'a0')];
  for (const row of rowNumbers.slice(1)) {
    const above = pointers[row - 1];
    pointers.push(k.let(left.gt(row).select(above.add(aRow), above), `a${row}`));
  }
  return pointers;
}

function multiply(k: Builder, rows: readonly I32[], strip: I32, { aStep, bStep, depth }: Given): F32x4[][] {
  const sums = rows.map((_, row) => halves.map((half) => k.variable(f32x4, 0, `sum${row}${half}`)));
  const offset = k.variable(i32, 0, 'offset');
  const at = k.variable(i32, strip, 'at');
  const end = k.let(depth.mul(bStep).add(strip), 'end');
  k.while(
    () => at.ne(end),
    () => {
      const columns: F32x4[] = halves.map((half) => k.let(f32x4.load(at, 16 * half)));
      rows.forEach((row, index) => {
        const factor = k.let(f32x4.loadSplat(row.add(offset)));
        for (const half of halves) sums[index][half].set(factor.mulAdd(columns[half], sums[index][half]));
      });
      offset.set(offset.add(aStep));
      at.set(at.add(bStep));
    },
  );
  return sums;
}

function storeTile(k: Builder, sums: readonly F32x4[][], given: Given, isWhole: I32): void {
  const { start, startRow, out, outRow, rows, columns } = given;
  const from = [k.let(start)];
  const to = [k.let(out)];
  for (const row of rowNumbers) {
    k.if(rows.gt(row), () => {
      const values = halves.map((half) => k.let(f32x4.load(from[row], 16 * half).add(sums[row][half])));
      const storeWhole = () => {
        for (const half of halves) k.store(to[row], values[half], 16 * half);
      };
      k.if(isWhole, storeWhole, () => {
        for (let lane = 0; lane < tileColumns; lane++) {
          const store = () => k.storeLane(to[row], values[lane >> 2], lane & 3, 4 * lane);
          k.if(columns.gt(lane), store);
        }
      });
    });
    from.push(k.let(from[row].add(startRow)));
    to.push(k.let(to[row].add(outRow)));
  }
}

const transposeParameters = {
  to: 'i32',
  toRow: 'i32',
  from: 'i32',
  fromRow: 'i32',
  rows: 'i32',
  columns: 'i32',
  scale: 'f32',
} as const;

/** to[column][row] = scale * from[row][column], four by four; up to three rows and columns more are written. */
export const transposeScaled = wasmProcedure('transposeScaled', transposeParameters, (k, given) => {
  const { to, toRow, from, fromRow, rows, columns, scale } = given;
  const factor = k.let(scale.splat());
  k.for(0, rows, 4, (row) => {
    const pointers = rowPointers(k, k.let(row.mul(fromRow).add(from)), fromRow, k.let(rows.sub(row)));
    const target = k.variable(i32, row.shl(2).add(to), 'target');
    k.for(0, columns.shl(2), 16, (offset) => {
      const four = pointers.map((pointer) => k.let(f32x4.load(pointer.add(offset)).mul(factor)));
      for (const turned of transposed(four)) {
        k.store(target, turned);
        target.set(target.add(toRow));
      }
    });
  });
});

function transposed([a, b, c, d]: readonly F32x4[]): F32x4[] {
  const [low, high] = [a.shuffle(b, 0, 4, 1, 5), a.shuffle(b, 2, 6, 3, 7)];
  const [lowNext, highNext] = [c.shuffle(d, 0, 4, 1, 5), c.shuffle(d, 2, 6, 3, 7)];
  return [
    low.shuffle(lowNext, 0, 1, 4, 5),
    low.shuffle(lowNext, 2, 3, 6, 7),
    high.shuffle(highNext, 0, 1, 4, 5),
    high.shuffle(highNext, 2, 3, 6, 7),
  ];
}
