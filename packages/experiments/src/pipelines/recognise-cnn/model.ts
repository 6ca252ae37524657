import { BatchNorm2d, Conv2d, type Layer, MaxPool2d, ReLU, Sequential } from '@sonograd/nn';
import type { RandomKey, Tensor } from '@sonograd/tensor';
import { Recogniser, type RecogniserOptions } from '../shared/recogniser.ts';
import type { RecogniseCnnConfig } from './config.ts';

export type CnnOptions = RecogniserOptions & RecogniseCnnConfig['model'];

/** Looks for small patterns, then for patterns of patterns; when they were heard is forgotten at the end. */
export class CnnRecogniser extends Recogniser {
  readonly blocks: Sequential<readonly Layer[]>;
  private readonly pooling: CnnOptions['pooling'];

  constructor({ bins, frames, channels, depth, pooling, dropout, key }: CnnOptions) {
    const blocks = channels.map((_, block) => Math.min(bins, frames) >> (block + 1) > 0);
    const bands = pooling.endsWith('over-time') ? bins >> blocks.filter((halves) => halves).length : 1;
    super(bins, frames, { width: channels.at(-1)! * bands, dropout, key });
    this.pooling = pooling;
    this.blocks = new Sequential(
      ...channels.flatMap((width, block) => [
        ...convolutions(channels[block - 1] ?? 1, width, depth, key),
        ...(blocks[block] ? [new MaxPool2d(2) as Layer] : []),
      ]),
    );
  }

  protected override hear(x: Tensor): Tensor {
    const [clips = 0, bins = 0, frames = 0] = x.shape;
    const patterns = this.blocks.forward(x.reshape([clips, 1, bins, frames]) as Tensor) as Tensor;
    const axes = this.pooling.endsWith('over-time') ? [3] : [2, 3];
    const left = this.pooling.startsWith('max') ? patterns.max(axes) : patterns.mean(axes);
    return (left as Tensor).reshape([clips, -1]) as Tensor;
  }
}

/** Convolution, batch-norm and ReLU, `depth` times. */
function convolutions(from: number, width: number, depth: number, key: RandomKey): Layer[] {
  return Array.from({ length: depth }, (_, index) => [
    new Conv2d(index > 0 ? width : from, width, 3, { padding: 1, bias: false, key }),
    new BatchNorm2d(width),
    new ReLU(),
  ]).flat() as Layer[];
}
