import { apply } from '../autograd/apply.ts';
import type { Op } from '../autograd/op.ts';
import { moveBox } from '../move/move.ts';
import { resolveAxis, showShape, stridesOf } from '../shape/shape.ts';
import type { AnyTensor, Tensor } from '../tensor.ts';
import type { DType, Fits, Out, Shape } from '../types/shape.ts';
import type { Slice } from '../types/slice.ts';

interface SliceParams {
  readonly axis: number;
  readonly start: number;
  readonly length: number;
  readonly step: number;
  /** The size of the axis before slicing. */
  readonly size: number;
}

const op: Op<SliceParams> = {
  name: 'slice',
  shape: ([shape], { axis, length }) => withSize(shape!, axis, length),
  forward: (out, [x], params) => moveBox(out.shape, out, wholeBox(out.shape), x!, sliceBox(x!.shape, params)),
  backward: ({ dOut, params }) => [unslice(dOut, params)],
};

const scatter: Op<SliceParams> = {
  name: 'unslice',
  shape: ([shape], { axis, size }) => withSize(shape!, axis, size),
  forward: (out, [x], params) => {
    out.data.fill(0);
    moveBox(x!.shape, out, sliceBox(out.shape, params), x!, wholeBox(x!.shape));
  },
  backward: ({ dOut, params }) => [apply(op, [dOut], params) as Tensor],
};

/** Zeros of the unsliced shape with x in the slice's place: the gradient of `slice`. */
function unslice(x: Tensor, params: SliceParams): Tensor {
  return apply(scatter, [x], params) as Tensor;
}

/** Elements `start`, `start + step`, … before `end` along one axis; negative positions count from the end. */
export function slice<
  S extends Shape,
  D extends DType,
  const Axis extends number,
  const Start extends number,
  const End extends number | undefined = undefined,
  const Step extends number = 1,
>(
  x: Tensor<S, D>,
  axis: Fits<Axis, Slice<S, Axis, Start, End, Step>>,
  start: Start,
  end?: End,
  step?: Step,
): Tensor<Out<Slice<S, Axis, Start, End, Step>>, D> {
  return sliced(x, axis as Axis, start, end, step);
}

function sliced<T extends AnyTensor>(x: AnyTensor, axis: number, start: number, end?: number, step = 1): T {
  const resolved = resolveAxis('slice', axis, x.rank);
  const size = x.shape[resolved]!;
  if (!Number.isInteger(step) || step < 1)
    throw new RangeError(`slice: step must be a whole number from 1, got ${step}`);
  const [from, to] = [resolvePosition(start, size), resolvePosition(end ?? size, size)];
  if (!Number.isInteger(from) || !Number.isInteger(to)) {
    throw new RangeError(
      `slice: start and end must be whole numbers, got ${start} and ${end} for ${showShape(x.shape)}`,
    );
  }
  const length = Math.max(0, Math.ceil((to - from) / step));
  return apply(op, [x], { axis: resolved, start: from, length, step, size });
}

function resolvePosition(position: number, size: number): number {
  return Math.min(Math.max(position < 0 ? position + size : position, 0), size);
}

function withSize(shape: Shape, axis: number, size: number): Shape {
  return shape.map((length, own) => (own === axis ? size : length));
}

function wholeBox(shape: Shape) {
  return { offset: 0, strides: stridesOf(shape) };
}

function sliceBox(shape: Shape, { axis, start, step }: SliceParams) {
  const strides = stridesOf(shape);
  return {
    offset: start * strides[axis]!,
    strides: strides.map((stride, own) => (own === axis ? stride * step : stride)),
  };
}
