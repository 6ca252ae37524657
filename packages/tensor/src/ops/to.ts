import { apply } from '../autograd/apply.ts';
import type { Op } from '../autograd/op.ts';
import { runConvert } from '../move/convert.kernel.ts';
import type { AnyTensor, Tensor } from '../tensor.ts';
import type { DType, Shape } from '../types/shape.ts';

const op: Op<DType> = {
  name: 'to',
  dtype: (_, dtype) => dtype,
  shape: ([shape]) => shape!,
  reference: (out, [x]) => {
    const [target, source] = [out.data, x!.data];
    const toBool = out.dtype === 'bool';
    for (let i = 0; i < target.length; i++) target[i] = toBool ? Number(source[i] !== 0) : source[i]!;
  },
  simd: (out, [x]) => runConvert(out, x!),
};

/** The same values as another dtype: towards int32 they are cut towards zero, to bool they become "not 0". */
export function to<S extends Shape, D extends DType>(x: Tensor<S, DType>, dtype: D): Tensor<S, D> {
  return (x.dtype === dtype ? x : apply(op, [x as AnyTensor], dtype)) as Tensor<S, D>;
}
