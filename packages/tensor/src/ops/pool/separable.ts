import { apply } from '../../autograd/apply.ts';
import type { Op } from '../../autograd/op.ts';
import type { AnyTensor, Tensor } from '../../tensor.ts';
import { type Mixture, transposed } from './mixture.ts';
import { runSeparable } from './runSeparable.ts';

/** How rows are mixed, and how columns are. */
export interface SeparableParams {
  readonly rows: Mixture;
  readonly columns: Mixture;
}

/**
 * Average pooling and resizing are the same: every output row is a mixture of input rows, every output column of input
 * columns. The gradient mixes the other way round, by the transposed weights: the same op again.
 */
function separable(name: string, gradientName: string): Op<SeparableParams> {
  return {
    name,
    shape: ([image], { rows, columns }) => [image![0]!, image![1]!, rows.runs.length, columns.runs.length],
    reference: (out, [image], { rows, columns }) => {
      const [from, to] = [image!.data, out.data];
      for (let plane = 0, at = 0; at < to.length; plane += rows.size * columns.size) {
        for (const row of rows.runs) {
          for (const column of columns.runs) {
            let sum = 0;
            row.weights.forEach((rowWeight, down) => {
              const start = plane + (row.first + down) * columns.size + column.first;
              column.weights.forEach((weight, across) => {
                sum += rowWeight * weight * from[start + across]!;
              });
            });
            to[at++] = sum;
          }
        }
      }
    },
    simd: (out, [image], { rows, columns }) => runSeparable(out, image!, rows, columns),
    backward: ({ dOut, params: { rows, columns } }) => [
      apply(separable(gradientName, name), [dOut], {
        rows: transposed(rows),
        columns: transposed(columns),
      }) as Tensor,
    ],
  };
}

export type Separable = (image: AnyTensor, rows: Mixture, columns: Mixture) => Tensor;

export function separableOp(name: string): Separable {
  const op = separable(name, `${name}Gradient`);
  return (image, rows, columns) => apply(op, [image], { rows, columns }) as Tensor;
}
