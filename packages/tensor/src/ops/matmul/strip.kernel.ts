import { type Builder, type F32x4, f32x4, type I32, i32, type Variable, wasmProcedure } from '@sonograd/wasm';

/**
 * The result is computed in tiles of 4 rows by 8 columns, held in 8 accumulators while the inner size goes by. A step
 * of the inner size takes 2 vectors of B and 4 splats of A for 8 multiply-adds: 14 of the 15 vector registers are
 * in use. V8 hoists the loads of a loop body to its top: two steps in one body would need 20, spill, and run at half
 * the rate. (3 rows by 12 and 2 by 16 fit as well and are as fast, but waste more at the edges.)
 */
export const tileRows = 4;
export const tileColumns = 8;

/** Bytes of one step of the inner size in a strip: 8 columns of B, packed. */
export const stripStep = tileColumns * 4;

const rowNumbers = [0, 1, 2, 3];
const halves = [0, 1];

/** Strides are in bytes: A is read at a + row * aRow + step * aStep, B at strip + step * 32. */
const parameters = {
  a: 'i32',
  aRow: 'i32',
  aStep: 'i32',
  /** From four rows of A to the next four. */
  aTile: 'i32',
  strip: 'i32',
  depth: 'i32',
  /** What the products are added to: bias, zeros, or the result so far. */
  start: 'i32',
  startRow: 'i32',
  out: 'i32',
  outRow: 'i32',
  rows: 'i32',
  /** Results below this become this: 0 for relu, or -Infinity. */
  floor: 'f32',
} as const;

/**
 * All rows of a block against one strip of 8 columns, which stays in the first cache. Four rows of A are read where
 * they lie, since a splat takes its number from anywhere at the same price: only B needs packing. The sums begin at
 * zero for each piece of the inner size, which rounds better than one long chain.
 */
export const computeStrip = wasmProcedure('computeStrip', parameters, (k, given) => {
  const { a, aRow, startRow, outRow, rows } = given;
  const at = {
    a: k.variable(i32, a, 'tileA'),
    start: k.variable(i32, given.start, 'tileStart'),
    out: k.variable(i32, given.out, 'tileOut'),
  };
  const left = k.variable(i32, rows, 'rowsLeft');
  k.while(
    () => left.gt(0),
    () => {
      const sums = multiply(k, rowPointers(k, at.a, aRow, left), given.aStep, given.strip, given.depth);
      rowNumbers.forEach((row) => {
        k.if(left.gt(row), () => {
          for (const half of halves) {
            const sum = f32x4.load(at.start, 16 * half).add(sums[row][half]);
            k.store(at.out, sum.max(given.floor.splat()), 16 * half);
          }
        });
        at.start.set(at.start.add(startRow));
        at.out.set(at.out.add(outRow));
      });
      at.a.set(at.a.add(given.aTile));
      left.set(left.sub(tileRows));
    },
  );
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

/**
 * One offset serves the four rows: V8 widens a sum to an address for free, a variable only by a further
 * instruction. With 23 instructions a step, six a cycle, the eight multiply-adds stay the limit.
 */
function multiply(
  k: Builder,
  rows: readonly I32[],
  aStep: I32,
  strip: I32,
  depth: I32,
): Variable<'f32x4'>[][] {
  const sums = rows.map((_, row) => halves.map((half) => k.variable(f32x4, 0, `sum${row}${half}`)));
  const offset = k.variable(i32, 0, 'offset');
  const at = k.variable(i32, strip, 'at');
  const end = k.let(depth.mul(stripStep).add(strip), 'end');
  k.while(
    () => at.ne(end),
    () => {
      const columns: F32x4[] = halves.map((half) => k.let(f32x4.load(at, 16 * half)));
      rows.forEach((row, index) => {
        const factor = k.let(f32x4.loadSplat(row.add(offset)));
        for (const half of halves) sums[index][half].set(factor.mulAdd(columns[half], sums[index][half]));
      });
      offset.set(offset.add(aStep));
      at.set(at.add(stripStep));
    },
  );
  return sums;
}
