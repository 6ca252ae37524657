import { Dropout, Linear, Module } from '@sonograd/nn';
import type { RandomKey, Tensor } from '@sonograd/tensor';

/** What every recogniser must know to be made. */
export interface RecogniserOptions {
  readonly bins: number;
  readonly frames: number;
  readonly key: RandomKey;
}

/** How many frames of each clip hold sound. */
export type ClipLengths = Tensor<readonly number[], 'int32'>;

/** Names a digit: each kind hears a clip in its own way, and one linear layer answers from what it heard. */
export abstract class Recogniser extends Module {
  readonly dropout: Dropout;
  readonly answer: Linear<number, 10>;

  constructor(
    readonly bins: number,
    readonly frames: number,
    { width, dropout, key }: { readonly width: number; readonly dropout: number; readonly key: RandomKey },
  ) {
    super();
    this.dropout = new Dropout(dropout, { key });
    this.answer = new Linear(width, 10, { key });
  }

  /** Clips [clips, bins, frames] to what is heard in them [clips, width]. */
  protected abstract hear(x: Tensor, lengths: ClipLengths): Tensor;

  /** Clips [clips, bins × frames] to the last hidden layer. */
  hidden(x: Tensor, lengths: ClipLengths): Tensor {
    return this.hear(x.reshape([x.shape[0] ?? 0, this.bins, this.frames]) as Tensor, lengths);
  }

  /** Clips to logits [clips, 10]. */
  forward(x: Tensor, lengths: ClipLengths): Tensor {
    const heard = this.dropout.forward(this.hidden(x, lengths)) as Tensor;
    return this.shown(x, this.answer.forward(heard) as Tensor);
  }
}
