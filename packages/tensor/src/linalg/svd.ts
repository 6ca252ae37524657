import { applyMany } from '../autograd/apply.ts';
import type { OpMany } from '../autograd/op.ts';
import { zerosLike } from '../creation/fill.ts';
import { fromArray } from '../creation/tensor.ts';
import { gemm } from '../ops/gemm.ts';
import { showShape } from '../shape/shape.ts';
import type { AnyTensor, Tensor } from '../tensor.ts';
import type { Matrix, Svd } from '../types/linearAlgebra.ts';
import type { Fits, Shape } from '../types/shape.ts';

const op: OpMany = {
  name: 'svd',
  outputs: ([x]) => {
    const [rows, columns] = x!.shape as [number, number];
    const rank = Math.min(rows, columns);
    return [[rows, rank], [rank], [columns, rank]].map((shape) => ({ shape, dtype: 'float32' }));
  },
  forward: ([u, s, v], [x]) => {
    const [rows, columns] = x!.shape as [number, number];
    const wide = rows < columns;
    // Columns of x (or of its transpose, when that has fewer) as rows of their own, contiguous to rotate.
    const [count, length] = wide ? [rows, columns] : [columns, rows];
    const vectors = Array.from({ length: count }, (_, k) =>
      Float64Array.from({ length }, (_, i) => x!.data[wide ? k * columns + i : i * columns + k]!),
    );
    const { values, left, right } = jacobi(vectors);
    s!.data.set(values);
    fillColumns((wide ? v : u)!, left);
    fillColumns((wide ? u : v)!, right);
  },
  backward: ({ outputs: [u, s, v], dOuts }) => [svdGradient(u!, s!, v!, dOuts)],
};

/** Singular vectors and values. */
export interface Singular<S extends Shape> {
  readonly u: Tensor<Svd<S>['u']>;
  readonly s: Tensor<Svd<S>['s']>;
  readonly v: Tensor<Svd<S>['v']>;
}

/** x = u diag(s) vᵀ, s falling, u and v with orthonormal columns (the reduced form). */
export function svd<S extends Shape>(given: Fits<Tensor<S>, Matrix<'svd', S>>): Singular<S> {
  const x = given as Tensor<S>;
  if (x.rank !== 2) throw new RangeError(`svd: x must be a matrix, got ${showShape(x.shape)}`);
  const [u, s, v] = applyMany(op, [x], undefined) as AnyTensor[] as [Tensor, Tensor, Tensor];
  return { u, s, v } as object as Singular<S>;
}

interface Decomposition {
  readonly values: Float64Array;
  readonly left: Float64Array[];
  readonly right: Float64Array[];
}

/**
 * One-sided Jacobi (Hestenes, 1958): rotates pairs of vectors until all are orthogonal. Their lengths are then
 * the singular values. Slow for big matrices, accurate for all of them.
 */
function jacobi(vectors: Float64Array[]): Decomposition {
  const count = vectors.length;
  const turns = vectors.map((_, k) => Float64Array.from({ length: count }, (_, i) => (i === k ? 1 : 0)));
  for (let sweep = 0, rotated = true; rotated && sweep < 60; sweep++) {
    rotated = false;
    for (let p = 0; p < count - 1; p++) {
      for (let q = p + 1; q < count; q++) {
        if (orthogonalise(vectors[p]!, vectors[q]!, turns[p]!, turns[q]!)) rotated = true;
      }
    }
  }
  const lengths = vectors.map((vector) => Math.sqrt(dot(vector, vector)));
  const order = lengths.map((_, k) => k).sort((a, b) => lengths[b]! - lengths[a]!);
  // Below this a length is rounding, and its direction noise.
  const smallest = 1e-12 * lengths[order[0]!]!;
  const left = completeBasis(
    order.map((k) => (lengths[k]! > smallest ? vectors[k]!.map((value) => value / lengths[k]!) : undefined)),
    vectors[0]!.length,
  );
  return { values: Float64Array.from(order, (k) => lengths[k]!), left, right: order.map((k) => turns[k]!) };
}

