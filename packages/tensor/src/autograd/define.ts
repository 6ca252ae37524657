import type { AnyTensor, Tensor } from '../tensor.ts';
import { apply, applyMany } from './apply.ts';
import type { Op, OpMany } from './op.ts';

/**
 * Makes an op of a record: its name, shape rule, forward and backward. The function that comes back takes
 * the inputs and the parameters; give it a typed signature of your own. Your op has the rights of a
 * built-in one: every engine, gradients of gradients, graphs and `gradCheck`.
 */
export function defineOp<P = undefined>(op: Op<P>): (inputs: readonly AnyTensor[], params: P) => Tensor {
  return (inputs, params) => apply(op, inputs, params) as Tensor;
}

/** The same for an op with several outputs. */
export function defineOpMany<P = undefined>(
  op: OpMany<P>,
): (inputs: readonly AnyTensor[], params: P) => AnyTensor[] {
  return (inputs, params) => applyMany(op, inputs, params);
}
