import {
  type F32x4,
  f32x4,
  heap,
  type I32,
  type I32x4,
  i32,
  i32x4,
  type KernelBuilder,
  kernelFamily,
  type LanePosition,
} from '@sonograd/wasm';
import { elementsPerRange } from '../elementwise/grain.ts';
import type { AnyTensor } from '../tensor.ts';
import type { Layout } from './reduction.ts';

export type ReductionKind = 'sum' | 'max' | 'min';
type NumberType = 'float32' | 'int32';

/** How lanes are combined. Integers travel in the same 128 bits: only loading and combining look at them. */
interface Form {
  readonly neutral: F32x4;
  /** With what is neutral in lanes that stand for no element. */
  load(at: LanePosition, array: I32): F32x4;
  combine(a: F32x4, b: F32x4): F32x4;
  /** A `combine` of one instruction that loses NaNs: whoever uses it has to look out for them. */
  readonly combineKnown?: (a: F32x4, b: F32x4) => F32x4;
}

const asIntegers = (combine: (a: I32x4, b: I32x4) => I32x4) => (a: F32x4, b: F32x4) =>
  combine(a.bitsAs('i32x4'), b.bitsAs('i32x4')).bitsAs('f32x4');
const complement = (value: F32x4) => value.bitsAs('i32x4').not().bitsAs('f32x4');

const forms: Record<NumberType, Record<ReductionKind, Form>> = {
  float32: {
    sum: { neutral: f32x4(0), load: (at, x) => at.load(x), combine: (a, b) => a.add(b) },
    max: {
      neutral: f32x4(-Infinity),
      load: (at, x) => at.load(x, -Infinity),
      combine: (a, b) => a.max(b),
      combineKnown: (a, b) => a.pmax(b),
    },
    min: {
      neutral: f32x4(Infinity),
      load: (at, x) => at.load(x, Infinity),
      combine: (a, b) => a.min(b),
      combineKnown: (a, b) => a.pmin(b),
    },
  },
  int32: {
    sum: { neutral: f32x4(0), load: (at, x) => at.load(x), combine: asIntegers((a, b) => a.add(b)) },
    // The bits of -0 are those of the smallest integer, and their complement the largest.
    max: {
      neutral: f32x4(-0),
      load: (at, x) => at.only(at.load(x), -0),
      combine: asIntegers((a, b) => a.max(b)),
    },
    min: {
      neutral: i32x4(0x7fffffff).bitsAs('f32x4'),
      load: (at, x) => complement(at.only(complement(at.load(x)), -0)),
      combine: asIntegers((a, b) => a.min(b)),
    },
  },
};

const accumulators = 4;
/** Columns that one item reduces side by side: two cache lines of each row. */
const blockColumns = 32;

const parameters = {
  out: 'i32',
  x: 'i32',
  length: 'i32',
  chunk: 'i32',
  chunks: 'i32',
  inner: 'i32',
} as const;
type Parameters = Readonly<Record<keyof typeof parameters, I32>>;

function declare(kind: ReductionKind, dtype: NumberType) {
  const form = forms[dtype][kind];
  return kernelFamily(dtype === 'float32' ? kind : `${kind}Int32`, (family) => ({
    rows: family.kernel(parameters, (k, given) => reduceRows(k, given, form)),
    columns: family.kernel(parameters, (k, given) => reduceColumns(k, given, form)),
  }));
}

/** An item is a chunk of a row; its result goes to the place with the item's number. */
function reduceRows(k: KernelBuilder, { out, x, length, chunk, chunks }: Parameters, form: Form): void {
  k.for(k.begin, k.end, 1, (item) => {
    const start = k.let(item.remU(chunks).mul(chunk));
    const row = k.let(x.add(item.divU(chunks).mul(length).add(start).shl(2)));
    const sums = Array.from({ length: accumulators }, () => k.variable(f32x4, form.neutral));
    const unknown = k.variable(i32x4, 0);
    const accumulate = form.combineKnown ?? form.combine;
    let turn = 0;
    k.forLanes(
      0,
      length.sub(start).min(chunk),
      (at) => {
        const sum = sums[turn++ % accumulators]!;
        const value = k.let(form.load(at, row));
        sum.set(accumulate(sum, value));
        if (form.combineKnown) unknown.set(unknown.or(value.ne(value)));
      },
      { unroll: accumulators },
    );
    const combine = (a: number, b: number) => form.combine(sums[a]!, sums[b]!);
    const known = form.combine(combine(0, 1), combine(2, 3));
    const lanes = k.let(unknown.select(f32x4(Number.NaN), known));
    const pairs = k.let(form.combine(lanes, lanes.shuffle(lanes, 2, 3, 0, 1)));
    k.storeLane(out.add(item.shl(2)), form.combine(pairs, pairs.shuffle(pairs, 1, 0, 3, 2)), 0);
  });
}

