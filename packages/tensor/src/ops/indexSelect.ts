import { apply } from '../autograd/apply.ts';
import type { Op } from '../autograd/op.ts';
import { layoutOf } from '../reduction/reduction.ts';
import { checkIndices } from '../shape/indexed.ts';
import { requireDType } from '../shape/require.ts';
import { resolveAxis, showShape } from '../shape/shape.ts';
import type { AnyTensor, Tensor } from '../tensor.ts';
import type { Alongside } from '../types/reduce.ts';
import type { IndexSelect } from '../types/select.ts';
import type { DType, Fits, Out, Shape } from '../types/shape.ts';

interface SelectParams {
  readonly axis: number;
  /** The size of the axis before selecting. */
  readonly size: number;
}

const op: Op<SelectParams> = {
  name: 'indexSelect',
  shape: ([shape, index], { axis }) => withSize(shape!, axis, index![0]!),
  forward: (out, [x, index], { axis }) => {
    const { outer, length, inner } = layoutOf(x!.shape, { from: axis, to: axis + 1 });
    const [to, from, rows] = [out.data, x!.data, index!.data];
    for (let o = 0; o < outer; o++) {
      for (let k = 0; k < rows.length; k++) {
        const start = (o * length + rows[k]!) * inner;
        to.set(from.subarray(start, start + inner), (o * rows.length + k) * inner);
      }
    }
  },
  backward: ({ inputs: [, index], dOut, params }) => [indexAdd(dOut, index!, params), undefined],
};

const addOp: Op<SelectParams> = {
  name: 'indexAdd',
  shape: ([shape], { axis, size }) => withSize(shape!, axis, size),
  forward: (out, [x, index], { axis }) => {
    const { outer, length, inner } = layoutOf(out.shape, { from: axis, to: axis + 1 });
    const [to, from, rows] = [out.data, x!.data, index!.data];
    to.fill(0);
    for (let o = 0; o < outer; o++) {
      for (let k = 0; k < rows.length; k++) {
        const target = (o * length + rows[k]!) * inner;
        const source = (o * rows.length + k) * inner;
        for (let i = 0; i < inner; i++) to[target + i]! += from[source + i]!;
      }
    }
  },
  backward: ({ inputs: [, index], dOut, params }) => [selected(dOut, params.axis, index!), undefined],
};

function indexAdd(x: Tensor, index: AnyTensor, params: SelectParams): Tensor {
  return apply(addOp, [x, index], params);
}

/** The rows of x along an axis that a 1-d int32 tensor names, in its order. */
export function indexSelect<S extends Shape, D extends DType, const Axis extends number, Index extends Shape>(
  x: Tensor<S, D>,
  axis: Fits<Axis, Alongside<'indexSelect', S, Axis>>,
  index: Fits<Tensor<Index, 'int32'>, IndexSelect<S, Axis, Index>>,
): Tensor<Out<IndexSelect<S, Axis, Index>>, D> {
  return selected(x, axis as Axis, index as AnyTensor);
}

function selected<T extends AnyTensor>(x: AnyTensor, axis: number, index: AnyTensor): T {
  const resolved = resolveAxis('indexSelect', axis, x.rank);
  requireDType('indexSelect', index, ['int32']);
  if (index.rank !== 1) throw new RangeError(`indexSelect: index must be 1-d, got ${showShape(index.shape)}`);
  checkIndices('indexSelect', index, x.shape[resolved]!);
  return apply(op, [x, index], { axis: resolved, size: x.shape[resolved]! });
}

function withSize(shape: Shape, axis: number, size: number): Shape {
  return shape.map((length, own) => (own === axis ? size : length));
}
