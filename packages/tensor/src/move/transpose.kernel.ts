import { f32x4, type I32, i32, type KernelBuilder, kernelFamily } from '@sonograd/wasm';
import { forEachOuter, lastEntries } from '../elementwise/outerWalk.ts';
import { forRowParts } from '../elementwise/rowParts.ts';
import type { Walk } from '../shape/broadcast.ts';

/**
 * A plane of `rows` x `columns` whose rows lie together in the output, and whose columns lie together in the
 * input, goes in blocks: 16 columns are one cache line of the output, written whole before the next, and 256 rows
 * are what 16 streams of the input deliver meanwhile. Of 13 sizes and both orders this was fastest, by up to 1.8.
 */
const blockRows = 256;
const blockColumns = 16;
/** Blocks that pay for the way to another thread. */
const grain = 8;
const outerAxes = 2;

/** Steps are in bytes: from row to row in the output, from column to column in the input. */
const kernels = kernelFamily('transpose', (family) => ({
  plane: family.kernel(
    {
      out: 'i32',
      input: 'i32',
      rows: 'i32',
      columns: 'i32',
      outRow: 'i32',
      inColumn: 'i32',
      size0: 'i32',
      size1: 'i32',
      outStep0: 'i32',
      outStep1: 'i32',
      inStep0: 'i32',
      inStep1: 'i32',
    },
    (
      k,
      { out, input, rows, columns, outRow, inColumn, size0, size1, outStep0, outStep1, inStep0, inStep1 },
    ) => {
      const blocksAcross = k.let(columns.add(blockColumns - 1).divU(blockColumns), 'blocksAcross');
      const blocksDown = k.let(rows.add(blockRows - 1).divU(blockRows), 'blocksDown');
      const axes = [
        { size: size0, steps: [outStep0, inStep0] },
        { size: size1, steps: [outStep1, inStep1] },
      ];
      const walk = { pointers: [out, input], length: k.let(blocksAcross.mul(blocksDown)), axes };
      forRowParts(k, walk, ([planeOut, planeIn], from, to) =>
        k.for(from, to, 1, (block) => {
          const row = k.let(block.divU(blocksAcross).mul(blockRows));
          const column = k.let(block.remU(blocksAcross).mul(blockColumns));
          const blockOut = k.let(planeOut!.add(row.mul(outRow)).add(column.shl(2)));
          const blockIn = k.let(planeIn!.add(column.mul(inColumn)).add(row.shl(2)));
          transposeBlock(k, {
            out: blockOut,
            input: blockIn,
            rows: k.let(rows.sub(row).min(blockRows)),
            columns: k.let(columns.sub(column).min(blockColumns)),
            outRow,
            inColumn,
          });
        }),
      );
    },
  ),
}));

type Block = Readonly<Record<'out' | 'input' | 'rows' | 'columns' | 'outRow' | 'inColumn', I32>>;

/** Tiles of 4 x 4 in registers, and single elements where fewer than 4 rows or columns are left. */
function transposeBlock(k: KernelBuilder, { out, input, rows, columns, outRow, inColumn }: Block): void {
  const wholeRows = k.let(rows.and(-4));
  const wholeColumns = k.let(columns.and(-4));
  const toOf = (row: I32, column: I32) => out.add(row.mul(outRow)).add(column.shl(2));
  const fromOf = (row: I32, column: I32) => input.add(column.mul(inColumn)).add(row.shl(2));
  const moveOne = (row: I32, column: I32) => k.store(toOf(row, column), i32.load(fromOf(row, column)));
  k.for(0, wholeRows, 4, (row) => {
    k.for(0, wholeColumns, 4, (column) =>
      transposeTile(k, k.let(toOf(row, column)), outRow, k.let(fromOf(row, column)), inColumn),
    );
  });
  k.for(0, wholeColumns, 1, (column) => k.for(wholeRows, rows, 1, (row) => moveOne(row, column)));
  k.for(wholeColumns, columns, 1, (column) => k.for(0, rows, 1, (row) => moveOne(row, column)));
}

function transposeTile(k: KernelBuilder, out: I32, outRow: I32, input: I32, inColumn: I32): void {
  const strided = (start: I32, step: I32) => {
    const second = k.let(start.add(step));
    const third = k.let(second.add(step));
    return [start, second, third, k.let(third.add(step))];
  };
  const [a, b, c, d] = strided(input, inColumn).map((pointer) => k.let(f32x4.load(pointer)));
  const lowAB = k.let(a!.shuffle(b!, 0, 4, 1, 5));
  const highAB = k.let(a!.shuffle(b!, 2, 6, 3, 7));
  const lowCD = k.let(c!.shuffle(d!, 0, 4, 1, 5));
  const highCD = k.let(c!.shuffle(d!, 2, 6, 3, 7));
  const transposed = [
    lowAB.shuffle(lowCD, 0, 1, 4, 5),
    lowAB.shuffle(lowCD, 2, 3, 6, 7),
    highAB.shuffle(highCD, 0, 1, 4, 5),
    highAB.shuffle(highCD, 2, 3, 6, 7),
  ];
  for (const [row, pointer] of strided(out, outRow).entries()) k.store(pointer, transposed[row]!);
}

/** The axis along which the input lies together, where that is not the last one, and both are worth tiles. */
function inputAxis({ sizes, strides }: Walk): number {
  const last = sizes.length - 1;
  const [outStrides, inStrides] = strides as [number[], number[]];
  const isRow = inStrides[last] === 1 || inStrides[last] === 0;
  if (isRow || outStrides[last] !== 1 || sizes[last]! < 4) return -1;
  return inStrides.findIndex((stride, axis) => stride === 1 && sizes[axis]! >= 4);
}

export function isTransposition(walk: Walk): boolean {
  return inputAxis(walk) >= 0;
}

/** For elements of 4 bytes. */
export function runTransposition(walk: Walk, outPointer: number, inPointer: number): void {
  const axis = inputAxis(walk);
  const last = walk.sizes.length - 1;
  // The plane's two axes to the end; the order of the others does not matter.
  const arranged = (list: readonly number[]) => [
    ...list.filter((_, own) => own !== axis && own !== last),
    list[axis]!,
    list[last]!,
  ];
  const planes = { sizes: arranged(walk.sizes), strides: walk.strides.map(arranged) };
  const inside = 2 + outerAxes;
  const stepsOf = (own: readonly number[]) => lastEntries(own, inside, 0).map((step) => 4 * step) as Four;
  const [size1, size0, rows, columns] = lastEntries(planes.sizes, inside, 1) as Four;
  const [outStep1, outStep0, outRow] = stepsOf(planes.strides[0]!);
  const [inStep1, inStep0, , inColumn] = stepsOf(planes.strides[1]!);
  const plane = [rows, columns, outRow, inColumn] as const;
  const outer = [size0, size1, outStep0, outStep1, inStep0, inStep1] as const;
  const blocks = Math.ceil(rows / blockRows) * Math.ceil(columns / blockColumns) * size0 * size1;
  forEachOuter(planes, inside, (_, [outOffset, inOffset]) => {
    const pointers = [outPointer + 4 * outOffset!, inPointer + 4 * inOffset!] as const;
    kernels.plane.run(blocks, [...pointers, ...plane, ...outer], grain);
  });
}

type Four = [number, number, number, number];
