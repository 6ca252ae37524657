import { broadcastShapes } from '../shape/broadcast.ts';
import { requireDType, requireShapes } from '../shape/require.ts';
import { sameShape, sizeOf } from '../shape/shape.ts';
import type { AnyTensor, Tensor } from '../tensor.ts';
import type { Matmul } from '../types/matmul.ts';
import type { Fits, Out, Shape } from '../types/shape.ts';
import { expand } from './expand.ts';
import { gemm } from './gemm.ts';
import { reshape } from './reshape.ts';

/** The matrix product; leading axes are a batch and broadcast, a vector counts as one row or one column. */
export function matmul<A extends Shape, B extends Shape>(
  a: Tensor<A>,
  b: Fits<Tensor<B>, Matmul<A, B>>,
): Tensor<Out<Matmul<A, B>>> {
  return product(a, b as AnyTensor) as Tensor<Out<Matmul<A, B>>>;
}

function product(a: AnyTensor, b: AnyTensor): AnyTensor {
  requireDType('matmul', a, ['float32']);
  requireDType('matmul', b, ['float32']);
  requireShapes('matmul', 'both must have at least one axis', a.rank > 0 && b.rank > 0, a.shape, b.shape);
  const inner = b.rank === 1 ? b.shape[0] : b.shape.at(-2);
  requireShapes('matmul', 'inner sizes differ', a.shape.at(-1) === inner, a.shape, b.shape);
  const left = a.rank === 1 ? reshape(a, [1, a.size]) : a;
  const right = b.rank === 1 ? reshape(b, [b.size, 1]) : b;
  const out = matrixProduct(left, right);
  if (a.rank > 1 && b.rank > 1) return out;
  const shape = [...out.shape];
  if (b.rank === 1) shape.pop();
  if (a.rank === 1) shape.splice(b.rank === 1 ? -1 : -2, 1);
  return reshape(out, shape);
}

function matrixProduct(a: AnyTensor, b: AnyTensor): AnyTensor {
  if (a.rank === 2 && b.rank === 2) return gemm(a, b);
  const [m, k, n] = [a.shape.at(-2)!, a.shape.at(-1)!, b.shape.at(-1)!];
  // One matrix on the right serves all rows of the batch: a single big product.
  if (b.rank === 2) {
    const rows = a.shape.slice(0, -1);
    return reshape(gemm(reshape(a, [sizeOf(rows), k]), b), [...rows, n]);
  }
  const batch = broadcastShapes('matmul', a.shape.slice(0, -2), b.shape.slice(0, -2));
  const [left, right] = [toBatch(a, batch), toBatch(b, batch)];
  return reshape(gemm(left, right), [...batch, m, n]);
}

function toBatch(x: AnyTensor, batch: readonly number[]): AnyTensor {
  const matrix = x.shape.slice(-2);
  const whole = sameShape(x.shape.slice(0, -2), batch) ? x : expand(x, [...batch, ...matrix]);
  return reshape(whole, [sizeOf(batch), ...matrix]);
}
