import { embedding, fillNormal, fromArray, type RandomKey, type Shape, type Tensor } from '@sonograd/tensor';
import { parameter } from '../module/fields.ts';
import { layerKey } from '../module/keys.ts';
import { Module } from '../module/module.ts';

export interface EmbeddingOptions {
  /** The entry of padding: zeros that never learn. */
  readonly paddingIdx?: number;
  readonly key?: RandomKey;
}

/** A learnt row of numbers for each of a set of symbols. */
export class Embedding<const Width extends number> extends Module {
  readonly weight: Tensor;
  readonly paddingIdx: number | undefined;

  constructor(
    readonly numEmbeddings: number,
    readonly embeddingDim: Width,
    { paddingIdx, key }: EmbeddingOptions = {},
  ) {
    super();
    this.paddingIdx = this.requirePadding(paddingIdx);
    const rows = fillNormal(new Float32Array(numEmbeddings * embeddingDim), layerKey(key));
    if (paddingIdx !== undefined) rows.fill(0, paddingIdx * embeddingDim, (paddingIdx + 1) * embeddingDim);
    this.weight = parameter(fromArray(rows, [numEmbeddings, embeddingDim]));
  }

  forward<S extends Shape>(symbols: Tensor<S, 'int32'>): Tensor<[...S, Width]> {
    const { paddingIdx } = this;
    const rows = embedding(
      this.weight as Tensor<[number, number]>,
      symbols,
      paddingIdx === undefined ? {} : { paddingIdx },
    );
    return this.shown(symbols, rows as Tensor as Tensor<[...S, Width]>);
  }

  override describe(): string {
    return `${this.numEmbeddings} of ${this.embeddingDim}`;
  }

  private requirePadding(paddingIdx: number | undefined): number | undefined {
    const { numEmbeddings } = this;
    if (paddingIdx === undefined || (paddingIdx >= 0 && paddingIdx < numEmbeddings)) return paddingIdx;
    throw new RangeError(`Embedding: paddingIdx must lie below ${numEmbeddings}, got ${paddingIdx}`);
  }
}
