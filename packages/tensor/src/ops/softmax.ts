import { apply } from '../autograd/apply.ts';
import type { Op } from '../autograd/op.ts';
import { layoutOf } from '../reduction/reduction.ts';
import { requireDType } from '../shape/require.ts';
import { resolveAxis } from '../shape/shape.ts';
import type { Tensor } from '../tensor.ts';
import type { Alongside } from '../types/reduce.ts';
import type { Fits, Shape } from '../types/shape.ts';
import { runSoftmax } from './softmax.kernel.ts';

const op: Op<number> = {
  name: 'softmax',
  shape: ([shape]) => shape!,
  reference: (out, [x], axis) => {
    const { outer, length, inner } = layoutOf(x!.shape, { from: axis, to: axis + 1 });
    const [to, from] = [out.data, x!.data];
    for (let o = 0; o < outer; o++) {
      for (let i = 0; i < inner; i++) {
        const at = (k: number) => (o * length + k) * inner + i;
        let largest = -Infinity;
        for (let k = 0; k < length; k++) largest = Math.max(largest, from[at(k)]!);
        let total = 0;
        for (let k = 0; k < length; k++) total += Math.exp(from[at(k)]! - largest);
        for (let k = 0; k < length; k++) to[at(k)] = Math.exp(from[at(k)]! - largest) / total;
      }
    }
  },
  simd: (out, [x], axis) => runSoftmax('softmax', out, x!, layoutOf(x!.shape, { from: axis, to: axis + 1 })),
  backward: ({ out, dOut, params: axis }) => {
    const weighted = dOut.mul(out);
    return [weighted.sub(out.mul(weighted.sum(axis, { keepDims: true })))];
  },
};

/** exp(x) divided by its sum along an axis; the largest is taken away first, so nothing overflows. */
export function softmax<S extends Shape, const Axis extends number>(
  x: Tensor<S>,
  axis: Fits<Axis, Alongside<'softmax', S, Axis>>,
): Tensor<S> {
  requireDType('softmax', x, ['float32']);
  return apply(op, [x], resolveAxis('softmax', axis as Axis, x.rank));
}