function orthogonalise(a: Float64Array, b: Float64Array, turnA: Float64Array, turnB: Float64Array): boolean {
  const [alpha, beta, gamma] = [dot(a, a), dot(b, b), dot(a, b)];
  if (Math.abs(gamma) <= 1e-15 * Math.sqrt(alpha * beta)) return false;
  const zeta = (beta - alpha) / (2 * gamma);
  const tangent = (zeta < 0 ? -1 : 1) / (Math.abs(zeta) + Math.sqrt(1 + zeta * zeta));
  const cosine = 1 / Math.sqrt(1 + tangent * tangent);
  rotate(a, b, cosine, cosine * tangent);
  rotate(turnA, turnB, cosine, cosine * tangent);
  return true;
}

function rotate(a: Float64Array, b: Float64Array, cosine: number, sine: number): void {
  for (let i = 0; i < a.length; i++) {
    const [x, y] = [a[i]!, b[i]!];
    a[i] = cosine * x - sine * y;
    b[i] = sine * x + cosine * y;
  }
}

/** Where a singular value is 0 its vector is undefined: any unit vector orthogonal to the others serves. */
function completeBasis(vectors: readonly (Float64Array | undefined)[], length: number): Float64Array[] {
  const basis = vectors.filter((vector) => vector !== undefined);
  for (let axis = 0; basis.length < vectors.length && axis < length; axis++) {
    const candidate = Float64Array.from({ length }, (_, i) => (i === axis ? 1 : 0));
    // Twice, because the first pass leaves rounding along the others.
    for (const other of [...basis, ...basis]) {
      const share = dot(candidate, other);
      for (let i = 0; i < length; i++) candidate[i]! -= share * other[i]!;
    }
    const size = Math.sqrt(dot(candidate, candidate));
    if (size > 1e-6) basis.push(candidate.map((value) => value / size));
  }
  return basis;
}

function dot(a: Float64Array, b: Float64Array): number {
  let total = 0;
  for (let i = 0; i < a.length; i++) total += a[i]! * b[i]!;
  return total;
}

function fillColumns(
  out: { readonly data: { [index: number]: number } },
  columns: readonly Float64Array[],
): void {
  const rank = columns.length;
  columns.forEach((column, k) => {
    for (let i = 0; i < column.length; i++) out.data[i * rank + k] = column[i]!;
  });
}

/** Townsend (2016), "Differentiating the singular value decomposition"; needs singular values that differ. */
function svdGradient(u: Tensor, s: Tensor, v: Tensor, dOuts: readonly (Tensor | undefined)[]): Tensor {
  const [dU, dS, dV] = [dOuts[0] ?? zerosLike(u), dOuts[1] ?? zerosLike(s), dOuts[2] ?? zerosLike(v)];
  const gaps = inverseGaps(s);
  const skew = (a: Tensor, b: Tensor) => {
    const product = gemm(a, b, true, false);
    return gaps.mul(product.sub(product.transpose(0, 1)) as Tensor) as Tensor;
  };
  const row = s.reshape([1, s.size]) as Tensor;
  const column = s.reshape([s.size, 1]) as Tensor;
  const inner = skew(u, dU).mul(row).add(skew(v, dV).mul(column)).add(diagonal(dS)) as Tensor;
  const core = gemm(gemm(u, inner), v, false, true);
  const inverse = row.reciprocal() as Tensor;
  const outsideU = gemm(
    dU.mul(inverse).sub(gemm(u, gemm(u, dU.mul(inverse) as Tensor, true))) as Tensor,
    v,
    false,
    true,
  );
  const scaledV = dV.mul(inverse) as Tensor;
  const outsideV = gemm(u, scaledV.sub(gemm(v, gemm(v, scaledV, true))) as Tensor, false, true);
  return core.add(outsideU).add(outsideV) as Tensor;
}

/** 1 / (s_j² - s_i²) off the diagonal, 0 on it. */
function inverseGaps(s: Tensor): Tensor {
  const squares = s.square() as Tensor;
  const gap = squares.reshape([1, s.size]).sub(squares.reshape([s.size, 1])) as Tensor;
  const equal = gap.eq(0);
  return gap.add(equal.to('float32')).reciprocal().mul(equal.logicalNot().to('float32')) as Tensor;
}

function diagonal(values: Tensor): Tensor {
  const size = values.size;
  const identity = fromArray(
    Float32Array.from({ length: size * size }, (_, i) => (i % (size + 1) === 0 ? 1 : 0)),
    [size, size],
  );
  return (identity as Tensor).mul(values.reshape([1, size])) as Tensor;
}
