import { Linear, Module, ReLU, Sequential } from '@sonograd/nn';
import type { RandomKey, Tensor } from '@sonograd/tensor';
import type { Feature } from '../../features/fit.ts';
import { Standardise } from '../shared/standardise.ts';

export interface AverageOptions {
  readonly bins: number;
  readonly hidden: number;
  readonly key: RandomKey;
}

/** Names a digit by its averaged frame: when each band sounded is forgotten, how much it sounded is not. */
export class AverageClassifier extends Module {
  readonly standardise: Standardise;
  readonly classifier: Sequential<[Linear<number, number>, ReLU, Linear<number, 10>]>;

  constructor({ bins, hidden, key }: AverageOptions) {
    super();
    this.standardise = new Standardise(bins);
    this.classifier = new Sequential(
      new Linear(bins, hidden, { key }),
      new ReLU(),
      new Linear(hidden, 10, { key }),
    );
  }

  /** Averaged frames [clips, bins] to logits [clips, 10]. */
  forward(x: Tensor): Tensor {
    return this.shown(x, this.classifier.forward(this.standardise.forward(x)) as Tensor);
  }
}

/** The mean over the frames that hold sound. */
export function averageFrame({ data, bins, frames, start, validFrames }: Feature): Float32Array {
  return Float32Array.from({ length: bins }, (_, bin) => {
    const from = bin * frames + start;
    let sum = 0;
    for (let at = from; at < from + validFrames; at++) sum += data[at]!;
    return sum / Math.max(1, validFrames);
  });
}