/** An item is a chunk of rows, all of the same outer index, and a block of their columns. */
function reduceColumns(k: KernelBuilder, given: Parameters, form: Form): void {
  const { out, x, length, chunk, chunks, inner } = given;
  const rowBytes = k.let(inner.shl(2), 'rowBytes');
  const blocks = k.let(inner.add(blockColumns - 1).divU(blockColumns), 'blocks');
  k.for(k.begin, k.end, 1, (item) => {
    const column = k.let(item.remU(blocks).mul(blockColumns), 'column');
    const place = k.let(item.divU(blocks), 'place');
    const start = k.let(place.remU(chunks).mul(chunk), 'start');
    const first = k.let(x.add(place.divU(chunks).mul(length).add(start).mul(rowBytes)), 'first');
    const stop = k.let(length.sub(start).min(chunk).mul(rowBytes).add(first), 'stop');
    const target = k.let(out.add(place.mul(rowBytes)), 'target');
    const eachRow = (body: (row: I32) => void) => {
      const row = k.variable(i32, first, 'row');
      k.while(
        () => row.ne(stop),
        () => {
          body(row);
          row.set(row.add(rowBytes));
        },
      );
    };
    const end = k.let(column.add(blockColumns).min(inner), 'end');
    k.if(
      end.sub(column).eq(blockColumns),
      () => reduceWholeBlock(k, column, target, form, eachRow),
      () =>
        k.forLanes(column, end, (at) => {
          const sum = k.variable(f32x4, form.neutral);
          eachRow((row) => sum.set(form.combine(sum, form.load(at, row))));
          at.store(target, sum);
        }),
    );
  });
}

function reduceWholeBlock(
  k: KernelBuilder,
  column: I32,
  target: I32,
  form: Form,
  eachRow: (body: (row: I32) => void) => void,
): void {
  const sums = Array.from({ length: blockColumns / 4 }, () => k.variable(f32x4, form.neutral));
  const columnBytes = k.let(column.shl(2));
  eachRow((row) => {
    const pointer = k.let(row.add(columnBytes));
    for (const [part, sum] of sums.entries()) sum.set(form.combine(sum, f32x4.load(pointer, 16 * part)));
  });
  for (const [part, sum] of sums.entries()) k.store(target.add(columnBytes), sum, 16 * part);
}

const families: Record<NumberType, { [Kind in ReductionKind]?: ReturnType<typeof declare> }> = {
  float32: {},
  int32: {},
};

export function runReduction(kind: ReductionKind, out: AnyTensor, x: AnyTensor, layout: Layout): void {
  reduceMemory(kind, x.dtype as NumberType, out.pointer, x.pointer, layout);
}

/**
 * Long sums go through fixed chunks, whose results are reduced in turn: the same bits for any number of threads,
 * and rounding errors that grow with the length of a chunk instead of the whole.
 */
export function reduceMemory(
  kind: ReductionKind,
  dtype: NumberType,
  out: number,
  x: number,
  { outer, length, inner }: Layout,
): void {
  if (outer * inner === 0) return;
  const chunk = chunkLength(inner);
  if (length <= 2 * chunk) {
    runChunks(kind, dtype, out, x, { outer, length, inner }, length);
    return;
  }
  const chunks = Math.ceil(length / chunk);
  const partial = heap.allocate(4 * outer * chunks * inner);
  runChunks(kind, dtype, partial, x, { outer, length, inner }, chunk);
  reduceMemory(kind, dtype, out, partial, { outer, length: chunks, inner });
  heap.free(partial);
}

/** Rows of a matrix are summed in 16 lanes at once, columns each in one. */
function chunkLength(inner: number): number {
  return inner === 1 ? 4096 : Math.min(Math.max(Math.ceil(16_384 / inner), 16), 512);
}

function runChunks(
  kind: ReductionKind,
  dtype: NumberType,
  out: number,
  x: number,
  { outer, length, inner }: Layout,
  chunk: number,
): void {
  families[dtype][kind] ??= declare(kind, dtype);
  const family = families[dtype][kind];
  const chunks = length === 0 ? 1 : Math.ceil(length / chunk);
  const width = Math.min(inner, blockColumns);
  const items = outer * chunks * Math.ceil(inner / blockColumns);
  const grain = Math.ceil(elementsPerRange / Math.max(1, chunk * width));
  const kernel = inner === 1 ? family.rows : family.columns;
  kernel.run(items, [out, x, length, chunk, chunks, inner], grain);
}
