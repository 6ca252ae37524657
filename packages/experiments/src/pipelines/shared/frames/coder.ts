import { type Layer, Linear, Module, ReLU, Sigmoid } from '@sonograd/nn';
import { fromArray, noGrad, type RandomKey, type Tensor } from '@sonograd/tensor';
import { z } from 'zod';
import { meanSquare } from '../meanSquare.ts';

/** What the code of a pair passes through: nothing, or a curve that keeps it within 0 and 1, or above 0. */
export const codeActivation = z.enum(['linear', 'sigmoid', 'relu']);
export type CodeActivation = z.infer<typeof codeActivation>;

export interface PairCoderOptions {
  readonly bands: number;
  readonly activation: CodeActivation;
  readonly key: RandomKey;
}

const layerOf = { linear: () => undefined, sigmoid: () => new Sigmoid(), relu: () => new ReLU() };

/**
 * An autoencoder of pairs, 2n-n-2n. A code is as wide as a frame, so that it can be half of the next pair: that is
 * what makes recursion possible (Pollack, "Recursive distributed representations", 1990).
 */
export class PairCoder extends Module {
  readonly bands: number;
  readonly encoder: Linear<number, number>;
  readonly activation: Layer | undefined;
  readonly decoder: Linear<number, number>;

  constructor({ bands, activation, key }: PairCoderOptions) {
    super();
    this.bands = bands;
    this.encoder = new Linear(2 * bands, bands, { key });
    this.activation = layerOf[activation]();
    this.decoder = new Linear(bands, 2 * bands, { key });
  }

  /** Pairs [pairs, 2 × bands] to codes [pairs, bands]. */
  encode(pairs: Tensor): Tensor {
    const codes = this.encoder.forward(pairs) as Tensor;
    return this.activation?.forward(codes) ?? codes;
  }

  /** And back. */
  decode(codes: Tensor): Tensor {
    return this.decoder.forward(codes) as Tensor;
  }

  /** Pairs to what their codes remember of them. */
  forward(pairs: Tensor): Tensor {
    return this.shown(pairs, this.decode(this.encode(pairs)));
  }

  /** Codes with the mean squared error of what they remember, for each pair. */
  press(pairs: Tensor): { codes: Float32Array; errors: Float32Array } {
    const codes = this.encode(pairs);
    return { codes: codes.data.slice(), errors: meanSquare(this.decode(codes), pairs) };
  }

  /** The pairs that some codes remember, [codes][2 × bands]. */
  recall(codes: Float32Array): Float32Array {
    return noGrad(() => this.decode(fromArray(codes, [codes.length / this.bands, this.bands])).data.slice());
  }
}
