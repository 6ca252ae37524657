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
  name: 'logSoftmax',
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
        const shift = largest + Math.log(total);
        for (let k = 0; k < length; k++) to[at(k)] = from[at(k)]! - shift;
      }
    }
  },
  simd: (out, [x], axis) =>
    runSoftmax('logSoftmax', out, x!, layoutOf(x!.shape, { from: axis, to: axis + 1 })),
  backward: ({ out, dOut, params: axis }) => [dOut.sub(out.exp().mul(dOut.sum(axis, { keepDims: true })))],
};

/** log(softmax(x)), without the loss of digits of taking the logarithm afterwards. */
export function logSoftmax<S extends Shape, const Axis extends number>(
  x: Tensor<S>,
  axis: Fits<Axis, Alongside<'logSoftmax', S, Axis>>,
): Tensor<S> {
  requireDType('logSoftmax', x, ['float32']);
  return apply(op, [x], resolveAxis('logSoftmax', axis as Axis, x.rank));
}
