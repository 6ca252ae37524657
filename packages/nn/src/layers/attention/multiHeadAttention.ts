import {
  arange,
  foldIn,
  linear,
  noGrad,
  type RandomKey,
  type Shape,
  scaledDotProductAttention,
  type Tensor,
  where,
  zeros,
} from '@sonograd/tensor';
import { xavierUniform } from '../../initialise/xavier.ts';
import { parameter } from '../../module/fields.ts';
import { Generator } from '../../module/generator.ts';
import { layerKey } from '../../module/keys.ts';
import { Module } from '../../module/module.ts';
import { showShape } from '../../module/shape.ts';
import { requireRate } from '../dropout.ts';
import { Linear } from '../linear.ts';
import { allowedPlaces, type Mask, type MaskOptions } from './masks.ts';

export interface MultiHeadAttentionOptions {
  readonly bias?: boolean;
  /** [batch, steps, features] instead of [steps, batch, features]. */
  readonly batchFirst?: boolean;
  /** What share of the weights is dropped while training. */
  readonly dropout?: number;
  readonly key?: RandomKey;
}

export interface AttentionCall extends MaskOptions {
  /** The weights cost memory for every pair of query and key; without them, attention runs in one pass. */
  readonly needWeights?: boolean;
}

export interface AttentionResult<S extends Shape> {
  readonly output: Tensor<S>;
  /** How much each query looks at each key, the mean over heads, [batch, queries, keys]; no gradient flows here. */
  readonly weights: Tensor | undefined;
}

/** Each head looks up values by how well its queries fit the keys (Vaswani et al., 2017). */
export class MultiHeadAttention extends Module {
  /** Queries, keys and values one above the other: [3 · width, width]. */
  readonly inProjWeight: Tensor;
  readonly inProjBias: Tensor | undefined;
  readonly outProj: Linear<number, number>;
  readonly batchFirst: boolean;
  readonly dropout: number;
  readonly dropoutGenerator: Generator;

  constructor(
    readonly embedDim: number,
    readonly numHeads: number,
    { bias = true, batchFirst = false, dropout = 0, key }: MultiHeadAttentionOptions = {},
  ) {
    super();
    if (!(numHeads >= 1) || embedDim % numHeads !== 0) {
      throw new RangeError(
        `MultiHeadAttention: heads must divide the width, embedDim=${embedDim} numHeads=${numHeads}`,
      );
    }
    requireRate('MultiHeadAttention', dropout);
    const own = layerKey(key);
    this.batchFirst = batchFirst;
    this.dropout = dropout;
    this.dropoutGenerator = new Generator(foldIn(own, 'dropout'));
    this.inProjWeight = parameter(xavierUniform([3 * embedDim, embedDim], foldIn(own, 'inProjWeight')));
    this.inProjBias = bias ? parameter(zeros([3 * embedDim])) : undefined;
    this.outProj = new Linear(embedDim, embedDim, { bias, key: own });
    this.outProj.bias?.data.fill(0);
  }

  forward<S extends Shape>(
    query: Tensor<S>,
    key: Tensor,
    value: Tensor,
    { needWeights = true, ...masks }: AttentionCall = {},
  ): AttentionResult<S> {
    for (const given of [query, key, value]) this.requireInput(given);
    const [queries, keys, values] = [query, key, value].map((x, part) => this.heads(x as Tensor, part)) as [
      Tensor,
      Tensor,
      Tensor,
    ];
    const mask = allowedPlaces(masks);
    const { causal = false } = masks;
    const seen = scaledDotProductAttention(queries, keys, values, {
      causal,
      mask,
      dropout:
        this.training && this.dropout > 0
          ? { probability: this.dropout, key: this.dropoutGenerator.next() }
          : undefined,
    });
    const output = this.outProj.forward(this.joined(seen as Tensor)) as Tensor as Tensor<S>;
    const weights = needWeights ? meanWeights(queries, keys, mask, causal) : undefined;
    return this.shown(query, { output, weights });
  }

  override describe(): string {
    return `${this.embedDim}, ${this.numHeads} heads${this.dropout > 0 ? `, dropout ${this.dropout}` : ''}`;
  }

  /** Projections of queries, keys and values, scores, and weighted values; the output projection counts itself. */
  override multiplyAdds(input: readonly number[]): number {
    const [first = 0, second = 0] = input;
    const [batch, steps] = this.batchFirst ? [first, second] : [second, first];
    return batch * steps * this.embedDim * (3 * this.embedDim + 2 * steps);
  }

  /**
   * The projection of queries (part 0), keys (1) or values (2) as [batch, heads, steps, width of a head]. Rows of the
   * weight are cut out first: that copies far less than cutting the projected sequences apart.
   */
  private heads(x: Tensor, part: number): Tensor {
    const { embedDim, numHeads, inProjWeight, inProjBias, batchFirst } = this;
    const rows = (whole: Tensor) => whole.slice(0, part * embedDim, (part + 1) * embedDim) as Tensor;
    const projected = linear(x, rows(inProjWeight), inProjBias && rows(inProjBias));
    const [first = 0, second = 0] = x.shape;
    const split = projected.reshape([first, second, numHeads, embedDim / numHeads]);
    return split.permute(batchFirst ? [0, 2, 1, 3] : [1, 2, 0, 3]) as Tensor;
  }

  /** The heads side by side again. */
  private joined(heads: Tensor): Tensor {
    const rows = heads.permute(this.batchFirst ? [0, 2, 1, 3] : [2, 0, 1, 3]) as Tensor;
    return rows.reshape([...rows.shape.slice(0, 2), this.embedDim]) as Tensor;
  }

  private requireInput({ rank, shape }: { readonly rank: number; readonly shape: Shape }): void {
    if (rank === 3 && shape[2] === this.embedDim) return;
    const axes = this.batchFirst ? 'batch, steps' : 'steps, batch';
    throw new RangeError(
      `MultiHeadAttention: inputs must be [${axes}, ${this.embedDim}], got ${showShape(shape)}`,
    );
  }
}

function meanWeights(queries: Tensor, keys: Tensor, mask: Mask | undefined, causal: boolean): Tensor {
  return noGrad(() => {
    const width = queries.shape.at(-1) ?? 1;
    const scores = queries.mul(1 / Math.sqrt(width)).matmul(keys.transpose(-1, -2)) as Tensor;
    const [rows = 0, columns = 0] = scores.shape.slice(-2);
    const past = arange(rows).reshape([rows, 1]).ge(arange(columns)) as Mask;
    const places = [...(mask === undefined ? [] : [mask]), ...(causal ? [past] : [])];
    const hidden = places.reduce<Tensor>((all, own) => where(own, all, -Infinity) as Tensor, scores);
    return hidden.softmax(-1).mean(1) as Tensor;
  });
}
