import {
  BatchNorm2d,
  Conv2d,
  ConvTranspose2d,
  cosineEmbedding,
  crossEntropy,
  Dropout,
  Flatten,
  GRU,
  klToUnitGaussian,
  Linear,
  LSTM,
  MaxPool2d,
  Module,
  mse,
  ReLU,
  Sequential,
  SinusoidalPositions,
  TransformerEncoder,
} from '@sonograd/nn';
import { fromArray, randn, randomKey, type Tensor } from '@sonograd/tensor';

/** A small model of one family with one batch, and the loss that it should lose. */
export interface Family {
  readonly model: Module;
  readonly loss: () => Tensor;
}

const key = () => randomKey(77);
const data = (seed: number, ...shape: number[]) => randn(shape, { key: randomKey(seed) }) as Tensor;
const labels = fromArray(Int32Array.of(0, 1, 2, 0, 1, 2, 0, 1), [8]);

class Classifier extends Module {
  constructor(
    readonly body: Module & { forward(x: Tensor): { readonly hidden: Tensor } },
    readonly head: Linear<number, number>,
  ) {
    super();
  }

  forward(x: Tensor): Tensor {
    const { hidden } = this.body.forward(x);
    return this.head.forward(hidden.slice(0, -1).squeeze(0) as Tensor) as Tensor;
  }
}

function perceptron(): Family {
  const shared = key();
  const model = new Sequential(
    new Linear(12, 32, { key: shared }),
    new ReLU(),
    new Dropout(0.1, { key: shared }),
    new Linear(32, 3, { key: shared }),
  );
  const x = data(1, 8, 12);
  return { model, loss: () => crossEntropy(model.forward(x) as Tensor, labels) };
}

function autoencoder(): Family {
  const shared = key();
  const model = new Sequential(
    new Linear(16, 24, { key: shared }),
    new ReLU(),
    new Linear(24, 16, { key: shared }),
  );
  const x = data(2, 8, 16);
  return { model, loss: () => mse(model.forward(x) as Tensor, x) };
}

function convolutional(): Family {
  const shared = key();
  const model = new Sequential(
    new Conv2d(1, 6, 3, { padding: 1, key: shared }),
    new BatchNorm2d(6),
    new ReLU(),
    new MaxPool2d(2),
    new Flatten(),
    new Linear(96, 3, { key: shared }),
  );
  const x = data(3, 8, 1, 8, 8);
  return { model, loss: () => crossEntropy(model.forward(x) as Tensor, labels) };
}

function recurrent(kind: 'lstm' | 'gru'): Family {
  const shared = key();
  const options = { batchFirst: true, numLayers: 2, dropout: 0.1, key: shared };
  const body = kind === 'lstm' ? new LSTM(5, 16, options) : new GRU(5, 16, options);
  const model = new Classifier(
    body as unknown as Classifier['body'],
    new Linear<number, number>(16, 3, { key: shared }),
  );
  const x = data(4, 8, 7, 5);
  return { model, loss: () => crossEntropy(model.forward(x), labels) };
}

class Tokens extends Module {
  readonly shared = key();
  readonly embed = new Linear<number, number>(5, 16, { key: this.shared });
  readonly positions = new SinusoidalPositions(16);
  readonly encoder = new TransformerEncoder({
    layer: { dModel: 16, nhead: 4, dimFeedforward: 32, dropout: 0.1, batchFirst: true, normFirst: true },
    numLayers: 2,
    norm: 16,
    key: this.shared,
  });
  readonly head = new Linear<number, number>(16, 3, { key: this.shared });

  forward(x: Tensor): Tensor {
    const tokens = this.positions.forward(this.embed.forward(x) as Tensor) as Tensor;
    return this.head.forward((this.encoder.forward(tokens) as Tensor).mean(1) as Tensor) as Tensor;
  }
}

function transformer(): Family {
  const model = new Tokens();
  const x = data(5, 8, 6, 5);
  return { model, loss: () => crossEntropy(model.forward(x), labels) };
}

class Variational extends Module {
  readonly shared = key();
  readonly encode = new Sequential(
    new Conv2d(1, 8, 3, { stride: 2, padding: 1, key: this.shared }),
    new ReLU(),
    new Flatten(),
  );
  readonly mean = new Linear<number, number>(128, 6, { key: this.shared });
  readonly logVariance = new Linear<number, number>(128, 6, { key: this.shared });
  readonly unfold = new Linear<number, number>(6, 128, { key: this.shared });
  readonly decode = new ConvTranspose2d(8, 1, 4, { stride: 2, padding: 1, key: this.shared });

  loss(x: Tensor, noise: Tensor): Tensor {
    const features = this.encode.forward(x) as Tensor;
    const [mean, logVariance] = [this.mean, this.logVariance].map(
      (layer) => layer.forward(features) as Tensor,
    ) as [Tensor, Tensor];
    const code = mean.add(noise.mul(logVariance.mul(0.5).exp())) as Tensor;
    const image = this.decode.forward(
      (this.unfold.forward(code) as Tensor).relu().reshape([-1, 8, 4, 4]) as Tensor,
    ) as Tensor;
    return mse(image, x).add(klToUnitGaussian(mean, logVariance).mul(1e-4)) as Tensor;
  }
}

function variational(): Family {
  const model = new Variational();
  const [x, noise] = [data(6, 8, 1, 8, 8).sigmoid() as Tensor, data(7, 8, 6).mul(0.01) as Tensor];
  return { model, loss: () => model.loss(x, noise) };
}

function siamese(): Family {
  const model = new Classifier(
    new GRU(5, 12, { batchFirst: true, key: key() }) as unknown as Classifier['body'],
    new Linear<number, number>(12, 8, { key: key() }),
  );
  const [a, b] = [data(8, 8, 6, 5), data(9, 8, 6, 5)];
  const same = fromArray(Int32Array.of(1, -1, 1, -1, 1, -1, 1, -1), [8]);
  return { model, loss: () => cosineEmbedding(model.forward(a), model.forward(b), same) };
}

export const families: Readonly<Record<string, () => Family>> = {
  perceptron,
  autoencoder,
  convolutional,
  lstm: () => recurrent('lstm'),
  gru: () => recurrent('gru'),
  transformer,
  variational,
  siamese,
};
