import { dropout, foldIn, type RandomKey, type SameShape, type Tensor } from '@sonograd/tensor';
import { Generator } from '../module/generator.ts';
import { layerKey } from '../module/keys.ts';
import { Layer } from '../module/layer.ts';

export interface DropoutOptions {
  readonly key?: RandomKey;
}

/** While training, each element is zero with probability `rate`, and the others are larger by 1 / (1 - rate). */
export class Dropout extends Layer<SameShape> {
  readonly dropoutGenerator: Generator;

  constructor(
    readonly rate = 0.5,
    { key }: DropoutOptions = {},
  ) {
    super();
    requireRate('Dropout', rate);
    this.dropoutGenerator = new Generator(foldIn(layerKey(key), 'dropout'));
  }

  protected override run(x: Tensor): Tensor {
    return dropped(x, this.rate, this);
  }

  override describe(): string {
    return `${this.rate}`;
  }
}

/** Dropout inside another layer, from that layer's own stream. */
export function dropped(
  x: Tensor,
  rate: number,
  layer: { readonly training: boolean; readonly dropoutGenerator: Generator },
): Tensor {
  return layer.training && rate > 0 ? dropout(x, rate, layer.dropoutGenerator.next()) : x;
}

export function requireRate(layer: string, rate: number): void {
  if (rate >= 0 && rate < 1) return;
  throw new RangeError(`${layer}: the rate of dropout must lie in [0, 1), got ${rate}`);
}
