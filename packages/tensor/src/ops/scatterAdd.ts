import { apply } from '../autograd/apply.ts';
import type { Op } from '../autograd/op.ts';
import { forEachIndexed, requireIndexFits } from '../shape/indexed.ts';
import { requireSameDType } from '../shape/require.ts';
import { resolveAxis, sameShape, showShape } from '../shape/shape.ts';
import type { AnyTensor, Tensor } from '../tensor.ts';
import type { Alongside } from '../types/reduce.ts';
import type { Gather, ScatterSource } from '../types/select.ts';
import type { DType, Fits, Shape } from '../types/shape.ts';
import { gather } from './gather.ts';

const op: Op<number> = {
  name: 'scatterAdd',
  shape: ([shape]) => shape!,
  forward: (out, [x, index, source], axis) => {
    const [to, from] = [out.data, source!.data];
    to.set(x!.data);
    forEachIndexed(out.shape, index!, axis, (position, target) => {
      to[target]! += from[position]!;
    });
  },
  backward: ({ inputs: [, index], dOut, params: axis, needs }) => [
    dOut,
    undefined,
    needs(2) ? gather(dOut, axis, index as AnyTensor as Tensor<Shape, 'int32'>) : undefined,
  ],
};

/** x with each element of `source` added where `index` says along an axis: the reverse of `gather`. */
export function scatterAdd<
  S extends Shape,
  D extends DType,
  const Axis extends number,
  Index extends Shape,
  Source extends Shape,
>(
  x: Tensor<S, D>,
  axis: Fits<Axis, Alongside<'scatterAdd', S, Axis>>,
  index: Fits<Tensor<Index, 'int32'>, Gather<'scatterAdd', S, Axis, Index>>,
  source: Fits<Tensor<Source, D>, ScatterSource<Index, Source>>,
): Tensor<S, D> {
  return scattered(x, axis as Axis, index as AnyTensor, source as AnyTensor);
}

function scattered<T extends AnyTensor>(x: AnyTensor, axis: number, index: AnyTensor, source: AnyTensor): T {
  const resolved = resolveAxis('scatterAdd', axis, x.rank);
  requireSameDType('scatterAdd', x, source);
  if (!sameShape(index.shape, source.shape)) {
    throw new RangeError(
      `scatterAdd: index and source differ, ${showShape(index.shape)} and ${showShape(source.shape)}`,
    );
  }
  requireIndexFits('scatterAdd', x.shape, index, resolved);
  return apply(op, [x, index, source], resolved);
}
