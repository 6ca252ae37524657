import type { Tensor } from '@sonograd/tensor';
import { Layer } from '../module/layer.ts';
import { Stft, type StftOptions } from './stft.ts';

export interface SpectrogramOptions extends StftOptions {
  /** 2 for power, 1 for magnitude. */
  readonly power?: 1 | 2;
}

/** Signals [..., samples] to the power or the magnitude of their frames [..., bins, frames]. */
export class Spectrogram extends Layer {
  readonly stft: Stft;
  readonly power: 1 | 2;

  constructor({ power = 2, ...options }: SpectrogramOptions) {
    super();
    if (power !== 1 && power !== 2)
      throw new RangeError(`Spectrogram: power must be 1 or 2, got ${String(power)}`);
    this.stft = new Stft(options);
    this.power = power;
  }

  protected override run(x: Tensor): Tensor {
    const { real, imaginary } = this.stft.forward(x);
    const power = real.square().add(imaginary.square()) as Tensor;
    // The slope of a root at zero is infinite, and silence is common.
    return this.power === 2 ? power : (power.clamp(1e-14).sqrt() as Tensor);
  }

  override describe(): string {
    return this.power === 2 ? 'power' : 'magnitude';
  }
}
