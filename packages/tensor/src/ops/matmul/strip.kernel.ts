import { type Builder, type F32, type F32x4, f32x4, type I32, i32, wasmProcedure } from '@sonograd/wasm';

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
  stripBytes: 'i32',
  strips: 'i32',
  /** At least 1. */
  depth: 'i32',
  /** What the products are added to: bias, zeros, or the result so far. */
  start: 'i32',
  startRow: 'i32',
  startColumn: 'i32',
  out: 'i32',
  outRow: 'i32',
  rows: 'i32',
  /** Results below this become this: 0 for relu, or -Infinity. */
  floor: 'f32',
} as const;

/** What a kernel's body gets for such parameters. */
export type Values<P> = { readonly [Name in keyof P]: P[Name] extends 'f32' ? F32 : I32 };
type Given = Values<typeof parameters>;

/**
 * All rows of a block against some strips of 8 columns, which stay in the first cache. Four rows of A are read where
 * they lie, since a splat takes its number from anywhere at the same price: only B needs packing. The sums begin at
 * zero for each piece of the inner size, which rounds better than one long chain.
 */
export const computeStrips = wasmProcedure('computeStrips', parameters, (k, given) => {
  const a = k.variable(i32, given.a, 'tileA');
  const rowStart = k.variable(i32, given.start, 'rowStart');
  const rowOut = k.variable(i32, given.out, 'rowOut');
  const left = k.variable(i32, given.rows, 'rowsLeft');
  const end = k.let(given.strips.mul(given.stripBytes).add(given.strip), 'stripsEnd');
  k.while(
    () => left.gt(0),
    () => {
      const rows = rowPointers(k, a, given.aRow, left);
      const strip = k.variable(i32, given.strip, 'strip');
      const start = k.variable(i32, rowStart, 'tileStart');
      const out = k.variable(i32, rowOut, 'tileOut');
      k.while(
        () => strip.ne(end),
        () => {
          const sums = multiply(k, rows, given.aStep, strip, given.depth);
          storeTile(k, sums, { ...given, rows: left, start, out });
          strip.set(strip.add(given.stripBytes));
          start.set(start.add(given.startColumn.mul(tileColumns)));
          out.set(out.add(stripStep));
        },
      );
      a.set(a.add(given.aTile));
      rowStart.set(rowStart.add(given.startRow.mul(tileRows)));
      rowOut.set(rowOut.add(given.outRow.mul(tileRows)));
      left.set(left.sub(tileRows));
    },
  );
});

function storeTile(
  k: Builder,
  sums: readonly F32x4[][],
  { start, startRow, out, outRow, rows, floor }: Given,
): void {
  const floors = k.let(floor.splat(), 'floors');
  const from = [k.let(start)];
  const to = [k.let(out)];
  for (const row of rowNumbers) {
    k.if(rows.gt(row), () => {
      for (const half of halves) {
        const sum = f32x4.load(from[row], 16 * half).add(sums[row][half]);
        k.store(to[row], sum.pmax(floors), 16 * half);
      }
    });
    from.push(k.let(from[row].add(startRow)));
    to.push(k.let(to[row].add(outRow)));
  }
}

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
function multiply(k: Builder, rows: readonly I32[], aStep: I32, strip: I32, depth: I32): F32x4[][] {
  const sums = rows.map((_, row) => halves.map((half) => k.variable(f32x4, 0, `sum${row}${half}`)));
  const offset = k.variable(i32, 0, 'offset');
  const at = k.variable(i32, strip, 'at');
  const end = k.let(depth.mul(stripStep).add(strip), 'end');
  k.loop((exit) => {
    const columns: F32x4[] = halves.map((half) => k.let(f32x4.load(at, 16 * half)));
    rows.forEach((row, index) => {
      const factor = k.let(f32x4.loadSplat(row.add(offset)));
      for (const half of halves) sums[index][half].set(factor.mulAdd(columns[half], sums[index][half]));
    });
    offset.set(offset.add(aStep));
    at.set(at.add(stripStep));
    exit.breakIf(at.eq(end));
  });
  return sums;
}
