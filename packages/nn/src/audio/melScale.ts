import { type MelNorm, type MelScale as MelScaleName, melFilterbank } from '@sonograd/dsp';
import { fromArray, keep, matmul, type Tensor } from '@sonograd/tensor';
import { Layer } from '../module/layer.ts';
import { showShape } from '../module/shape.ts';

export interface MelScaleOptions {
  readonly sampleRate: number;
  readonly nFft: number;
  readonly nMels?: number;
  readonly lowHz?: number;
  /** Half the sample rate unless given. */
  readonly highHz?: number;
  /** `slaney` divides each triangle by its width; none has a norm unless given, as in torchaudio. */
  readonly norm?: MelNorm;
  readonly melScale?: MelScaleName;
}

/** Bins [..., nFft / 2 + 1, frames] gathered into overlapping triangles, evenly spaced for the ear: [..., nMels, frames]. */
export class MelScale extends Layer {
  readonly nMels: number;
  readonly bins: number;
  /** [nMels, bins]; a table, so no part of the state. */
  readonly #bank: Tensor;

  constructor({ melScale = 'htk', norm = null, nMels = 128, ...rest }: MelScaleOptions) {
    super();
    const bank = melFilterbank({ preset: 'torchaudio', scale: melScale, norm, nMels, ...rest });
    this.nMels = bank.mels;
    this.bins = bank.bins;
    this.#bank = keep(fromArray(bank.data, [bank.mels, bank.bins]) as Tensor);
  }

  protected override run(x: Tensor): Tensor {
    if (x.rank < 2 || x.shape.at(-2) !== this.bins) {
      throw new RangeError(`MelScale: x must be [..., ${this.bins}, frames], got ${showShape(x.shape)}`);
    }
    return matmul(this.#bank, x) as Tensor;
  }

  override describe(): string {
    return `${this.bins} -> ${this.nMels}`;
  }

  override multiplyAdds(input: readonly number[]): number {
    return this.nMels * input.reduce((product, length) => product * length, 1);
  }
}
