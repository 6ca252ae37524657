import {
  type Apply,
  type Fits,
  foldIn,
  gelu,
  type Out,
  type RandomKey,
  relu,
  type SameShape,
  type Shape,
  type Tensor,
} from '@sonograd/tensor';
import { Generator } from '../../module/generator.ts';
import { layerKey } from '../../module/keys.ts';
import { Layer } from '../../module/layer.ts';
import { dropped, requireRate } from '../dropout.ts';
import { LayerNorm } from '../layerNorm.ts';
import { Linear } from '../linear.ts';
import type { MaskOptions } from './masks.ts';
import { MultiHeadAttention } from './multiHeadAttention.ts';

export interface TransformerOptions {
  readonly dimFeedforward?: number;
  readonly dropout?: number;
  readonly activation?: 'relu' | 'gelu';
  readonly layerNormEps?: number;
  /** [batch, steps, features] instead of [steps, batch, features]. */
  readonly batchFirst?: boolean;
  /** Normalise before each part instead of after it: deep stacks then train without warm-up. */
  readonly normFirst?: boolean;
  readonly key?: RandomKey;
}

/** As `Layer.forward` has it, with masks as a second argument. */
type Encoded<S extends Shape> = Fits<Tensor<S>, Apply<SameShape, S>>;

const activations = { relu, gelu };

/** Attention among the steps, then two linear layers on each, with what came in added to what goes out of both. */
export class TransformerEncoderLayer extends Layer<SameShape> {
  readonly selfAttn: MultiHeadAttention;
  readonly linear1: Linear<number, number>;
  readonly linear2: Linear<number, number>;
  readonly norm1: LayerNorm;
  readonly norm2: LayerNorm;
  readonly dropout: number;
  readonly dropoutGenerator: Generator;
  readonly activation: 'relu' | 'gelu';
  readonly normFirst: boolean;

  constructor(dModel: number, nhead: number, options: TransformerOptions = {}) {
    super();
    const { dimFeedforward = 2048, dropout = 0.1, activation = 'relu', layerNormEps: eps = 1e-5 } = options;
    const { batchFirst = false, normFirst = false } = options;
    requireRate('TransformerEncoderLayer', dropout);
    if (!Object.hasOwn(activations, activation)) {
      throw new RangeError(`TransformerEncoderLayer: activation must be relu or gelu, got ${activation}`);
    }
    const key = layerKey(options.key);
    this.selfAttn = new MultiHeadAttention(dModel, nhead, { dropout, batchFirst, key });
    this.linear1 = new Linear(dModel, dimFeedforward, { key });
    this.linear2 = new Linear(dimFeedforward, dModel, { key });
    this.norm1 = new LayerNorm(dModel, { eps });
    this.norm2 = new LayerNorm(dModel, { eps });
    this.dropout = dropout;
    this.dropoutGenerator = new Generator(foldIn(key, 'dropout'));
    this.activation = activation;
    this.normFirst = normFirst;
  }

  override forward<S extends Shape>(
    x: Encoded<S>,
    masks: MaskOptions = {},
  ): Tensor<Out<Apply<SameShape, S>>> {
    return this.shown(x, this.encoded(x as Tensor, masks)) as Tensor<Out<Apply<SameShape, S>>>;
  }

  protected override run(x: Tensor): Tensor {
    return this.encoded(x, {});
  }

  private encoded(x: Tensor, masks: MaskOptions): Tensor {
    const [attend, feed] = [(y: Tensor) => this.attended(y, masks), (y: Tensor) => this.fed(y)];
    if (this.normFirst) {
      const between = x.add(attend(this.norm1.forward(x) as Tensor)) as Tensor;
      return between.add(feed(this.norm2.forward(between) as Tensor)) as Tensor;
    }
    const between = this.norm1.forward(x.add(attend(x)) as Tensor) as Tensor;
    return this.norm2.forward(between.add(feed(between)) as Tensor) as Tensor;
  }

  private attended(x: Tensor, masks: MaskOptions): Tensor {
    const { output } = this.selfAttn.forward(x, x, x, { ...masks, needWeights: false });
    return dropped(output, this.dropout, this);
  }

  private fed(x: Tensor): Tensor {
    const wide = activations[this.activation](this.linear1.forward(x) as Tensor) as Tensor;
    const narrow = this.linear2.forward(dropped(wide, this.dropout, this)) as Tensor;
    return dropped(narrow, this.dropout, this);
  }

  override describe(): string {
    return this.normFirst ? 'norm first' : '';
  }
}

export interface TransformerEncoderOptions {
  /** What each of the layers is made of. */
  readonly layer: TransformerOptions & { readonly dModel: number; readonly nhead: number };
  readonly numLayers: number;
  /** The width of a final normalisation; none unless given. */
  readonly norm?: number;
  readonly key?: RandomKey;
}

/** Encoder layers above each other. */
export class TransformerEncoder extends Layer<SameShape> {
  readonly layers: readonly TransformerEncoderLayer[];
  readonly norm: LayerNorm | undefined;

  constructor({ layer, numLayers, norm, key: given }: TransformerEncoderOptions) {
    super();
    const { dModel, nhead, ...options } = layer;
    const key = layerKey(given ?? layer.key);
    this.layers = Array.from(
      { length: numLayers },
      () => new TransformerEncoderLayer(dModel, nhead, { ...options, key }),
    );
    this.norm = norm === undefined ? undefined : new LayerNorm(norm, { eps: options.layerNormEps ?? 1e-5 });
  }

  override forward<S extends Shape>(
    x: Encoded<S>,
    masks: MaskOptions = {},
  ): Tensor<Out<Apply<SameShape, S>>> {
    return this.shown(x, this.encoded(x as Tensor, masks)) as Tensor<Out<Apply<SameShape, S>>>;
  }

  protected override run(x: Tensor): Tensor {
    return this.encoded(x, {});
  }

  private encoded(x: Tensor, masks: MaskOptions): Tensor {
    const value = this.layers.reduce<Tensor>((now, layer) => layer.forward(now, masks), x);
    return this.norm === undefined ? value : (this.norm.forward(value) as Tensor);
  }
}
