import { applyMany } from '../autograd/apply.ts';
import type { OpMany } from '../autograd/op.ts';
import { zerosLike } from '../creation/fill.ts';
import { fromArray } from '../creation/tensor.ts';
import { concat } from '../ops/concat.ts';
import { gemm } from '../ops/gemm.ts';
import { showShape } from '../shape/shape.ts';
import type { Tensor } from '../tensor.ts';
import type { Matrix, Qr } from '../types/linearAlgebra.ts';
import type { Fits, Shape } from '../types/shape.ts';
import { solve } from './solve.ts';

const op: OpMany = {
  name: 'qr',
  outputs: ([x]) => {
    const [rows, columns] = x!.shape as [number, number];
    const rank = Math.min(rows, columns);
    return [
      { shape: [rows, rank], dtype: 'float32' },
      { shape: [rank, columns], dtype: 'float32' },
    ];
  },
  forward: ([q, r], [x]) => {
    const [rows, columns] = x!.shape as [number, number];
    const work = Float64Array.from(x!.data);
    const rank = Math.min(rows, columns);
    const reflectors = Array.from({ length: rank }, (_, k) => reflect(work, rows, columns, k));
    r!.data.set(work.subarray(0, rank * columns));
    for (let i = 0; i < rank; i++) r!.data.fill(0, i * columns, i * columns + i);
    q!.data.set(unfold(reflectors, rows, rank));
  },
  backward: ({ inputs: [x], outputs: [q, r], dOuts }) => [
    qrGradient(x!, q!, r!, dOuts[0] ?? zerosLike(q!), dOuts[1] ?? zerosLike(r!)),
  ],
};

/** x = q r with orthonormal columns in q and an upper triangular r (the reduced form), by Householder reflections. */
export function qr<S extends Shape>(
  given: Fits<Tensor<S>, Matrix<'qr', S>>,
): { q: Tensor<Qr<S>['q']>; r: Tensor<Qr<S>['r']> } {
  const x = given as Tensor<S>;
  if (x.rank !== 2) throw new RangeError(`qr: x must be a matrix, got ${showShape(x.shape)}`);
  const [q, r] = applyMany(op, [x], undefined) as [Tensor<Qr<S>['q']>, Tensor<Qr<S>['r']>];
  return { q, r };
}

/** Mirrors the columns from k on so that column k ends at row k. Returns the mirror's normal vector. */
function reflect(work: Float64Array, rows: number, columns: number, k: number): Float64Array {
  const normal = new Float64Array(rows);
  let length = 0;
  for (let row = k; row < rows; row++) {
    normal[row] = work[row * columns + k]!;
    length = Math.hypot(length, normal[row]!);
  }
  if (length === 0) return normal;
  normal[k]! += normal[k]! < 0 ? -length : length;
  mirror(work, normal, rows, columns, k);
  return normal;
}

/** work := (I - 2 v vᵀ / vᵀv) work. */
function mirror(work: Float64Array, normal: Float64Array, rows: number, columns: number, from: number): void {
  let square = 0;
  for (let row = from; row < rows; row++) square += normal[row]! ** 2;
  if (square === 0) return;
  for (let column = 0; column < columns; column++) {
    let dot = 0;
    for (let row = from; row < rows; row++) dot += normal[row]! * work[row * columns + column]!;
    for (let row = from; row < rows; row++)
      work[row * columns + column]! -= (2 * dot * normal[row]!) / square;
  }
}

/** Q is what the reflections, last one first, make of the identity. */
function unfold(reflectors: readonly Float64Array[], rows: number, rank: number): Float64Array {
  const q = new Float64Array(rows * rank);
  for (let i = 0; i < rank; i++) q[i * rank + i] = 1;
  for (let k = rank - 1; k >= 0; k--) mirror(q, reflectors[k]!, rows, rank, k);
  return q;
}

function qrGradient(x: Tensor, q: Tensor, r: Tensor, dQ: Tensor, dR: Tensor): Tensor {
  const [rows, columns] = x.shape as [number, number];
  if (rows >= columns) return tallGradient(q, r, dQ, dR);
  // The columns beyond the square part are Q times those of r: their share reaches Q, and through it the square part.
  const beyond = x.slice(1, rows, columns);
  const dBeyond = dR.slice(1, rows, columns);
  const dSquareQ = dQ.add(gemm(beyond, dBeyond, false, true));
  const square = tallGradient(q, r.slice(1, 0, rows), dSquareQ, dR.slice(1, 0, rows));
  return concat([square, gemm(q, dBeyond)], 1);
}

/** M = R dRᵀ - dQᵀ Q; the gradient is (dQ + Q (lower(M) + strictly lower(M)ᵀ)) R⁻ᵀ. */
function tallGradient(q: Tensor, r: Tensor, dQ: Tensor, dR: Tensor): Tensor {
  const product = gemm(r, dR, false, true).sub(gemm(dQ, q, true, false));
  const lower = product.mul(lowerMask(r.shape[0]!, true));
  const strict = product.mul(lowerMask(r.shape[0]!, false));
  const whole = dQ.add(gemm(q, lower.add(strict.transpose(0, 1))));
  return solve(r, whole.transpose(0, 1)).transpose(0, 1);
}

function lowerMask(size: number, withDiagonal: boolean): Tensor {
  const data = Float32Array.from({ length: size * size }, (_, index) => {
    const [row, column] = [Math.floor(index / size), index % size];
    return row > column || (withDiagonal && row === column) ? 1 : 0;
  });
  return fromArray(data, [size, size]) as Tensor;
}
