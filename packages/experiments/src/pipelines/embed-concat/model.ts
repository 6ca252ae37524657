import { Linear, Module, ReLU, Sequential } from '@sonograd/nn';
import type { RandomKey, Tensor } from '@sonograd/tensor';
import { Standardise } from '../shared/standardise.ts';

export interface ConcatOptions {
  /** Bins times frames. */
  readonly size: number;
  readonly hidden: number;
  readonly code: number;
  readonly classifierHidden: number;
  readonly key: RandomKey;
}

/**
 * All frames of a clip laid end to end. An autoencoder presses them through a narrow code, and a classifier names the
 * digit by that code alone.
 */
export class ConcatModel extends Module {
  readonly encoder: Sequential<[Linear<number, number>, ReLU, Linear<number, number>]>;
  readonly decoder: Sequential<[Linear<number, number>, ReLU, Linear<number, number>]>;
  readonly standardise: Standardise;
  readonly classifier: Sequential<[Linear<number, number>, ReLU, Linear<number, 10>]>;

  constructor({ size, hidden, code, classifierHidden, key }: ConcatOptions) {
    super();
    this.encoder = new Sequential(
      new Linear(size, hidden, { key }),
      new ReLU(),
      new Linear(hidden, code, { key }),
    );
    this.decoder = new Sequential(
      new Linear(code, hidden, { key }),
      new ReLU(),
      new Linear(hidden, size, { key }),
    );
    this.standardise = new Standardise(code);
    this.classifier = new Sequential(
      new Linear(code, classifierHidden, { key }),
      new ReLU(),
      new Linear(classifierHidden, 10, { key }),
    );
  }

  /** Clips [clips, bins × frames] to codes [clips, code]. */
  encode(x: Tensor): Tensor {
    return this.encoder.forward(x) as Tensor;
  }

  /** Clips to what the code remembers of them. */
  reconstruct(x: Tensor): Tensor {
    return this.decoder.forward(this.encode(x)) as Tensor;
  }

  /** Codes to logits [clips, 10]. */
  classify(code: Tensor): Tensor {
    return this.classifier.forward(this.standardise.forward(code)) as Tensor;
  }

  /** Clips to logits. */
  forward(x: Tensor): Tensor {
    return this.shown(x, this.classify(this.encode(x)));
  }

  /** What the autoencoder learns; the classifier has its own turn. */
  autoencoderParameters(): Tensor[] {
    return [...this.encoder.parameters(), ...this.decoder.parameters()];
  }
}
