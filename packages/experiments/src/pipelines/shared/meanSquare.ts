import type { Dataset } from '@sonograd/nn';
import type { Tensor } from '@sonograd/tensor';
import type { Labelled } from './labelled.ts';

/** The mean squared difference of each row. */
export function meanSquare(out: Tensor, target: Tensor): Float32Array {
  const difference = out.sub(target);
  return difference.mul(difference).mean(1).data.slice();
}

/** How far rows are from their mean: what a model must beat that knows nothing but the usual picture. */
export async function meanSquareOfMean(rows: Dataset<Labelled>): Promise<number> {
  const size = (await rows.get(0)).x.length;
  const sum = new Float64Array(size);
  const squares = new Float64Array(size);
  for (let index = 0; index < rows.length; index++) {
    const { x } = await rows.get(index);
    for (let i = 0; i < size; i++) {
      sum[i]! += x[i]!;
      squares[i]! += x[i]! ** 2;
    }
  }
  let total = 0;
  for (let i = 0; i < size; i++) total += squares[i]! / rows.length - (sum[i]! / rows.length) ** 2;
  return total / size;
}
