import { foldIn, linear, type Tensor } from '@sonograd/tensor';
import { uniformByFan } from '../initialise/uniform.ts';
import { parameter } from '../module/fields.ts';
import { layerKey } from '../module/keys.ts';
import { Layer } from '../module/layer.ts';
import { sizeOf } from '../module/shape.ts';
import type { LinearOptions, LinearShape } from './linear.ts';

/** A linear layer whose weight is a product of two thin matrices: y = (x Dᵀ) Uᵀ + b. */
export class LowRankLinear<const In extends number, const OutSize extends number> extends Layer<
  LinearShape<In, OutSize>
> {
  /** [rank, in]. */
  readonly down: Tensor;
  /** [out, rank]. */
  readonly up: Tensor;
  readonly bias: Tensor | undefined;

  constructor(
    readonly inFeatures: In,
    readonly outFeatures: OutSize,
    readonly rank: number,
    { bias = true, key }: LinearOptions = {},
  ) {
    super();
    const most = Math.min(inFeatures, outFeatures);
    if (!(Number.isInteger(rank) && rank >= 1 && rank <= most)) {
      throw new RangeError(`LowRankLinear: rank must be a whole number from 1 to ${most}, got ${rank}`);
    }
    const own = layerKey(key);
    this.down = parameter(uniformByFan([rank, inFeatures], inFeatures, foldIn(own, 'down')));
    this.up = parameter(uniformByFan([outFeatures, rank], rank, foldIn(own, 'up')));
    this.bias = bias ? parameter(uniformByFan([outFeatures], inFeatures, foldIn(own, 'bias'))) : undefined;
  }

  protected override run(x: Tensor): Tensor {
    return linear(linear(x, this.down), this.up, this.bias);
  }

  override describe(): string {
    const bias = this.bias === undefined ? ', no bias' : '';
    return `${this.inFeatures} -> ${this.rank} -> ${this.outFeatures}${bias}`;
  }

  override multiplyAdds(input: readonly number[]): number {
    return sizeOf(input.slice(0, -1)) * this.rank * (this.inFeatures + this.outFeatures);
  }
}
