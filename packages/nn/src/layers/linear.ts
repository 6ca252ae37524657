import type { InputOf, LinearOutput, RandomKey, ShapeFunction, Tensor } from '@sonograd/tensor';
import { foldIn, linear } from '@sonograd/tensor';
import { uniformByFan } from '../initialise/uniform.ts';
import { parameter } from '../module/fields.ts';
import { layerKey } from '../module/keys.ts';
import { Layer } from '../module/layer.ts';
import { sizeOf } from '../module/shape.ts';

export interface LinearOptions {
  readonly bias?: boolean;
  readonly key?: RandomKey;
}

export interface LinearShape<In extends number, OutSize extends number> extends ShapeFunction {
  readonly output: LinearOutput<InputOf<this>, In, OutSize>;
}

/** y = x Wᵀ + b on the last axis. */
export class Linear<const In extends number, const OutSize extends number> extends Layer<
  LinearShape<In, OutSize>
> {
  readonly weight: Tensor;
  readonly bias: Tensor | undefined;

  constructor(
    readonly inFeatures: In,
    readonly outFeatures: OutSize,
    { bias = true, key }: LinearOptions = {},
  ) {
    super();
    const own = layerKey(key);
    this.weight = parameter(uniformByFan([outFeatures, inFeatures], inFeatures, foldIn(own, 'weight')));
    this.bias = bias ? parameter(uniformByFan([outFeatures], inFeatures, foldIn(own, 'bias'))) : undefined;
  }

  protected override run(x: Tensor): Tensor {
    return linear(x, this.weight, this.bias);
  }

  override multiplyAdds(input: readonly number[]): number {
    return sizeOf(input.slice(0, -1)) * this.weight.size;
  }

  override describe(): string {
    return `${this.inFeatures} -> ${this.outFeatures}${this.bias === undefined ? ', no bias' : ''}`;
  }
}
