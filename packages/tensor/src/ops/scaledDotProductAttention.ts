import { applyMany } from '../autograd/apply.ts';
import { gradientsOf } from '../autograd/backward.ts';
import { isRecording } from '../autograd/mode.ts';
import type { OpMany } from '../autograd/op.ts';
import { fromArray } from '../creation/tensor.ts';
import type { RandomKey } from '../random/threefry.ts';
import { broadcastShapes } from '../shape/broadcast.ts';
import { requireDType } from '../shape/require.ts';
import { sameShape, showShape } from '../shape/shape.ts';
import type { AnyTensor, Tensor } from '../tensor.ts';
import type { Shape } from '../types/shape.ts';
import { alias } from './alias.ts';
import { type AttentionParams, keptWeights, sizesOf, weightDropout } from './attention/layout.ts';
import * as reference from './attention/reference.ts';
import * as kernels from './attention/run.ts';
import { expand } from './expand.ts';
import { where } from './where.ts';

export interface AttentionOptions {
  /** bool, true where a query may look at a key; broadcasts to [..., queries, keys]. */
  readonly mask?: AnyTensor | undefined;
  /** Queries see no key behind their own place. */
  readonly causal?: boolean;
  /** What scores are multiplied by; 1 / √width unless given. */
  readonly scale?: number | undefined;
  /** Drops weights at random; the same key drops the same ones. */
  readonly dropout?: { readonly probability: number; readonly key: RandomKey } | undefined;
}

/** [..., queries, width of values]. */
type Attended<Q extends Shape, V extends Shape> = Q extends readonly [...infer Rows extends Shape, number]
  ? V extends readonly [...Shape, infer Width extends number]
    ? [...Rows, Width]
    : Shape
  : Shape;

const gradient: OpMany<AttentionParams> = {
  name: 'scaledDotProductAttentionGradient',
  outputs: (given) => given.slice(0, 3).map(({ shape, dtype }) => ({ shape, dtype })),
  reference: reference.runBackward,
  simd: kernels.runBackward,
};

/**
 * Memory grows with the number of queries and keys, never with their product: scores live for a tile, and are
 * computed once more on the way back, from the sums that forward saved (Dao et al. 2022, arXiv:2205.14135).
 */
const op: OpMany<AttentionParams> = {
  name: 'scaledDotProductAttention',
  visibleOutputs: 1,
  outputs: ([query, , value]) => {
    const rows = query!.shape.slice(0, -1);
    return [
      { shape: [...rows, value!.shape.at(-1)!], dtype: 'float32' },
      { shape: rows, dtype: 'float32' },
    ];
  },
  reference: reference.runForward,
  simd: kernels.runForward,
  backward: ({ inputs, outputs, dOut, params }) => {
    if (isRecording()) return compositeGradients(inputs, dOut, params);
    return applyMany(gradient, [...inputs, ...outputs, dOut], params) as Tensor[];
  },
};

/**
 * softmax(scale q·kᵀ) v for each of the leading axes: queries [..., queries, width], keys [..., keys, width], values
 * [..., keys, width of values]. A query that may look nowhere gets zeros.
 */
export function scaledDotProductAttention<Q extends Shape, K extends Shape, V extends Shape>(
  query: Tensor<Q>,
  key: Tensor<K>,
  value: Tensor<V>,
  options: AttentionOptions = {},
): Tensor<Attended<Q, V>> {
  const { mask, causal = false, dropout } = options;
  const inputs = toHeads(query as AnyTensor, key as AnyTensor, value as AnyTensor);
  const scale = options.scale ?? 1 / Math.sqrt(Math.max(1, inputs[0].shape.at(-1)!));
  if (dropout !== undefined && !(dropout.probability >= 0 && dropout.probability < 1)) {
    throw new RangeError(`${op.name}: dropout probability must lie in [0, 1), got ${dropout.probability}`);
  }
  if (mask !== undefined) checkMask(mask, inputs[0].shape, inputs[1].shape.at(-2)!);
  const params = {
    causal,
    scale,
    dropout: dropout && weightDropout(dropout.key, dropout.probability),
  };
  const outs = applyMany(op, mask === undefined ? inputs : [...inputs, mask], params);
  if (outs[0]!.source === undefined) outs[1]!.dispose();
  return outs[0] as Tensor<Attended<Q, V>>;
}

