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
} from '@sonograd/wasm';
import { elementsPerRange } from '../elementwise/grain.ts';
import type { AnyTensor } from '../tensor.ts';
import { reduceMemory } from './reduction.kernel.ts';
import type { Layout } from './reduction.ts';

/** Whether an element is the winner. Where there is a NaN the winner is one, and equals nothing. */
type Matches = (element: F32x4, winner: F32x4) => I32x4;
const matchesFloat: Matches = (element, winner) => element.eq(winner).or(element.ne(element));
const matchesInteger: Matches = (element, winner) => element.bitsAs('i32x4').eq(winner.bitsAs('i32x4'));

/** Columns of one item, searched four at a time. */
const blockColumns = 32;

const parameters = { out: 'i32', x: 'i32', winners: 'i32', length: 'i32', inner: 'i32' } as const;
type Parameters = Readonly<Record<keyof typeof parameters, I32>>;

const kernels = kernelFamily('findFirst', (family) => ({
  rows: family.kernel(parameters, (k, given) => findInRows(k, given, matchesFloat)),
  rowsInt32: family.kernel(parameters, (k, given) => findInRows(k, given, matchesInteger)),
  columns: family.kernel(parameters, (k, given) => findInColumns(k, given, matchesFloat)),
  columnsInt32: family.kernel(parameters, (k, given) => findInColumns(k, given, matchesInteger)),
}));

/** An item is a row. The search needs no end: the winner came from the row. */
function findInRows(k: KernelBuilder, { out, x, winners, length }: Parameters, matches: Matches): void {
  k.for(k.begin, k.end, 1, (item) => {
    const winner = k.let(f32x4.loadSplat(winners.add(item.shl(2))));
    const row = k.let(x.add(item.mul(length).shl(2)));
    const place = k.variable(i32, row, 'place');
    const lastFour = k.let(row.add(length.and(-4).shl(2)));
    k.while(
      () => place.ltU(lastFour),
      (exit) => {
        exit.breakIf(matches(f32x4.load(place), winner).anyTrue());
        place.set(place.add(16));
      },
    );
    k.while(
      () => matches(f32x4.loadSplat(place), winner).anyTrue().eqz(),
      () => place.set(place.add(4)),
    );
    k.store(out.add(item.shl(2)), place.sub(row).shrU(2));
  });
}

/** An item is a block of columns of one outer index, walked from its end: the first place is written last. */
function findInColumns(k: KernelBuilder, given: Parameters, matches: Matches): void {
  const { out, x, winners, length, inner } = given;
  const blocks = k.let(inner.add(blockColumns - 1).divU(blockColumns));
  const rowBytes = k.let(inner.shl(2));
  k.for(k.begin, k.end, 1, (item) => {
    const outer = k.let(item.divU(blocks));
    const column = k.let(item.remU(blocks).mul(blockColumns));
    const outerBytes = k.let(outer.mul(rowBytes));
    const end = k.let(x.add(outerBytes.mul(length)).add(length.mul(rowBytes)));
    const winnersRow = k.let(winners.add(outerBytes));
    const outRow = k.let(out.add(outerBytes));
    k.forLanes(column, column.add(blockColumns).min(inner), (at) => {
      const winner = k.let(at.load(winnersRow));
      const place = k.variable(i32x4, 0, 'place');
      const row = k.variable(i32, end, 'row');
      k.for(length.sub(1), -1, -1, (index) => {
        row.set(row.sub(rowBytes));
        place.set(matches(at.load(row), winner).select(index.splat(), place));
      });
      at.storeI32(outRow, place);
    });
  });
}

/** Where the winner of a max or min stands: the winner is found first, then its first place. */
export function runArgReduction(
  name: 'argmax' | 'argmin',
  out: AnyTensor,
  x: AnyTensor,
  layout: Layout,
): void {
  const { outer, length, inner } = layout;
  if (outer * inner === 0) return;
  const dtype = x.dtype === 'int32' ? 'int32' : 'float32';
  const winners = heap.allocate(4 * outer * inner);
  reduceMemory(name === 'argmax' ? 'max' : 'min', dtype, winners, x.pointer, layout);
  const values = [out.pointer, x.pointer, winners, length, inner] as const;
  const width = Math.min(inner, blockColumns);
  const grain = Math.ceil(elementsPerRange / (length * width));
  if (inner === 1) kernels[dtype === 'int32' ? 'rowsInt32' : 'rows'].run(outer, values, grain);
  else {
    const items = outer * Math.ceil(inner / blockColumns);
    kernels[dtype === 'int32' ? 'columnsInt32' : 'columns'].run(items, values, grain);
  }
  heap.free(winners);
}
