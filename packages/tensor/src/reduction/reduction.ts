import { apply } from '../autograd/apply.ts';
import type { BackwardContext, Gradients, Op } from '../autograd/op.ts';
import { reshape } from '../ops/reshape.ts';
import { requireDType } from '../shape/require.ts';
import { resolveAxes, showShape } from '../shape/shape.ts';
import type { AnyTensor } from '../tensor.ts';
import type { Shape } from '../types/shape.ts';
import { type ReductionKind, runReduction } from './reduction.kernel.ts';

export type Axes = number | readonly number[] | undefined;

/** The axes `from` up to, not including, `to`. */
export interface AxisRun {
  readonly from: number;
  readonly to: number;
}

export interface ReductionOptions<KeepDims extends boolean = boolean> {
  /** Leave reduced axes in the shape, with size 1. */
  readonly keepDims?: KeepDims;
}

export interface ReductionDefinition {
  readonly name: ReductionKind;
  readonly initial: number;
  readonly combine: (total: number, x: number) => number;
  /** What no elements at all reduce to; an error where absent. */
  readonly empty?: number;
  readonly backward: (context: BackwardContext<AxisRun>) => Gradients;
}

/** A tensor seen as `outer` x `length` x `inner`, to be reduced along the middle. */
export interface Layout {
  readonly outer: number;
  readonly length: number;
  readonly inner: number;
}

/** `axes` is a number, a list of numbers, or undefined for all; the signature of each op says so in its own words. */
export type ReductionFunction = <T extends AnyTensor>(
  x: AnyTensor,
  axes: unknown,
  options: ReductionOptions | undefined,
) => T;

export function reduction(definition: ReductionDefinition): ReductionFunction {
  const { name, initial, combine } = definition;
  const op: Op<AxisRun> = {
    name,
    shape: ([shape], { from, to }) => shape!.map((size, axis) => (axis >= from && axis < to ? 1 : size)),
    reference: (out, [x], run) => {
      const { outer, length, inner } = layoutOf(x!.shape, run);
      const [to, from] = [out.data, x!.data];
      for (let o = 0; o < outer; o++) {
        for (let i = 0; i < inner; i++) {
          let total = initial;
          for (let k = 0; k < length; k++) total = combine(total, from[(o * length + k) * inner + i]!);
          to[o * inner + i] = total;
        }
      }
    },
    simd: (out, [x], run) => runReduction(name, out, x!, layoutOf(x!.shape, run)),
    backward: definition.backward,
  };
  return <T extends AnyTensor>(x: AnyTensor, axes: unknown, options: ReductionOptions = {}): T => {
    requireDType(name, x, ['float32', 'int32']);
    const resolved = resolveAxes(name, axes as Axes, x.shape);
    if (definition.empty === undefined && resolved.some((axis) => x.shape[axis] === 0)) {
      throw new RangeError(
        `${name}: nothing to reduce along axis ${resolved.join(', ')} of ${showShape(x.shape)}`,
      );
    }
    // Runs from the right, so that the axes still to come keep their numbers.
    const reduced = runsOf(resolved).reduceRight<AnyTensor>((partial, run) => apply(op, [partial], run), x);
    if (options.keepDims === true || resolved.length === 0) return reduced as T;
    return reshape(
      reduced,
      x.shape.filter((_, axis) => !resolved.includes(axis)),
    ) as AnyTensor as T;
  };
}

/** Joins neighbouring axes: `[0, 2, 3]` becomes `[0, 1)` and `[2, 4)`. */
export function runsOf(axes: readonly number[]): AxisRun[] {
  const runs: { from: number; to: number }[] = [];
  for (const axis of axes) {
    const last = runs.at(-1);
    if (last !== undefined && last.to === axis) last.to = axis + 1;
    else runs.push({ from: axis, to: axis + 1 });
  }
  return runs;
}

export function layoutOf(shape: Shape, { from, to }: AxisRun): Layout {
  const product = (sizes: Shape) => sizes.reduce((total, size) => total * size, 1);
  return {
    outer: product(shape.slice(0, from)),
    length: product(shape.slice(from, to)),
    inner: product(shape.slice(to)),
  };
}
