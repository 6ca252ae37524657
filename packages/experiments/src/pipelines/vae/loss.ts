import { type BatchOf, klToUnitGaussian, l1, mse } from '@sonograd/nn';
import { foldIn, oneHot, type RandomKey, type Tensor } from '@sonograd/tensor';
import type { Labelled } from '../shared/labelled.ts';
import type { VaeConfig } from './config.ts';
import { drawFrom, type Told, type Vae } from './model.ts';

export type Batch = BatchOf<Labelled>;

export interface LossOptions {
  readonly config: VaeConfig['loss'];
  /** Of all noise in training. */
  readonly key: RandomKey;
  /** How many steps there were before this one. */
  readonly step: () => number;
  readonly stepsPerEpoch: number;
}

/** β grows along a straight line, so that the code is in use before it costs much (Bowman et al., 2016). */
export function betaAt(
  { beta, warmUpEpochs }: VaeConfig['loss'],
  step: number,
  stepsPerEpoch: number,
): number {
  const warmUp = warmUpEpochs * stepsPerEpoch;
  return step + 1 >= warmUp ? beta : (beta * (step + 1)) / warmUp;
}

/**
 * The error of a whole picture, summed over its cells, plus β times what the code tells of it in nats: both of one
 * clip, the mean over a batch. The noise follows from the key and the number of the step alone, so a run that was cut
 * off goes on to the bit. In evaluation β is all there and the noise the same each time: losses of different epochs
 * can be compared.
 */
export function vaeLoss({
  config,
  key,
  step,
  stepsPerEpoch,
}: LossOptions): (vae: Vae, batch: Batch) => Tensor {
  return (vae, { x, y }) => {
    const told = tell(vae, y);
    const cloud = vae.encode(x, told);
    const [beta, noiseKey] = vae.training
      ? [betaAt(config, step(), stepsPerEpoch), foldIn(key, step())]
      : [config.beta, foldIn(key, 'held')];
    const out = vae.decode(drawFrom(cloud, noiseKey), told);
    const kl = klToUnitGaussian(cloud.mean, cloud.logVariance);
    return pictureError(out, x, config.absolute).add(kl.mul(beta)) as Tensor;
  };
}

/** Σ (out - x)² + absolute · Σ |out - x| of a picture, the mean over clips. */
export function pictureError(out: Tensor, x: Tensor, absolute: number): Tensor {
  const squares = mse(out, x, { reduction: 'sum' });
  const sum = absolute === 0 ? squares : squares.add(l1(out, x, { reduction: 'sum' }).mul(absolute));
  return sum.mul(1 / x.shape[0]!) as Tensor;
}

/** The digits for a model that wants to be told. */
export const tell = ({ conditional }: Vae, digits: Batch['y']): Told =>
  conditional ? (oneHot(digits, 10) as Tensor) : undefined;
