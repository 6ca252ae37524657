import {
  AdaptiveAvgPool2d,
  AvgPool1d,
  BatchNorm2d,
  Conv1d,
  Conv2d,
  ConvTranspose2d,
  Embedding,
  Flatten,
  LayerNorm,
  Linear,
  LowRankLinear,
  LSTM,
  MaxPool2d,
  ReLU,
  Sequential,
  TransformerEncoder,
  Upsample,
} from '@sonograd/nn';
import { randn, randomKey, type Tensor, zeros } from '@sonograd/tensor';
import { same } from '../../tensor/types/expect.ts';

const key = randomKey(0);

export function denseChains() {
  const model = new Sequential(
    new Linear(784, 128, { key }),
    new ReLU(),
    new LowRankLinear(128, 10, 4, { key }),
  );
  same<Tensor<[32, 10]>>()(model.forward(randn([32, 784])));
  same<Tensor<[2, 7, 10]>>()(new Sequential(new LayerNorm(784), model).forward(randn([2, 7, 784])));
}

export function imageChains(batch: Tensor<[number, 1, 64, 64]>) {
  const encoder = new Sequential(
    new Conv2d(1, 16, 3, { padding: 1, key }),
    new BatchNorm2d(16),
    new ReLU(),
    new MaxPool2d(2),
    new Conv2d(16, 32, [3, 5], { stride: [2, 1], padding: [1, 2], bias: false }),
  );
  same<Tensor<[8, 32, 16, 32]>>()(encoder.forward(randn([8, 1, 64, 64])));
  const classifier = new Sequential(encoder, new AdaptiveAvgPool2d(1), new Flatten(), new Linear(32, 10));
  same<Tensor<[number, 10]>>()(classifier.forward(batch));
  const decoder = new Sequential(
    new ConvTranspose2d(32, 16, 4, { stride: 2, padding: 1 }),
    new Upsample({ size: [100, 90] }),
  );
  same<Tensor<[8, 16, 100, 90]>>()(decoder.forward(randn([8, 32, 16, 16])));
  const groups = new Conv2d(8, 8, 3, { groups: 8 });
  same<Tensor<[1, 8, 14, 14]>>()(groups.forward(randn([1, 8, 16, 16])));
}

export function signalChains() {
  const model = new Sequential(new Conv1d(1, 8, 5, { stride: 2 }), new AvgPool1d(2));
  same<Tensor<[4, 8, 500]>>()(model.forward(randn([4, 1, 2003])));
  same<Tensor<[4, 4000]>>()(new Sequential(model, new Flatten(1, 2)).forward(randn([4, 1, 2003])));
}

export function sequences() {
  const symbols = zeros([2, 7], { dtype: 'int32' });
  const embedded = new Embedding(100, 16).forward(symbols);
  same<Tensor<[2, 7, 16]>>()(embedded);
  const encoder = new TransformerEncoder({ layer: { dModel: 16, nhead: 4 }, numLayers: 2 });
  same<Tensor<[2, 7, 16]>>()(encoder.forward(embedded, { causal: true }));
  same<Tensor<[2, 7, number]>>()(new LSTM(16, 32, { batchFirst: true }).forward(embedded).output);
}
