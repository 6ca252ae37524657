import { crossEntropy, Dropout, type Layer, Linear, mse, ReLU, Sequential } from '@sonograd/nn';
import { randomKey, type Tensor } from '@sonograd/tensor';
import { labels, normal } from './batches.ts';
import type { Lesson } from './step.ts';

/** Linear layers with ReLU, and where asked for dropout, between them. */
function perceptron(sizes: readonly number[], dropout = 0): Layer {
  const key = randomKey(0);
  const layers: Layer[] = sizes.slice(1).flatMap((size, at) => {
    const linear = new Linear(sizes[at]!, size, { key }) as Layer;
    if (at === sizes.length - 2) return [linear];
    return dropout > 0 ? [linear, new ReLU(), new Dropout(dropout, { key })] : [linear, new ReLU()];
  });
  return new Sequential(...(layers as [Layer, ...Layer[]])) as Layer;
}

export const frameMlp = () => classifying(perceptron([128, 64, 10]), normal(32, 128));
export const framePairAe = () => rebuilding(perceptron([256, 128, 256]), normal(256, 256));
export const concatenationAe = () => rebuilding(perceptron([8192, 512, 256, 512, 8192]), normal(32, 8192));
export const mnistMlp = () =>
  classifying(perceptron([784, 1024, 1024, 1024, 1024, 1024, 10], 0.2), normal(128, 784));

export function classifying(model: Layer, x: Tensor): Lesson {
  const wanted = labels(x.shape[0]!);
  return { model, loss: () => crossEntropy(model.forward(x), wanted) };
}

export function rebuilding(model: Layer, x: Tensor): Lesson {
  return { model, loss: () => mse(model.forward(x), x) };
}
