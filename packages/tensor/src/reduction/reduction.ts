import { apply } from '../autograd/apply.ts';
import type { BackwardContext, Gradients, Op } from '../autograd/op.ts';
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

export interface ReductionParams extends AxisRun {
  readonly keepDims: boolean;
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
  readonly backward: (context: BackwardContext<ReductionParams>) => Gradients;
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
  const op: Op<ReductionParams> = {
    name,
    shape: ([shape], params) => (params.keepDims ? keptShape(shape!, params) : withoutRun(shape!, params)),
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
    const runs = runsOfAxes(name, axes as Axes, x.shape);
    if (definition.empty === undefined && runs.some((run) => layoutOf(x.shape, run).length === 0)) {
      throw new RangeError(
        `${name}: nothing to reduce in ${showShape(x.shape)} along ${showAxes(axes as Axes)}`,
      );
    }
    const keepDims = options.keepDims === true;
    // Runs from the right, so that the axes still to come keep their numbers.
    return runs.reduceRight<AnyTensor>((partial, run) => apply(op, [partial], { ...run, keepDims }), x) as T;
  };
}

/** A shape with size 1 along the run: what the result had with `keepDims`. */
export function keptShape(shape: Shape, { from, to }: AxisRun): Shape {
  return shape.map((size, axis) => (axis >= from && axis < to ? 1 : size));
}

function withoutRun(shape: Shape, { from, to }: AxisRun): Shape {
  return from === 0 && to === shape.length ? [] : shape.filter((_, axis) => axis < from || axis >= to);
}

function runsOfAxes(op: string, axes: Axes, shape: Shape): AxisRun[] {
  if (axes === undefined) return shape.length === 0 ? [] : [{ from: 0, to: shape.length }];
  return runsOf(resolveAxes(op, axes, shape));
}

function showAxes(axes: Axes): string {
  return axes === undefined ? 'all axes' : `axis ${[axes].flat().join(', ')}`;
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
  let [outer, length, inner] = [1, 1, 1];
  for (let axis = 0; axis < shape.length; axis++) {
    if (axis < from) outer *= shape[axis]!;
    else if (axis < to) length *= shape[axis]!;
    else inner *= shape[axis]!;
  }
  return { outer, length, inner };
}
