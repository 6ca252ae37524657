import { f32, f32x4, type I32, i32, kernelFamily } from '@sonograd/wasm';
import { withSlot } from '../../matmul/workspace.kernel.ts';
import { transformFilter } from './transforms.ts';

const parameters = {
  to: 'i32',
  /** From one of the 36 products to the next, and from one row to the next. */
  productBytes: 'i32',
  rowBytes: 'i32',
  filters: 'i32',
  /** Bytes between filters of neighbouring rows, and of neighbours in a row. */
  rowStep: 'i32',
  step: 'i32',
  /** 4, or -4 to read filters from their end. */
  tapStep: 'i32',
  depth: 'i32',
  workspace: 'i32',
  slotBytes: 'i32',
} as const;

const three = [0, 1, 2];

export const winogradFilterKernels = kernelFamily('winogradFilters', (family) => ({
  /** Filters as 36 matrices. An item is a row of each; four of its filters are transformed at a time. */
  transform: family.kernel(parameters, (k, given) => {
    const { productBytes, depth, step, tapStep } = given;
    withSlot(k, given.workspace, given.slotBytes, (slot) => {
      k.for(k.begin, k.end, 1, (row) => {
        const filters = k.let(row.mul(given.rowStep).add(given.filters), 'rowFilters');
        const toRow = k.let(row.mul(given.rowBytes).add(given.to), 'toRow');
        k.for(0, depth, 4, (first) => {
          const lanes = [0, 1, 2, 3].map((lane) => {
            const index = first.add(lane).min(depth.sub(1));
            return k.let(index.mul(step).add(filters), `lane${lane}`);
          });
          const between = k.variable(i32, slot, 'between');
          k.for(0, 3, 1, (column) => {
            const tap = column.mul(tapStep);
            const numbers = three.map((down) => k.let(gather(lanes, k.let(tapStep.mul(3 * down).add(tap)))));
            transformFilter(numbers, (value) => k.let(value)).forEach((value, at) => {
              k.store(between, value, 48 * at);
            });
            between.set(between.add(16));
          });
          const to = k.variable(i32, first.shl(2).add(toRow), 'to');
          between.set(slot);
          k.for(0, 6, 1, () => {
            const numbers = three.map((across) => k.let(f32x4.load(between, 16 * across)));
            for (const value of transformFilter(numbers, (one) => k.let(one))) {
              k.store(to, value);
              to.set(to.add(productBytes));
            }
            between.set(between.add(48));
          });
        });
      });
    });
  }),
}));

function gather([first, ...others]: readonly I32[], tap: I32) {
  return others.reduce(
    (vector, pointer, lane) => vector.replaceLane(f32.load(pointer.add(tap)), lane + 1),
    f32x4.loadSplat(first!.add(tap)),
  );
}
