import type { SameShape, Tensor } from '@sonograd/tensor';
import { Layer } from '../module/layer.ts';

export interface AmplitudeToDbOptions {
  /** Powers are worth half as many decibels as magnitudes. */
  readonly input?: 'power' | 'magnitude';
  /** Nothing lies further below the loudest value of its row of the batch. */
  readonly topDb?: number;
  /** Values below are raised to it. */
  readonly amin?: number;
}

/** Power or magnitude in decibels, on spectrograms [..., bins, frames]. */
export class AmplitudeToDb extends Layer<SameShape> {
  readonly input: 'power' | 'magnitude';
  readonly topDb: number | undefined;
  readonly amin: number;

  constructor({ input = 'power', topDb, amin = 1e-10 }: AmplitudeToDbOptions = {}) {
    super();
    if (topDb !== undefined && !(topDb >= 0)) {
      throw new RangeError(`AmplitudeToDb: topDb must be at least 0, got ${topDb}`);
    }
    this.input = input;
    this.topDb = topDb;
    this.amin = amin;
  }

  protected override run(x: Tensor): Tensor {
    const factor = (this.input === 'power' ? 10 : 20) / Math.LN10;
    const decibels = x.clamp(this.amin).log().mul(factor) as Tensor;
    if (this.topDb === undefined) return decibels;
    const loudest = decibels.max(axesOfOne(x.rank), { keepDims: true }) as Tensor;
    return decibels.maximum(loudest.sub(this.topDb)) as Tensor;
  }

  override describe(): string {
    return this.topDb === undefined ? this.input : `${this.input}, ${this.topDb} dB at most`;
  }
}

/** Channels, bins and frames belong together; what stands before them is the batch, as in torchaudio. */
function axesOfOne(rank: number): number[] {
  return Array.from({ length: Math.min(3, rank) }, (_, back) => rank - 1 - back);
}
