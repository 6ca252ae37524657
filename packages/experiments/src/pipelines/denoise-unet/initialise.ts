import { initialise, kaimingNormal, xavierNormal } from '@sonograd/nn';
import { noGrad, type RandomKey, type Tensor } from '@sonograd/tensor';
import type { DenoiseUnetConfig } from './config.ts';
import type { UNet } from './model.ts';

type Start = Extract<DenoiseUnetConfig['model'], { kind: 'unet' }>['initialise'];

/** How loud the output layer is beside Kaiming's at first: a hundredth of the power. */
const quiet = 0.1;

/** Draws the weights; `meanPixel` is the mean of all clean pictures a model will learn from. */
export function startWeights(model: UNet, start: Start, meanPixel: number, key: RandomKey): void {
  if (start === 'default') return;
  initialise(model, start === 'xavier' ? xavierNormal : kaimingNormal, key);
  if (start !== 'kaiming-mean') return;
  noGrad(() => {
    const { weight, bias } = model.out;
    weight.assign(weight.mul(quiet) as Tensor);
    bias!.data.fill(meanPixel);
  });
}
