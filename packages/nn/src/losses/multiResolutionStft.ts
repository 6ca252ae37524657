import type { Tensor } from '@sonograd/tensor';
import { Stft } from '../audio/stft.ts';
import { requireSameShape } from './reduction.ts';

export interface MultiResolutionOptions {
  /** Frames of several lengths, in samples: [nFft, hopLength, winLength]. */
  readonly resolutions?: readonly (readonly [nFft: number, hopLength: number, winLength: number])[];
}

/** Those of Parallel WaveGAN for speech at 24 kHz. */
const defaults = [
  [1024, 120, 600],
  [2048, 240, 1200],
  [512, 50, 240],
] as const;

/**
 * How far the spectrograms of two signals [batch, samples] are apart, at several resolutions: no single one can be
 * fooled in time and in frequency at once (Yamamoto, Song and Kim, 2020).
 */
export function multiResolutionStft(
  estimate: Tensor,
  target: Tensor,
  { resolutions = defaults }: MultiResolutionOptions = {},
): Tensor {
  requireSameShape('multiResolutionStft', estimate, target);
  if (resolutions.length === 0)
    throw new RangeError('multiResolutionStft: resolutions must not be empty, got []');
  const parts = resolutions.map(([nFft, hopLength, winLength]) => {
    const stft = new Stft({ nFft, hopLength, winLength });
    const [made, wanted] = [magnitude(stft, estimate), magnitude(stft, target)];
    const convergence = wanted.sub(made).norm().div(wanted.norm());
    return convergence.add(wanted.log().sub(made.log()).abs().mean()) as Tensor;
  });
  return parts.reduce((total, part) => total.add(part) as Tensor).mul(1 / parts.length) as Tensor;
}

function magnitude(stft: Stft, x: Tensor): Tensor {
  const { real, imaginary } = stft.forward(x);
  return real.square().add(imaginary.square()).clamp(1e-7).sqrt() as Tensor;
}
