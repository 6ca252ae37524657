import { apply } from '../autograd/apply.ts';
import type { Op } from '../autograd/op.ts';
import { zerosLike } from '../creation/fill.ts';
import { checkIndices } from '../shape/indexed.ts';
import { requireDType } from '../shape/require.ts';
import { showShape } from '../shape/shape.ts';
import type { AnyTensor, Tensor } from '../tensor.ts';
import type { Shape } from '../types/shape.ts';
import { concat } from './concat.ts';
import { runEmbedding, runEmbeddingGradient } from './embedding.kernel.ts';

interface Params {
  readonly rows: number;
  readonly padding: number | undefined;
}

const op: Op<Params> = {
  name: 'embedding',
  shape: ([weight, indices]) => [...indices!, weight![1]!],
  reference: (out, [weight, indices]) => {
    const width = weight!.shape[1]!;
    indices!.data.forEach((row: number, place: number) => {
      for (let i = 0; i < width; i++) out.data[place * width + i] = weight!.data[row * width + i]!;
    });
  },
  simd: (out, [weight, indices]) => runEmbedding(out, weight!, indices!),
  backward: ({ inputs: [, indices], dOut, params }) => [
    apply<Params, Tensor>(gradientOp, [dOut, indices!], params),
    undefined,
  ],
};

const gradientOp: Op<Params> = {
  name: 'embeddingGradient',
  shape: ([dOut], { rows }) => [rows, dOut!.at(-1)!],
  reference: (dWeight, [dOut, indices], { padding }) => {
    const width = dWeight.shape[1]!;
    const totals = new Float64Array(dWeight.size);
    indices!.data.forEach((row: number, place: number) => {
      if (row === padding) return;
      for (let i = 0; i < width; i++) totals[row * width + i]! += dOut!.data[place * width + i]!;
    });
    dWeight.data.set(totals);
  },
  simd: (dWeight, [dOut, indices], { padding }) => runEmbeddingGradient(dWeight, dOut!, indices!, padding),
  backward: ({ inputs: [, indices], dOut, params }) => [
    apply<Params, Tensor>(op, [withoutPadding(dOut, params), indices!], params),
    undefined,
  ],
};

export interface EmbeddingOptions {
  /** The entry of padding: no gradient flows to it. */
  readonly paddingIdx?: number;
}

/** The row of the weight that each index names. */
export function embedding<Width extends number, Indices extends Shape>(
  weight: Tensor<readonly [number, Width]>,
  indices: Tensor<Indices, 'int32'>,
  options: EmbeddingOptions = {},
): Tensor<[...Indices, Width]> {
  return rowsOf(weight, indices, options) as AnyTensor as Tensor<[...Indices, Width]>;
}

function rowsOf(weight: Tensor, indices: AnyTensor, { paddingIdx }: EmbeddingOptions): Tensor {
  requireDType('embedding', weight, ['float32']);
  requireDType('embedding', indices, ['int32']);
  if (weight.rank !== 2)
    throw new RangeError(`embedding: weight must be a matrix, got ${showShape(weight.shape)}`);
  checkIndices('embedding', indices, weight.shape[0]!);
  return apply(op, [weight, indices], { rows: weight.shape[0]!, padding: paddingIdx });
}

function withoutPadding(dOut: Tensor, { rows, padding }: Params): Tensor {
  if (padding === undefined) return dOut;
  const before = dOut.slice(0, 0, padding) as Tensor;
  const after = dOut.slice(0, padding + 1, rows) as Tensor;
  return concat([before, zerosLike(dOut.slice(0, padding, padding + 1) as Tensor), after], 0) as Tensor;
}