function toHeads(query: AnyTensor, key: AnyTensor, value: AnyTensor): [AnyTensor, AnyTensor, AnyTensor] {
  for (const one of [query, key, value]) requireDType(op.name, one, ['float32']);
  const shapes = [query, key, value].map(({ shape }) => showShape(shape)).join(', ');
  const require = (rule: string, holds: boolean) => {
    if (!holds) throw new RangeError(`${op.name}: ${rule}, ${shapes}`);
  };
  require('all must have at least two axes', Math.min(query.rank, key.rank, value.rank) >= 2);
  require('widths of queries and keys differ', query.shape.at(-1) === key.shape.at(-1));
  require('numbers of keys and values differ', key.shape.at(-2) === value.shape.at(-2));
  const leading = [key, value].reduce<Shape>(
    (shape, one) => broadcastShapes(op.name, shape, one.shape.slice(0, -2)),
    query.shape.slice(0, -2),
  );
  const toLeading = (one: AnyTensor) =>
    sameShape(one.shape.slice(0, -2), leading) ? one : expand(one, [...leading, ...one.shape.slice(-2)]);
  return [toLeading(query), toLeading(key), toLeading(value)];
}

function checkMask(mask: AnyTensor, query: Shape, keys: number): void {
  requireDType(op.name, mask, ['bool']);
  const scores = [...query.slice(0, -1), keys];
  if (!sameShape(broadcastShapes(op.name, mask.shape, scores), scores)) {
    throw new RangeError(
      `${op.name}: mask must broadcast to ${showShape(scores)}, got ${showShape(mask.shape)}`,
    );
  }
}

/** The formula in basic ops, for gradients that have gradients; here all scores are in memory at once. */
function composite(inputs: readonly AnyTensor[], { causal, scale, dropout }: AttentionParams): Tensor {
  const [query, key, value] = inputs as readonly AnyTensor[] as readonly [Tensor, Tensor, Tensor];
  const sizes = sizesOf(inputs);
  const { heads, queries, keys } = sizes;
  let scores = query.mul(scale).matmul(key.transpose(-1, -2)) as Tensor;
  const seen: AnyTensor[] = inputs.slice(3);
  if (causal) {
    const flags = new Uint8Array(queries * keys);
    for (let at = 0; at < flags.length; at++) flags[at] = at % keys <= Math.floor(at / keys) ? 1 : 0;
    seen.push(fromArray(flags, [queries, keys]));
  }
  const hide = (scoresOrWeights: Tensor, instead: number) =>
    seen.reduce<Tensor>(
      (all, mask) => where(mask as Tensor<Shape, 'bool'>, all as Tensor, instead) as Tensor,
      scoresOrWeights,
    );
  scores = hide(scores, -1e30);
  let weights = hide(scores.softmax(-1) as Tensor, 0);
  if (dropout !== undefined) {
    const kept = new Float32Array(heads * queries * keys);
    for (let head = 0; head < heads; head++) {
      kept.set(keptWeights(dropout, sizes, head), head * queries * keys);
    }
    weights = weights.mul(fromArray(kept, scores.shape) as Tensor) as Tensor;
  }
  return weights.matmul(value) as Tensor;
}

function compositeGradients(inputs: readonly Tensor[], dOut: Tensor, params: AttentionParams) {
  // One tensor may be query, key and value; each place gets a name of its own.
  const aliases = inputs.map((input, index) => (index < 3 ? alias(input) : input));
  const wanted = aliases.filter(({ requiresGrad }) => requiresGrad);
  const gradients = gradientsOf(composite(aliases, params), wanted, dOut, { createGraph: true });
  return aliases.map((tensor) => gradients[wanted.indexOf(tensor)]);
}
