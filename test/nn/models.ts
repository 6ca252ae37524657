import {
  AdaptiveAvgPool2d,
  BatchNorm2d,
  Conv2d,
  Flatten,
  GRU,
  Linear,
  LSTM,
  MaxPool2d,
  Module,
  ReLU,
  Sequential,
  TransformerEncoder,
} from '@sonograd/nn';
import type { Tensor } from '@sonograd/tensor';

/** The models of test/golden/nn_models.py, as a user of this package writes them. */
export interface Classifier extends Module {
  forward(x: Tensor): Tensor;
}

class LastStep extends Module {
  constructor(
    readonly recurrent: LSTM | GRU,
    readonly head: Linear<number, number>,
  ) {
    super();
  }

  forward(x: Tensor): Tensor {
    const { output } = this.recurrent.forward(x);
    const last = output.slice(1, output.shape[1] - 1).squeeze(1);
    return this.head.forward(last as Tensor) as Tensor;
  }
}

class MeanOfTokens extends Module {
  readonly embed = new Linear(6, 16);
  readonly encoder = new TransformerEncoder({
    layer: { dModel: 16, nhead: 4, dimFeedforward: 32, dropout: 0, batchFirst: true },
    numLayers: 2,
  });
  readonly head = new Linear(16, 5);

  forward(x: Tensor): Tensor {
    const tokens = this.encoder.forward(this.embed.forward(x) as Tensor) as Tensor;
    return this.head.forward(tokens.mean(1) as Tensor) as Tensor;
  }
}

export const models: Readonly<Record<string, () => Classifier>> = {
  mlp: () =>
    new Sequential(
      new Linear(20, 32),
      new ReLU(),
      new Linear(32, 16),
      new ReLU(),
      new Linear(16, 5),
    ) as Module as Classifier,
  cnn: () =>
    new Sequential(
      new Conv2d(1, 8, 3, { padding: 1 }),
      new BatchNorm2d(8),
      new ReLU(),
      new MaxPool2d(2),
      new Conv2d(8, 12, 3, { padding: 1 }),
      new BatchNorm2d(12),
      new ReLU(),
      new MaxPool2d(2),
      new AdaptiveAvgPool2d(1),
      new Flatten(),
      new Linear(12, 5),
    ) as Module as Classifier,
  bilstm: () =>
    new LastStep(
      new LSTM(6, 10, { numLayers: 2, bidirectional: true, batchFirst: true }),
      new Linear(20, 5) as Linear<number, number>,
    ),
  gru: () => new LastStep(new GRU(6, 12, { batchFirst: true }), new Linear(12, 5) as Linear<number, number>),
  transformer: () => new MeanOfTokens(),
};
