import { currentEngine } from '../engine/engine.ts';
import { allocateStorage } from '../memory/storage.ts';
import { sizeOf } from '../shape/shape.ts';
import { type AnyTensor, Tensor } from '../tensor.ts';
import type { DType, Shape } from '../types/shape.ts';
import { isRecording } from './mode.ts';
import { GraphNode } from './node.ts';
import type { Op, OpMany } from './op.ts';
import { traceStart, traceStop } from './trace.ts';

/** A fresh, uninitialised tensor; the caller fills it. */
export function emptyTensor<const S extends Shape, D extends DType>(
  maker: string,
  shape: S,
  dtype: D,
): Tensor<S, D> {
  return new Tensor(shape, dtype, allocateStorage(dtype, sizeOf(shape), maker, shape));
}

/**
 * Runs an op with one output: shape rule, forward on the present engine, record for backward. The caller
 * promises the type that the shape rule comes to.
 */
export function apply<P, T extends AnyTensor>(op: Op<P>, inputs: readonly AnyTensor[], params: P): T {
  const shape = op.shape(
    inputs.map((input) => input.shape),
    params,
  );
  const started = traceStart();
  const out = op.view
    ? shareStorage(inputs[0]!, shape)
    : emptyTensor(op.name, shape, outputDType(op, inputs, params));
  if (!op.view) ('forward' in op ? op.forward : op[kindOfLoops()])(out, inputs, params);
  if (isRecording() && op.backward !== undefined && needsGrad(inputs) && out.dtype === 'float32') {
    record(op, inputs, [out], params, started);
  }
  return out as T;
}

/** The same for an op with several outputs. */
export function applyMany<P>(op: OpMany<P>, inputs: readonly AnyTensor[], params: P): AnyTensor[] {
  const started = traceStart();
  const outs = op.outputs(inputs, params).map(({ shape, dtype }) => emptyTensor(op.name, shape, dtype));
  ('forward' in op ? op.forward : op[kindOfLoops()])(outs, inputs, params);
  if (isRecording() && op.backward !== undefined && needsGrad(inputs))
    record(op, inputs, outs, params, started);
  return outs;
}

/** Another tensor over the same elements. */
export function shareStorage<const S extends Shape>(tensor: AnyTensor, shape: S): Tensor<S, DType> {
  const storage = tensor.storage;
  storage.holders += 1;
  return new Tensor(shape, tensor.dtype, storage);
}

function kindOfLoops(): 'reference' | 'simd' {
  return currentEngine() === 'reference' ? 'reference' : 'simd';
}

function outputDType<P>(op: Op<P>, inputs: readonly AnyTensor[], params: P): DType {
  const rule = op.dtype;
  if (rule === undefined) return inputs[0]!.dtype;
  if (typeof rule === 'string') return rule;
  return rule(
    inputs.map((input) => input.dtype),
    params,
  );
}

function needsGrad(inputs: readonly AnyTensor[]): boolean {
  for (let index = 0; index < inputs.length; index++) if (inputs[index]!.requiresGrad) return true;
  return false;
}

function record<P>(
  op: Op<P> | OpMany<P>,
  inputs: readonly AnyTensor[],
  outs: readonly AnyTensor[],
  params: P,
  started: number,
): void {
  const node = new GraphNode(op, inputs, params);
  node.outputs = outs;
  for (let index = 0; index < outs.length; index++) {
    const out = outs[index]!;
    if (out.dtype !== 'float32') continue;
    out.requiresGrad = true;
    out.source = node;
    out.outputIndex = index;
  }
  traceStop(node, started);
}
