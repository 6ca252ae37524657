import { groupNorm, ones, type SameShape, type Tensor, zeros } from '@sonograd/tensor';
import { parameter } from '../module/fields.ts';
import { Layer } from '../module/layer.ts';

export interface GroupNormOptions {
  readonly eps?: number;
  /** Whether a scale and a shift of each channel are learnt. */
  readonly affine?: boolean;
}

/** Each group of channels of each row with mean 0 and variance 1 (Wu and He, 2018): no batch is needed. */
export class GroupNorm extends Layer<SameShape> {
  readonly weight: Tensor | undefined;
  readonly bias: Tensor | undefined;
  readonly eps: number;

  constructor(
    readonly numGroups: number,
    readonly numChannels: number,
    { eps = 1e-5, affine = true }: GroupNormOptions = {},
  ) {
    super();
    if (!(numGroups >= 1) || numChannels % numGroups !== 0) {
      throw new RangeError(
        `GroupNorm: groups must divide the channels, numGroups=${numGroups} numChannels=${numChannels}`,
      );
    }
    this.eps = eps;
    this.weight = affine ? parameter(ones([numChannels])) : undefined;
    this.bias = affine ? parameter(zeros([numChannels])) : undefined;
  }

  protected override run(x: Tensor): Tensor {
    return groupNorm(x, this.numGroups, this.weight, this.bias, { eps: this.eps });
  }

  override describe(): string {
    return `${this.numChannels} in ${this.numGroups} groups`;
  }
}
