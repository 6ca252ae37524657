import { apply } from '../autograd/apply.ts';
import type { Op } from '../autograd/op.ts';
import { layoutOf } from '../reduction/reduction.ts';
import { requireDType } from '../shape/require.ts';
import { resolveAxis } from '../shape/shape.ts';
import type { Tensor } from '../tensor.ts';
import type { Alongside } from '../types/reduce.ts';
import type { DType, Fits, Shape } from '../types/shape.ts';

interface SortParams {
  readonly axis: number;
  readonly descending: boolean;
}

export interface SortOptions {
  readonly descending?: boolean;
}

const op: Op<SortParams> = {
  name: 'argsort',
  dtype: 'int32',
  shape: ([shape]) => shape!,
  forward: (out, [x], { axis, descending }) => {
    const { outer, length, inner } = layoutOf(x!.shape, { from: axis, to: axis + 1 });
    const [to, from] = [out.data, x!.data];
    const order = Array.from({ length }, (_, k) => k);
    const keys = new Float64Array(length);
    for (let o = 0; o < outer; o++) {
      for (let i = 0; i < inner; i++) {
        for (let k = 0; k < length; k++) keys[k] = sortKey(from[(o * length + k) * inner + i]!, descending);
        order.sort((a, b) => keys[a]! - keys[b]! || a - b);
        for (let k = 0; k < length; k++) to[(o * length + k) * inner + i] = order[k]!;
      }
    }
  },
};

/** NaN counts as larger than everything, as in NumPy and PyTorch. Finite stand-ins keep differences defined. */
function sortKey(value: number, descending: boolean): number {
  const key = Number.isNaN(value) ? Number.MAX_VALUE : Math.min(Math.max(value, -1e300), 1e300);
  return descending ? -key : key;
}

/** The positions (int32) that would sort x along an axis; equal elements keep their order. */
export function argsort<S extends Shape, D extends DType, const Axis extends number = -1>(
  x: Tensor<S, D>,
  axis?: Fits<Axis, Alongside<'argsort', S, Axis>>,
  { descending = false }: SortOptions = {},
): Tensor<S, 'int32'> {
  requireDType('argsort', x, ['float32', 'int32']);
  return apply(op, [x], { axis: resolveAxis('argsort', (axis ?? -1) as number, x.rank), descending });
}
