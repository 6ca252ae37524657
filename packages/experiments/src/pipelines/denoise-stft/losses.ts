import { mse, negativeSiSdr } from '@sonograd/nn';
import type { Tensor } from '@sonograd/tensor';
import type { DenoiseConfig } from './config.ts';
import { type Denoiser, magnitudesOf } from './model.ts';

/** Noisy and clean sounds, [clips, samples] each. */
export interface NoisyBatch {
  readonly noisy: Tensor;
  readonly clean: Tensor;
}

type LossName = DenoiseConfig['training']['loss'];

/** How far a model's answers are from the clean sounds, by what the name says. */
export function lossOf(name: LossName): (model: Denoiser, batch: NoisyBatch) => Tensor {
  switch (name) {
    case 'snr':
      return (model, { noisy, clean }) => negativeSnr(model.forward(noisy), clean);
    case 'si-sdr':
      return (model, { noisy, clean }) => negativeSiSdr(model.forward(noisy), clean);
    case 'spectrum':
      return (model, { noisy, clean }) => {
        const [out, wanted] = [model.separate(noisy), model.stft.forward(clean)];
        return mse(out.real, wanted.real).add(mse(out.imaginary, wanted.imaginary)) as Tensor;
      };
    case 'magnitude':
      return (model, { noisy, clean }) => {
        const [out, wanted] = [model.separate(noisy), model.stft.forward(clean)];
        return mse(magnitudesOf(out.real, out.imaginary), magnitudesOf(wanted.real, wanted.imaginary));
      };
  }
}

/** The mean over clips of noise over signal, in dB: what `snr` counts, so that learning counts it too. */
export function negativeSnr(estimate: Tensor, clean: Tensor): Tensor {
  const energy = clean.square().sum(-1);
  const left = estimate.sub(clean).square().sum(-1);
  const ratio = left.add(1e-8).div(energy.add(1e-8));
  return ratio
    .log()
    .mul(10 / Math.LN10)
    .mean() as Tensor;
}
