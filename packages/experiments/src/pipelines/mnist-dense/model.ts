import { Dropout, type Layer, Linear, Module } from '@sonograd/nn';
import { foldIn, type RandomKey, randomKey, type Tensor } from '@sonograd/tensor';
import type { DenseConfig } from './config.ts';

export interface DenseOptions {
  readonly inputs: number;
  readonly hidden: number;
  /** Hidden layers. */
  readonly layers: number;
  readonly dropout: number;
  readonly key: RandomKey;
}

/** All pixels in a row, some equal layers, ten logits. 784-1024×5-10 has 5.01 million parameters. */
export class DenseNet extends Module {
  /** Those between pixels and logits; a compressed net has others in their places. */
  readonly layers: readonly Layer[];
  readonly out: Layer;
  readonly dropout: Dropout;

  constructor({ inputs, hidden, layers, dropout, key }: DenseOptions) {
    super();
    this.layers = Array.from(
      { length: layers },
      (_, index) => new Linear(index === 0 ? inputs : hidden, hidden, { key }),
    );
    this.out = new Linear(hidden, 10, { key });
    this.dropout = new Dropout(dropout, { key });
  }

  /** Pictures [pictures, pixels] to logits [pictures, 10]. */
  forward(x: Tensor): Tensor {
    const last = this.layers.reduce(
      (value, layer) => this.dropout.forward((layer.forward(value) as Tensor).relu() as Tensor),
      x,
    );
    return this.shown(x, this.out.forward(last) as Tensor);
  }
}

export const denseOf = ({ model, seed }: Pick<DenseConfig, 'model' | 'seed'>, inputs: number): DenseNet =>
  new DenseNet({ ...model, inputs, key: foldIn(randomKey(seed), 'weights') });
