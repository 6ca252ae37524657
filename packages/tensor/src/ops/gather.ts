import { apply } from '../autograd/apply.ts';
import type { Op } from '../autograd/op.ts';
import { zerosLike } from '../creation/fill.ts';
import { forEachIndexed, requireIndexFits } from '../shape/indexed.ts';
import { resolveAxis } from '../shape/shape.ts';
import type { AnyTensor, Tensor } from '../tensor.ts';
import type { Alongside } from '../types/reduce.ts';
import type { Gather } from '../types/select.ts';
import type { DType, Fits, Out, Shape } from '../types/shape.ts';

const op: Op<number> = {
  name: 'gather',
  shape: ([, index]) => index!,
  dtype: ([dtype]) => dtype!,
  forward: (out, [x, index], axis) => {
    const [to, from] = [out.data, x!.data];
    forEachIndexed(x!.shape, index!, axis, (position, target) => {
      to[position] = from[target]!;
    });
  },
  backward: ({ inputs: [x, index], dOut, params: axis }) => [
    zerosLike(x!).scatterAdd(axis, index as AnyTensor as Tensor<Shape, 'int32'>, dOut),
    undefined,
  ],
};

/** out[i][j] = x[index[i][j]][j] for axis 0, and so on: picks elements along an axis, as in PyTorch. */
export function gather<S extends Shape, D extends DType, const Axis extends number, Index extends Shape>(
  x: Tensor<S, D>,
  axis: Fits<Axis, Alongside<'gather', S, Axis>>,
  index: Fits<Tensor<Index, 'int32'>, Gather<'gather', S, Axis, Index>>,
): Tensor<Out<Gather<'gather', S, Axis, Index>>, D> {
  return gathered(x, axis as Axis, index as AnyTensor);
}

function gathered<T extends AnyTensor>(x: AnyTensor, axis: number, index: AnyTensor): T {
  const resolved = resolveAxis('gather', axis, x.rank);
  requireIndexFits('gather', x.shape, index, resolved);
  return apply(op, [x, index], resolved);
}
