import { i32, kernelFamily } from '@sonograd/wasm';
import type { Tensor } from '../../tensor.ts';
import { withFloats } from '../normalise/channels.ts';
import { splitSum } from '../normalise/splitSum.ts';
import { withTable } from './list.kernel.ts';

const kernels = kernelFamily('globalNorm', (family) => ({
  squares: family.kernel({ table: 'i32', sums: 'i32' }, (k, { table, sums }) => {
    k.for(k.begin, k.end, 1, (item) => {
      const row = k.let(table.add(item.shl(3)));
      const pointer = k.let(i32.load(row));
      const sum = splitSum(k, 4);
      k.forLanes(
        0,
        i32.load(row, 4),
        (at) => {
          const value = k.let(at.load(pointer));
          sum.addProduct(at, value, value);
        },
        { unroll: 4 },
      );
      k.storeLane(sums.add(item.shl(2)), sum.total(), 0);
    });
  }),
}));

/** Chunks are summed in float32, the sums of chunks in float64: the same for any number of threads. */
export function sumOfSquares(tensors: readonly Tensor[]): number {
  return withTable([tensors], (table, items, grain) =>
    withFloats(1, items, ([sums], [view]) => {
      kernels.squares.run(items, [table, sums!], grain);
      return view!.reduce((total, sum) => total + sum, 0);
    }),
  );
}
