import { apply } from '../autograd/apply.ts';
import type { Op } from '../autograd/op.ts';
import { layoutOf } from '../reduction/reduction.ts';
import { requireDType } from '../shape/require.ts';
import { resolveAxis } from '../shape/shape.ts';
import type { Tensor } from '../tensor.ts';
import type { Alongside } from '../types/reduce.ts';
import type { DType, Fits, Shape } from '../types/shape.ts';
import { flip } from './flip.ts';

const op: Op<number> = {
  name: 'cumsum',
  shape: ([shape]) => shape!,
  forward: (out, [x], axis) => {
    const { outer, length, inner } = layoutOf(x!.shape, { from: axis, to: axis + 1 });
    const [to, from] = [out.data, x!.data];
    for (let o = 0; o < outer; o++) {
      for (let i = 0; i < inner; i++) {
        let total = 0;
        for (let k = 0, at = o * length * inner + i; k < length; k++, at += inner) {
          total += from[at]!;
          to[at] = total;
        }
      }
    }
  },
  backward: ({ dOut, params: axis }) => [flip(cumsum(flip(dOut, axis), axis), axis)],
};

/** Running sums along an axis. */
export function cumsum<S extends Shape, D extends DType, const Axis extends number>(
  x: Tensor<S, D>,
  axis: Fits<Axis, Alongside<'cumsum', S, Axis>>,
): Tensor<S, D> {
  requireDType('cumsum', x, ['float32', 'int32']);
  return apply(op, [x], resolveAxis('cumsum', axis as Axis, x.rank));
}
