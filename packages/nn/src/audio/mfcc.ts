import { dct } from '@sonograd/dsp';
import { fromArray, keep, matmul, type Tensor } from '@sonograd/tensor';
import { Layer } from '../module/layer.ts';
import { AmplitudeToDb } from './amplitudeToDb.ts';
import { MelScale, type MelScaleOptions } from './melScale.ts';
import { Spectrogram } from './spectrogram.ts';
import type { StftOptions } from './stft.ts';

export interface MfccOptions extends Omit<StftOptions, 'nFft'>, Omit<MelScaleOptions, 'nFft'> {
  readonly nFft?: number;
  /** How many coefficients. */
  readonly nMfcc?: number;
  readonly topDb?: number;
}

/** Signals [..., samples] to cepstral coefficients [..., nMfcc, frames]: the cosine transform of a mel spectrogram in dB. */
export class Mfcc extends Layer {
  readonly nMfcc: number;
  readonly spectrogram: Spectrogram;
  readonly melScale: MelScale;
  readonly toDb: AmplitudeToDb;
  /** [nMfcc, nMels]; a table, so no part of the state. */
  readonly #cosines: Tensor;

  constructor({ nMfcc = 40, topDb = 80, nFft = 400, ...options }: MfccOptions) {
    super();
    const { sampleRate, nMels, lowHz, highHz, norm, melScale, hopLength, ...frame } = options;
    const mel = { sampleRate, nFft, nMels, lowHz, highHz, norm, melScale };
    this.spectrogram = new Spectrogram({ nFft, hopLength: hopLength ?? Math.floor(nFft / 2), ...frame });
    this.melScale = new MelScale(withoutGaps(mel) as typeof mel & MelScaleOptions);
    this.toDb = new AmplitudeToDb({ topDb });
    this.nMfcc = nMfcc;
    this.#cosines = keep(cosineTransform(this.melScale.nMels, nMfcc));
  }

  protected override run(x: Tensor): Tensor {
    const mel = this.melScale.forward(this.spectrogram.forward(x)) as Tensor;
    return matmul(this.#cosines, this.toDb.forward(mel) as Tensor) as Tensor;
  }

  override describe(): string {
    return `${this.nMfcc} of ${this.melScale.nMels}`;
  }
}

/** The orthonormal DCT-II as a matrix [count, size], from the transforms of unit vectors. */
function cosineTransform(size: number, count: number): Tensor {
  const matrix = new Float32Array(count * size);
  for (let column = 0; column < size; column++) {
    const unit = new Float64Array(size);
    unit[column] = 1;
    dct(unit, { count }).forEach((value, row) => {
      matrix[row * size + column] = value;
    });
  }
  return fromArray(matrix, [count, size]) as Tensor;
}

/** Options that were left out must not stand in the way of defaults. */
function withoutGaps(options: object): object {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}
