import { layerNorm, ones, type SameShape, type Tensor, zeros } from '@sonograd/tensor';
import { parameter } from '../module/fields.ts';
import { Layer } from '../module/layer.ts';

export interface LayerNormOptions {
  readonly eps?: number;
  /** Whether a scale and a shift are learnt. */
  readonly elementwiseAffine?: boolean;
  /** Whether the shift is. */
  readonly bias?: boolean;
}

/** The last axes of each row with mean 0 and variance 1 (Ba, Kiros and Hinton, 2016). */
export class LayerNorm extends Layer<SameShape> {
  readonly weight: Tensor | undefined;
  readonly bias: Tensor | undefined;
  readonly normalizedShape: readonly number[];
  readonly eps: number;

  constructor(
    normalizedShape: number | readonly number[],
    { eps = 1e-5, elementwiseAffine = true, bias = true }: LayerNormOptions = {},
  ) {
    super();
    this.normalizedShape = typeof normalizedShape === 'number' ? [normalizedShape] : normalizedShape;
    this.eps = eps;
    this.weight = elementwiseAffine ? parameter(ones(this.normalizedShape)) : undefined;
    this.bias = elementwiseAffine && bias ? parameter(zeros(this.normalizedShape)) : undefined;
  }

  protected override run(x: Tensor): Tensor {
    return layerNorm(x, this.normalizedShape, this.weight, this.bias, { eps: this.eps });
  }

  override describe(): string {
    return this.normalizedShape.join(' x ');
  }
}
