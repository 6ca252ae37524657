import { LSTM } from '@sonograd/nn';
import type { Tensor } from '@sonograd/tensor';
import { type ClipLengths, Recogniser, type RecogniserOptions } from '../shared/recogniser.ts';

export interface LstmOptions extends RecogniserOptions {
  readonly hidden: number;
  readonly layers: number;
  readonly bidirectional: boolean;
  readonly dropout: number;
}

/** Reads a clip frame by frame, and answers from its state behind the last frame of sound: padding is not read. */
export class LstmRecogniser extends Recogniser {
  readonly lstm: LSTM;
  private readonly directions: number;

  constructor({ bins, frames, hidden, layers, bidirectional, dropout, key }: LstmOptions) {
    const directions = bidirectional ? 2 : 1;
    super(bins, frames, { width: directions * hidden, dropout, key });
    this.directions = directions;
    this.lstm = new LSTM(bins, hidden, {
      ...{ numLayers: layers, bidirectional, key },
      ...{ batchFirst: true, dropout: layers > 1 ? dropout : 0 },
    });
  }

  protected override hear(x: Tensor, lengths: ClipLengths): Tensor {
    // Behind the longest clip of the batch there is nothing to read.
    const longest = Math.min(this.frames, Math.max(...lengths.data));
    const read = x.slice(2, 0, longest).transpose(1, 2) as Tensor;
    const { hidden } = this.lstm.forward(read, { lengths });
    const [states = 0, clips = 0] = hidden.shape;
    const last = (hidden as Tensor).slice(0, states - this.directions, states) as Tensor;
    return last.transpose(0, 1).reshape([clips, -1]) as Tensor;
  }
}
