import { Istft, Module, Stft } from '@sonograd/nn';
import { foldIn, type RandomKey, type Tensor } from '@sonograd/tensor';
import { Standardise } from '../shared/standardise.ts';
import { type DenoiseConfig, type Frames, framesOf } from './config.ts';
import { type FrameNetwork, makeNetwork, type Part } from './networks.ts';

/** What of a magnitude counts as silence, where sound has a level of 1: −34 dB of white noise through a hann window. */
const floorOf = ({ nFft }: Frames): number => 0.02 * Math.sqrt((3 / 8) * nFft);

export interface Gains {
  /** What each bin of each wanted frame is multiplied by, [clips, frames, bins]. */
  readonly gains: Tensor;
  readonly state: Tensor | undefined;
}

/**
 * Noise is taken from a sound's magnitudes; its phases stay. Whatever the network says becomes a gain for each bin, so
 * that the inverse transform of spectrum times gain is the answer. Sounds must have a level of about 1.
 */
export class Denoiser extends Module {
  readonly stft: Stft;
  readonly istft: Istft;
  readonly standardise: Standardise;
  readonly network: FrameNetwork;
  private readonly floor: number;

  constructor(
    private readonly config: Pick<DenoiseConfig, 'stft' | 'model' | 'target' | 'compress' | 'dropout'>,
    key: RandomKey,
  ) {
    super();
    const frames = framesOf(config.stft);
    const bins = Math.floor(frames.nFft / 2) + 1;
    this.stft = new Stft({ ...frames, padMode: 'constant' });
    this.istft = new Istft(frames);
    this.standardise = new Standardise(bins);
    this.network = makeNetwork(config.model, { bins, dropout: config.dropout, key: foldIn(key, 'network') });
    this.floor = floorOf(frames);
  }

  /** Noisy sounds [clips, samples] to clean ones. */
  forward(noisy: Tensor): Tensor {
    const { real, imaginary } = this.separate(noisy);
    return this.shown(noisy, this.istft.forward(real, imaginary, { length: noisy.shape[1] ?? 0 }));
  }

  /** Noisy sounds [clips, samples] to the spectra [clips, bins, frames] of clean ones. */
  separate(noisy: Tensor): { real: Tensor; imaginary: Tensor } {
    const { real, imaginary } = this.stft.forward(noisy);
    const magnitudes = magnitudesOf(real, imaginary).transpose(1, 2) as Tensor;
    const { gains } = this.gains(magnitudes, { from: 0, to: magnitudes.shape[1] ?? 0 });
    const byBin = gains.transpose(1, 2) as Tensor;
    return { real: real.mul(byBin) as Tensor, imaginary: imaginary.mul(byBin) as Tensor };
  }

  /** Magnitudes [clips, frames, bins] to gains. */
  gains(magnitudes: Tensor, part: Part): Gains {
    const seen = this.standardise.forward(this.compressed(magnitudes)) as Tensor;
    const { output, state } = this.network.answer(seen, part);
    if (this.config.target === 'mask') return { gains: output.sigmoid() as Tensor, state };
    const noisy = magnitudes.slice(1, part.from, part.to) as Tensor;
    return { gains: this.expanded(output).div(noisy.add(1e-6)) as Tensor, state };
  }

  /** What the network sees of magnitudes, before they are standardised. */
  compressed(magnitudes: Tensor): Tensor {
    const { compress } = this.config;
    if (compress === 'log') return magnitudes.add(this.floor).log() as Tensor;
    return compress === 'root' ? (magnitudes.add(1e-9).pow(1 / 3) as Tensor) : magnitudes;
  }

  /** Back from standardised and compressed numbers to magnitudes, none of them below zero. */
  private expanded(output: Tensor): Tensor {
    const { compress } = this.config;
    const { mean, deviation } = this.standardise;
    const whole = output.mul(deviation).add(mean);
    if (compress === 'log') return whole.exp().sub(this.floor).relu() as Tensor;
    return (compress === 'root' ? whole.relu().pow(3) : whole.relu()) as Tensor;
  }
}

/** The slope of a root at zero is infinite, and silence is common: nothing lies below 1e-7. */
export const magnitudesOf = (real: Tensor, imaginary: Tensor): Tensor =>
  real.square().add(imaginary.square()).clamp(1e-14).sqrt() as Tensor;

export const denoiserOf = (config: DenoiseConfig, key: RandomKey): Denoiser =>
  new Denoiser(config, foldIn(key, 'weights'));
