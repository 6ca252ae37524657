import {
  BatchNorm2d,
  Conv2d,
  ConvTranspose2d,
  Flatten,
  klToUnitGaussian,
  Layer,
  Linear,
  MaxPool2d,
  Module,
  mse,
  ReLU,
  Sequential,
  Sigmoid,
} from '@sonograd/nn';
import { concat, maxPool2d, randn, randomKey, type Tensor } from '@sonograd/tensor';
import { normal, uniform } from './batches.ts';
import { classifying, rebuilding } from './perceptrons.ts';
import type { Lesson } from './step.ts';

const key = randomKey(0);

class Cnn extends Layer {
  readonly features = new Sequential(
    new Conv2d(1, 16, 3, { padding: 1, key }),
    new BatchNorm2d(16),
    new ReLU(),
    new MaxPool2d(2),
    new Conv2d(16, 32, 3, { padding: 1, key }),
    new BatchNorm2d(32),
    new ReLU(),
    new MaxPool2d(2),
    new Conv2d(32, 64, 3, { padding: 1, key }),
    new BatchNorm2d(64),
    new ReLU(),
    new MaxPool2d(2),
  );
  readonly head = new Linear(64, 10, { key });

  protected override run(x: Tensor): Tensor {
    const features = this.features.forward(x) as Tensor;
    return this.head.forward(features.mean([2, 3]) as Tensor) as Tensor;
  }
}

export const cnn = () => classifying(new Cnn(), normal(32, 1, 64, 64));

class Vae extends Module {
  readonly encoder = new Sequential(
    new Conv2d(1, 32, 3, { stride: 2, padding: 1, key }),
    new ReLU(),
    new Conv2d(32, 64, 3, { stride: 2, padding: 1, key }),
    new ReLU(),
    new Conv2d(64, 128, 3, { stride: 2, padding: 1, key }),
    new ReLU(),
    new Flatten(),
  );
  readonly mean = new Linear(8192, 32, { key });
  readonly logVariance = new Linear(8192, 32, { key });
  readonly unfold = new Linear(32, 8192, { key });
  readonly decoder = new Sequential(
    new ConvTranspose2d(128, 64, 4, { stride: 2, padding: 1, key }),
    new ReLU(),
    new ConvTranspose2d(64, 32, 4, { stride: 2, padding: 1, key }),
    new ReLU(),
    new ConvTranspose2d(32, 1, 4, { stride: 2, padding: 1, key }),
    new Sigmoid(),
  );

  loss(x: Tensor): Tensor {
    const hidden = this.encoder.forward(x) as Tensor;
    const [mean, logVariance] = [this.mean, this.logVariance].map(
      (layer) => layer.forward(hidden) as Tensor,
    ) as [Tensor, Tensor];
    const latent = mean.add(randn(mean.shape).mul(logVariance.mul(0.5).exp())) as Tensor;
    const back = this.decoder.forward(
      (this.unfold.forward(latent) as Tensor).reshape([-1, 128, 8, 8]) as Tensor,
    );
    const distance = mse(back as Tensor, x, { reduction: 'sum' }).mul(1 / x.shape[0]!);
    return distance.add(klToUnitGaussian(mean, logVariance)) as Tensor;
  }
}

export function vae(): Lesson {
  const [model, x] = [new Vae(), uniform(32, 1, 64, 64)];
  return { model, loss: () => model.loss(x) };
}

const block = (inputs: number, outputs: number) =>
  new Sequential(
    new Conv2d(inputs, outputs, 3, { padding: 1, key }),
    new BatchNorm2d(outputs),
    new ReLU(),
    new Conv2d(outputs, outputs, 3, { padding: 1, key }),
    new BatchNorm2d(outputs),
    new ReLU(),
  ) as Layer;

class UNet extends Layer {
  readonly down1 = block(1, 32);
  readonly down2 = block(32, 64);
  readonly bottom = block(64, 128);
  readonly up2 = new ConvTranspose2d(128, 64, 2, { stride: 2, key }) as Layer;
  readonly join2 = block(128, 64);
  readonly up1 = new ConvTranspose2d(64, 32, 2, { stride: 2, key }) as Layer;
  readonly join1 = block(64, 32);
  readonly head = new Conv2d(32, 1, 1, { key }) as Layer;

  protected override run(x: Tensor): Tensor {
    const first = this.down1.forward(x);
    const second = this.down2.forward(maxPool2d(first, 2) as Tensor);
    const bottom = this.bottom.forward(maxPool2d(second, 2) as Tensor);
    const middle = this.join2.forward(concat([this.up2.forward(bottom), second], 1) as Tensor);
    const whole = this.join1.forward(concat([this.up1.forward(middle), first], 1) as Tensor);
    return this.head.forward(whole);
  }
}

export const uNet = () => rebuilding(new UNet(), uniform(8, 1, 112, 112));
