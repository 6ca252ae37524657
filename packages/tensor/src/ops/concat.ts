import { apply } from '../autograd/apply.ts';
import type { Op } from '../autograd/op.ts';
import { moveBox } from '../move/move.ts';
import { requireSameDType } from '../shape/require.ts';
import { resolveAxis, showShape, stridesOf } from '../shape/shape.ts';
import type { AnyTensor, Tensor } from '../tensor.ts';
import type { Concat, ShapesOf } from '../types/join.ts';
import type { Alongside } from '../types/reduce.ts';
import type { Fits, Out, Shape } from '../types/shape.ts';
import { slice } from './slice.ts';

const op: Op<number> = {
  name: 'concat',
  shape: (shapes, axis) => joinedShape(shapes, axis),
  forward: (out, inputs, axis) => {
    const strides = stridesOf(out.shape);
    let offset = 0;
    for (const input of inputs) {
      moveBox(input.shape, out, { offset, strides }, input, { offset: 0, strides: stridesOf(input.shape) });
      offset += input.shape[axis]! * strides[axis]!;
    }
  },
  backward: ({ inputs, dOut, params: axis, needs }) => {
    let start = 0;
    return inputs.map((input, index) => {
      const from = start;
      start += input.shape[axis]!;
      return needs(index) ? (slice(dOut, axis, from, start) as Tensor) : undefined;
    });
  },
};

/** Joins tensors along one axis; all other sizes must agree. */
export function concat<const Tensors extends readonly AnyTensor[], const Axis extends number = 0>(
  tensors: Fits<Tensors, Concat<ShapesOf<Tensors>, Axis>>,
  axis?: Fits<Axis, Alongside<'concat', Tensors[0]['shape'], Axis>>,
): Tensor<Out<Concat<ShapesOf<Tensors>, Axis>>, Tensors[number]['dtype']> {
  return concatenated(tensors as Tensors, (axis ?? 0) as number);
}

function concatenated<T extends AnyTensor>(tensors: readonly AnyTensor[], axis: number): T {
  const first = tensors[0];
  if (first === undefined) throw new RangeError('concat: at least one tensor is needed, got none');
  for (const other of tensors) requireSameDType('concat', first, other);
  return apply(op, tensors, resolveAxis('concat', axis, first.rank));
}

function joinedShape(shapes: readonly Shape[], axis: number): Shape {
  const first = shapes[0]!;
  for (const shape of shapes) {
    const fits =
      shape.length === first.length && shape.every((size, own) => own === axis || size === first[own]);
    if (!fits) {
      throw new RangeError(
        `concat: sizes other than along axis ${axis} differ, ${showShape(first)} and ${showShape(shape)}`,
      );
    }
  }
  return first.map((size, own) =>
    own === axis ? shapes.reduce((total, shape) => total + shape[axis]!, 0) : size,
  );
}
