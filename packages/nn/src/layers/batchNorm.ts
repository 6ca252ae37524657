import { batchNorm, fromArray, ones, type SameShape, type Tensor, zeros } from '@sonograd/tensor';
import { buffer, parameter } from '../module/fields.ts';
import { Layer } from '../module/layer.ts';
import { showShape } from '../module/shape.ts';

export interface BatchNormOptions {
  readonly eps?: number;
  /** The share of each batch in the running statistics; null averages over all batches. */
  readonly momentum?: number | null;
  /** Whether a scale and a shift are learnt. */
  readonly affine?: boolean;
  /** Without running statistics, those of the batch are taken in evaluation as well. */
  readonly trackRunningStats?: boolean;
}

abstract class BatchNorm extends Layer<SameShape> {
  readonly weight: Tensor | undefined;
  readonly bias: Tensor | undefined;
  readonly runningMean: Tensor | undefined;
  readonly runningVar: Tensor | undefined;
  readonly numBatchesTracked: Tensor<[], 'int32'> | undefined;
  readonly eps: number;
  readonly momentum: number | null;

  constructor(
    readonly numFeatures: number,
    { eps = 1e-5, momentum = 0.1, affine = true, trackRunningStats = true }: BatchNormOptions = {},
  ) {
    super();
    this.eps = eps;
    this.momentum = momentum;
    this.weight = affine ? parameter(ones([numFeatures])) : undefined;
    this.bias = affine ? parameter(zeros([numFeatures])) : undefined;
    this.runningMean = trackRunningStats ? buffer(zeros([numFeatures])) : undefined;
    this.runningVar = trackRunningStats ? buffer(ones([numFeatures])) : undefined;
    this.numBatchesTracked = trackRunningStats ? buffer(fromArray(new Int32Array(1), [])) : undefined;
  }

  /** How many axes an input may have. */
  protected abstract readonly ranks: readonly number[];

  protected override run(x: Tensor): Tensor {
    return this.normalised(x, undefined);
  }

  override runWithRelu(x: Tensor): Tensor {
    return this.normalised(x, 'relu');
  }

  private normalised(x: Tensor, activation: 'relu' | undefined): Tensor {
    this.requireInput(x);
    const { weight, bias, eps, runningMean } = this;
    return batchNorm(x, {
      weight,
      bias,
      eps,
      runningMean,
      runningVariance: this.runningVar,
      training: this.training || runningMean === undefined,
      momentum: this.shareOfBatch(),
      activation,
    });
  }

  /** Counts the batch; the mean of all batches so far gives each the same share. */
  private shareOfBatch(): number {
    if (!this.training || this.numBatchesTracked === undefined) return this.momentum ?? 0;
    const count = this.numBatchesTracked.item() + 1;
    this.numBatchesTracked.data[0] = count;
    return this.momentum ?? 1 / count;
  }

  private requireInput({ rank, shape }: Tensor): void {
    if (this.ranks.includes(rank) && shape[1] === this.numFeatures) return;
    throw new RangeError(
      `${this.constructor.name}: x must have ${this.numFeatures} channels on axis 1 of ${this.ranks.join(' or ')}, ` +
        `got ${showShape(shape)}`,
    );
  }

  override describe(): string {
    return `${this.numFeatures}`;
  }
}

/** Each feature of a batch [batch, features] or [batch, features, length] with mean 0 and variance 1 (Ioffe and Szegedy, 2015). */
export class BatchNorm1d extends BatchNorm {
  protected readonly ranks: readonly number[] = [2, 3];
}

/** Each channel of a batch of images with mean 0 and variance 1. */
export class BatchNorm2d extends BatchNorm {
  protected readonly ranks: readonly number[] = [4];
}
