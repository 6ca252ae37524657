import { apply } from '../autograd/apply.ts';
import type { Op } from '../autograd/op.ts';
import { gemm } from '../ops/gemm.ts';
import { reshape } from '../ops/reshape.ts';
import { requireShapes } from '../shape/require.ts';
import type { Tensor } from '../tensor.ts';
import type { Solve } from '../types/linearAlgebra.ts';
import type { Fits, Shape } from '../types/shape.ts';

const op: Op = {
  name: 'solve',
  shape: ([a, b]) => {
    const fits = a!.length === 2 && a![0] === a![1] && a![0] === b![0];
    requireShapes('solve', 'a must be square, with as many rows as b', fits, a!, b!);
    return b!;
  },
  forward: (out, [a, b]) => {
    const size = a!.shape[0]!;
    const columns = b!.size / Math.max(1, size);
    const matrix = Float64Array.from(a!.data);
    const right = Float64Array.from(b!.data);
    eliminate(matrix, right, size, columns);
    out.data.set(right);
  },
  backward: ({ inputs: [a], out, dOut, needs }) => {
    const dB = solve(a!.transpose(0, 1) as Tensor, dOut);
    const asMatrix = (x: Tensor) => (x.rank === 1 ? reshape(x, [x.size, 1]) : x);
    return [needs(0) ? (gemm(asMatrix(dB), asMatrix(out), false, true).neg() as Tensor) : undefined, dB];
  },
};

/** The x of a x = b for a square matrix a, by Gaussian elimination with row pivots in double precision. */
export function solve<A extends Shape, B extends Shape>(
  a: Tensor<A>,
  b: Fits<Tensor<B>, Solve<A, B>>,
): Tensor<B> {
  return apply(op, [a, b as Tensor<B>], undefined);
}

function eliminate(matrix: Float64Array, right: Float64Array, size: number, columns: number): void {
  for (let pivot = 0; pivot < size; pivot++) {
    bringLargestUp(matrix, right, size, columns, pivot);
    const divisor = matrix[pivot * size + pivot]!;
    if (divisor === 0)
      throw new RangeError(`solve: the matrix is singular, no pivot in column ${pivot} of ${size}`);
    for (let row = 0; row < size; row++) {
      const factor = matrix[row * size + pivot]! / divisor;
      if (row === pivot || factor === 0) continue;
      for (let k = pivot; k < size; k++) matrix[row * size + k]! -= factor * matrix[pivot * size + k]!;
      for (let k = 0; k < columns; k++) right[row * columns + k]! -= factor * right[pivot * columns + k]!;
    }
  }
  for (let row = 0; row < size; row++) {
    for (let k = 0; k < columns; k++) right[row * columns + k]! /= matrix[row * size + row]!;
  }
}

function bringLargestUp(
  matrix: Float64Array,
  right: Float64Array,
  size: number,
  columns: number,
  pivot: number,
): void {
  let best = pivot;
  for (let row = pivot + 1; row < size; row++) {
    if (Math.abs(matrix[row * size + pivot]!) > Math.abs(matrix[best * size + pivot]!)) best = row;
  }
  swapRows(matrix, size, pivot, best);
  swapRows(right, columns, pivot, best);
}

function swapRows(values: Float64Array, width: number, a: number, b: number): void {
  if (a === b) return;
  const kept = values.slice(a * width, (a + 1) * width);
  values.copyWithin(a * width, b * width, (b + 1) * width);
  values.set(kept, b * width);
}
