import { type Builder, type F32x4, f32, f32x4, type I32, i32, kernelFamily } from '@sonograd/wasm';
import { withSlot } from '../matmul/workspace.kernel.ts';

const parameters = {
  out: 'i32',
  outBytes: 'i32',
  down: 'i32',
  across: 'i32',
  image: 'i32',
  imageBytes: 'i32',
  width: 'i32',
  /** For each output row: its first input row, how many, and their weights from where in `rowWeights`. */
  rows: 'i32',
  rowWeights: 'i32',
  /** For each four output columns: how many steps, and from where in `columnSteps`. */
  columns: 'i32',
  /** For each step, four places in a row, in bytes, and four weights. */
  columnSteps: 'i32',
  workspace: 'i32',
  slotBytes: 'i32',
} as const;

export const rowEntryBytes = 12;
export const columnEntryBytes = 8;

/**
 * Each output row is first mixed from input rows, where neighbours lie side by side, then each four of its columns are
 * gathered from the mixed row. An item is a plane: one channel of one image.
 */
export const separableKernels = kernelFamily('separable', (family) => ({
  planes: family.kernel(parameters, (k, given) => {
    const { out, outBytes, down, across, image, imageBytes, width, rows, columns } = given;
    const rowBytes = k.let(width.shl(2), 'rowBytes');
    withSlot(k, given.workspace, given.slotBytes, (slot) => {
      k.for(k.begin, k.end, 1, (item) => {
        const plane = k.let(item.mul(imageBytes).add(image), 'plane');
        const to = k.variable(i32, item.mul(outBytes).add(out), 'to');
        const entry = k.variable(i32, rows, 'entry');
        k.for(0, down, 1, () => {
          const first = k.let(i32.load(entry).mul(rowBytes).add(plane), 'first');
          const end = k.let(i32.load(entry, 4).mul(rowBytes).add(first), 'end');
          const weights = k.let(i32.load(entry, 8).add(given.rowWeights), 'weights');
          k.forLanes(0, width, (at) => {
            const sum = k.variable(f32x4, 0, 'sum');
            const row = k.variable(i32, first, 'row');
            const weight = k.variable(i32, weights, 'weight');
            k.while(
              () => row.ne(end),
              () => {
                sum.set(at.load(row).mulAdd(f32x4.loadSplat(weight), sum));
                row.set(row.add(rowBytes));
                weight.set(weight.add(4));
              },
            );
            at.store(slot, sum);
          });
          // Steps that a column does not need read this zero, so that what lies beside it cannot be NaN.
          k.store(slot.add(rowBytes), f32(0));
          const column = k.variable(i32, columns, 'column');
          k.for(0, across, 4, (j) => {
            const step = k.variable(i32, i32.load(column, 4).add(given.columnSteps), 'step');
            const stepsEnd = k.let(i32.load(column).shl(5).add(step), 'stepsEnd');
            const sum = k.variable(f32x4, 0, 'columnSum');
            k.while(
              () => step.ne(stepsEnd),
              () => {
                const numbers = gather(step, slot);
                sum.set(numbers.mulAdd(f32x4.load(step, 16), sum));
                step.set(step.add(32));
              },
            );
            storeSome(k, j.shl(2).add(to), sum, across.sub(j));
            column.set(column.add(columnEntryBytes));
          });
          to.set(across.shl(2).add(to));
          entry.set(entry.add(rowEntryBytes));
        });
      });
    });
  }),
}));

/** Numbers from four places of a row. */
function gather(places: I32, row: I32): F32x4 {
  const [first, ...others] = [0, 1, 2, 3].map((lane) => f32.load(i32.load(places, 4 * lane).add(row)));
  return others.reduce((vector, number, lane) => vector.replaceLane(number, lane + 1), first!.splat());
}

/** The first `count` lanes. */
function storeSome(k: Builder, to: I32, value: F32x4, count: I32): void {
  k.if(
    count.ge(4),
    () => k.store(to, value),
    () => {
      for (const lane of [0, 1, 2]) k.if(count.gt(lane), () => k.storeLane(to, value, lane, 4 * lane));
    },
  );
}
