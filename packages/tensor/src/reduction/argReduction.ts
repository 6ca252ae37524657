import { apply } from '../autograd/apply.ts';
import type { Op } from '../autograd/op.ts';
import { reshape } from '../ops/reshape.ts';
import { requireDType } from '../shape/require.ts';
import { resolveAxis, showShape } from '../shape/shape.ts';
import type { AnyTensor } from '../tensor.ts';
import { runArgReduction } from './argReduction.kernel.ts';
import { type AxisRun, layoutOf, type ReductionOptions } from './reduction.ts';

export type ArgReductionFunction = <T extends AnyTensor>(
  x: AnyTensor,
  axis: unknown,
  options: ReductionOptions | undefined,
) => T;

/** Where the best element is along an axis; the first of equals. A NaN counts as the best, as in NumPy. */
export function argReduction(
  name: 'argmax' | 'argmin',
  better: (a: number, b: number) => boolean,
): ArgReductionFunction {
  const op: Op<AxisRun> = {
    name,
    dtype: 'int32',
    shape: ([shape], { from }) => shape!.map((size, axis) => (axis === from ? 1 : size)),
    reference: (out, [x], run) => {
      const { outer, length, inner } = layoutOf(x!.shape, run);
      const [to, from] = [out.data, x!.data];
      for (let o = 0; o < outer; o++) {
        for (let i = 0; i < inner; i++) {
          const at = (k: number) => from[(o * length + k) * inner + i]!;
          let best = 0;
          for (let k = 1; k < length && !Number.isNaN(at(best)); k++) {
            if (better(at(k), at(best)) || Number.isNaN(at(k))) best = k;
          }
          to[o * inner + i] = best;
        }
      }
    },
    simd: (out, [x], run) => runArgReduction(name, out, x!, layoutOf(x!.shape, run)),
  };
  return <T extends AnyTensor>(x: AnyTensor, given: unknown, options: ReductionOptions = {}): T => {
    const axis = given as number | undefined;
    requireDType(name, x, ['float32', 'int32']);
    const whole = axis === undefined;
    const input = whole ? reshape(x, [x.size]) : x;
    const resolved = whole ? 0 : resolveAxis(name, axis, x.rank);
    if (input.shape[resolved] === 0)
      throw new RangeError(`${name}: nothing to choose from in ${showShape(x.shape)}`);
    const reduced: AnyTensor = apply(op, [input], { from: resolved, to: resolved + 1 });
    if (whole)
      return reshape(reduced, options.keepDims === true ? x.shape.map(() => 1) : []) as AnyTensor as T;
    if (options.keepDims === true) return reduced as T;
    return reshape(
      reduced,
      x.shape.filter((_, own) => own !== resolved),
    ) as AnyTensor as T;
  };
}
