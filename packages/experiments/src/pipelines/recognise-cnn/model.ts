import {
  AdaptiveAvgPool2d,
  BatchNorm2d,
  Conv2d,
  type Layer,
  MaxPool2d,
  ReLU,
  Sequential,
} from '@sonograd/nn';
import type { RandomKey, Tensor } from '@sonograd/tensor';
import { Recogniser, type RecogniserOptions } from '../shared/recogniser.ts';

export interface CnnOptions extends RecogniserOptions {
  readonly channels: readonly number[];
  readonly depth: number;
  readonly dropout: number;
}

/** Looks for small patterns, then for patterns of patterns; where in the picture they were is forgotten at the end. */
export class CnnRecogniser extends Recogniser {
  readonly blocks: Sequential<readonly Layer[]>;
  readonly pool = new AdaptiveAvgPool2d(1);

  constructor({ bins, frames, channels, depth, dropout, key }: CnnOptions) {
    super(bins, frames, { width: channels.at(-1)!, dropout, key });
    this.blocks = new Sequential(...blocksOf(channels, depth, Math.min(bins, frames), key));
  }

  protected override hear(x: Tensor): Tensor {
    const [clips = 0, bins = 0, frames = 0] = x.shape;
    const patterns = this.blocks.forward(x.reshape([clips, 1, bins, frames]) as Tensor) as Tensor;
    return (this.pool.forward(patterns) as Tensor).reshape([clips, -1]) as Tensor;
  }
}

/** Convolution, batch-norm and ReLU, `depth` times, then half of each side, for as long as there are two halves. */
function blocksOf(channels: readonly number[], depth: number, side: number, key: RandomKey): Layer[] {
  return channels.flatMap((width, block) => {
    const convolutions = Array.from({ length: depth }, (_, index) => [
      new Conv2d(index > 0 ? width : (channels[block - 1] ?? 1), width, 3, { padding: 1, bias: false, key }),
      new BatchNorm2d(width),
      new ReLU(),
    ]).flat();
    return side >> (block + 1) > 0 ? [...convolutions, new MaxPool2d(2)] : convolutions;
  }) as Layer[];
}
