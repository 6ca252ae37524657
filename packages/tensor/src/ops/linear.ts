import { apply } from '../autograd/apply.ts';
import type { Op } from '../autograd/op.ts';
import { requireShapes } from '../shape/require.ts';
import { sizeOf } from '../shape/shape.ts';
import type { AnyTensor, Tensor } from '../tensor.ts';
import { gemm } from './gemm.ts';
import { runMatmul } from './matmul/runMatmul.ts';
import { reshape } from './reshape.ts';
import { sum } from './sum.ts';

const op: Op = {
  name: 'linear',
  shape: ([x, weight, bias]) => {
    requireShapes('linear', 'inner sizes differ', x![1] === weight![1], x!, weight!);
    const biasFits = bias === undefined || bias[0] === weight![0];
    requireShapes('linear', 'bias must be one for each row of the weight', biasFits, bias ?? [], weight!);
    return [x![0]!, weight![0]!];
  },
  reference: (out, [x, weight, bias]) => {
    const [rows, inner] = x!.shape as [number, number];
    const columns = weight!.shape[0]!;
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < columns; j++) {
        let total = bias?.data[j] ?? 0;
        for (let k = 0; k < inner; k++) total += x!.data[i * inner + k]! * weight!.data[j * inner + k]!;
        out.data[i * columns + j] = total;
      }
    }
  },
  simd: (out, [x, weight, bias]) => {
    const [m, k] = x!.shape as [number, number];
    const n = weight!.shape[0]!;
    const product = { out: out.pointer, a: x!.pointer, b: weight!.pointer, m, n, k, transposeB: true };
    runMatmul(bias === undefined ? product : { ...product, bias: bias.pointer });
  },
  backward: ({ inputs: [x, weight], dOut, needs }) => [
    needs(0) ? gemm(dOut, weight!) : undefined,
    needs(1) ? gemm(dOut, x!, true) : undefined,
    needs(2) ? sum(dOut, 0) : undefined,
  ],
};

/** x Wᵀ + b on the last axis, with the weight as PyTorch keeps it, `[out, in]`; the bias is added on the way out. */
export function linear(x: Tensor, weight: Tensor, bias?: Tensor): Tensor {
  const inputs: AnyTensor[] = bias === undefined ? [weight] : [weight, bias];
  if (x.rank === 2) return apply(op, [x, ...inputs], undefined);
  const lead = x.shape.slice(0, -1);
  const rows = reshape(x, [sizeOf(lead), x.shape.at(-1) ?? 1]);
  return reshape(apply<undefined, Tensor>(op, [rows, ...inputs], undefined), [...lead, weight.shape[0]!]);
}
