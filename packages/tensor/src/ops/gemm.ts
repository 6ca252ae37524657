import { apply } from '../autograd/apply.ts';
import type { Op } from '../autograd/op.ts';
import { requireShapes } from '../shape/require.ts';
import type { AnyTensor, Tensor } from '../tensor.ts';
import type { Shape } from '../types/shape.ts';
import { runMatmul } from './matmul/runMatmul.ts';

export interface GemmParams {
  readonly transposeA: boolean;
  readonly transposeB: boolean;
}

/** Sizes of one product: out is m x n, the inner size is k; `batch` of them lie behind each other. */
export interface GemmSizes {
  readonly batch: number;
  readonly m: number;
  readonly n: number;
  readonly k: number;
}

const op: Op<GemmParams> = {
  name: 'matmul',
  shape: ([a, b], params) => {
    const { m, n } = gemmSizes(a!, b!, params);
    return [...a!.slice(0, -2), m, n];
  },
  reference: (out, [a, b], params) => {
    const { batch, m, n, k } = gemmSizes(a!.shape, b!.shape, params);
    const [rowA, stepA] = params.transposeA ? [1, m] : [k, 1];
    const [stepB, columnB] = params.transposeB ? [1, k] : [n, 1];
    const [to, left, right] = [out.data, a!.data, b!.data];
    for (let index = 0; index < batch; index++) {
      const [startOut, startA, startB] = [index * m * n, index * m * k, index * k * n];
      for (let i = 0; i < m; i++) {
        for (let j = 0; j < n; j++) {
          let total = 0;
          for (let p = 0; p < k; p++) {
            total += left[startA + i * rowA + p * stepA]! * right[startB + p * stepB + j * columnB]!;
          }
          to[startOut + i * n + j] = total;
        }
      }
    }
  },
  simd: (out, [a, b], params) => {
    runMatmul({
      out: out.pointer,
      a: a!.pointer,
      b: b!.pointer,
      ...gemmSizes(a!.shape, b!.shape, params),
      ...params,
    });
  },
  backward: ({ inputs: [a, b], dOut, params, needs }) => {
    const [dA, dB] = gradients(a!, b!, dOut, params);
    return [needs(0) ? dA() : undefined, needs(1) ? dB() : undefined];
  },
};

/** A product of matrices, or of two equally long batches of them; either side may be read transposed. */
export function gemm(a: AnyTensor, b: AnyTensor, transposeA = false, transposeB = false): Tensor {
  return apply(op, [a, b], { transposeA, transposeB }) as Tensor;
}

/** Both gradients are products again, with the transposes absorbed. */
function gradients(
  a: Tensor,
  b: Tensor,
  dOut: Tensor,
  { transposeA, transposeB }: GemmParams,
): (() => Tensor)[] {
  return [
    () => (transposeA ? gemm(b, dOut, transposeB, true) : gemm(dOut, b, false, !transposeB)),
    () => (transposeB ? gemm(dOut, a, true, transposeA) : gemm(a, dOut, !transposeA, false)),
  ];
}

export function gemmSizes(a: Shape, b: Shape, { transposeA, transposeB }: GemmParams): GemmSizes {
  const [m, k] = transposeA ? [a.at(-1)!, a.at(-2)!] : [a.at(-2)!, a.at(-1)!];
  const [n, inner] = transposeB ? [b.at(-2)!, b.at(-1)!] : [b.at(-1)!, b.at(-2)!];
  requireShapes('matmul', 'inner sizes differ', k === inner, a, b);
  return { batch: a.slice(0, -2).reduce((product, size) => product * size, 1), m, n, k };
}
