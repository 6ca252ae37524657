import {
  adaptiveAvgPool1d,
  adaptiveAvgPool2d,
  avgPool1d,
  avgPool2d,
  batchNorm,
  conv1d,
  conv2d,
  convTranspose1d,
  convTranspose2d,
  crossEntropy,
  dropout,
  embedding,
  groupNorm,
  gru,
  layerNorm,
  lstm,
  maxPool1d,
  maxPool2d,
  randn,
  randomKey,
  resize,
  rnn,
  type Shape,
  scaledDotProductAttention,
  type Tensor,
  zeros,
} from '@sonograd/tensor';
import { same } from './expect.ts';

/** What inference makes of the ops that layers are built from; compiled, never called. */
export function convolutions(open: Tensor, batch: Tensor<[number, 3, 32, 32]>) {
  const filters = randn([16, 3, 3, 3]);
  same<Tensor<[8, 16, 30, 30]>>()(conv2d(randn([8, 3, 32, 32]), filters));
  same<Tensor<[8, 16, 32, 32]>>()(conv2d(randn([8, 3, 32, 32]), filters, undefined, { padding: 1 }));
  same<Tensor<[8, 16, 16, 11]>>()(
    conv2d(randn([8, 3, 32, 32]), filters, randn([16]), { padding: 1, stride: [2, 3] }),
  );
  same<Tensor<[number, 16, 30, 30]>>()(conv2d(batch, filters));
  same<Tensor<[number, 16, number, number]>>()(conv2d(open, filters));
  same<Tensor<[2, 8, 98]>>()(conv1d(randn([2, 1, 16_000]), randn([8, 1, 400]), undefined, { stride: 160 }));
  same<Tensor<[2, 6, 5]>>()(
    conv1d(randn([2, 6, 9]), randn([6, 1, 3]), undefined, { groups: 6, dilation: 2 }),
  );
}

export function transposedConvolutions(open: Tensor) {
  same<Tensor<[2, 3, 14, 14]>>()(
    convTranspose2d(randn([2, 16, 7, 7]), randn([16, 3, 4, 4]), undefined, { stride: 2, padding: 1 }),
  );
  same<Tensor<[2, 3, 14, 14]>>()(
    convTranspose2d(randn([2, 16, 7, 7]), randn([16, 3, 3, 3]), undefined, {
      stride: 2,
      padding: 1,
      outputPadding: 1,
    }),
  );
  same<Tensor<[2, 3, 11]>>()(convTranspose1d(randn([2, 5, 9]), randn([5, 3, 3])));
  same<Tensor<[number, 3, number]>>()(convTranspose1d(open, randn([5, 3, 3])));
}

export function pools(open: Tensor) {
  const images = randn([8, 16, 32, 33]);
  same<Tensor<[8, 16, 16, 16]>>()(maxPool2d(images, 2));
  same<Tensor<[8, 16, 10, 16]>>()(maxPool2d(images, [3, 2]));
  same<Tensor<[8, 16, 16, 17]>>()(maxPool2d(images, 3, { stride: 2, padding: 1 }));
  same<Tensor<[8, 16, 30, 31]>>()(avgPool2d(images, 3, { stride: 1 }));
  same<Tensor<[8, 16, 1, 1]>>()(adaptiveAvgPool2d(images, 1));
  same<Tensor<[8, 16, 4, 5]>>()(adaptiveAvgPool2d(images, [4, 5]));
  same<Tensor<[2, 4, 25]>>()(maxPool1d(randn([2, 4, 100]), 4));
  same<Tensor<[2, 4, 49]>>()(avgPool1d(randn([2, 4, 100]), 4, { stride: 2 }));
  same<Tensor<[2, 4, 7]>>()(adaptiveAvgPool1d(randn([2, 4, 100]), 7));
  same<Tensor<[8, 16, 64, 66]>>()(resize(images, [64, 66]));
  same<Tensor<Shape>>()(maxPool2d(open, 2));
}

export function tables(token: Tensor<[2, 7], 'int32'>, many: Tensor<[number], 'int32'>) {
  const weight = randn([100, 16]);
  same<Tensor<[2, 7, 16]>>()(embedding(weight, token));
  same<Tensor<[number, 16]>>()(embedding(weight, many));
}

export function normalisations(open: Tensor) {
  same<Tensor<[8, 16, 5]>>()(batchNorm(randn([8, 16, 5]), { training: true }));
  same<Tensor<[8, 16]>>()(layerNorm(randn([8, 16]), [16]));
  same<Tensor<[8, 16, 5]>>()(groupNorm(randn([8, 16, 5]), 4));
  same<Tensor<[8, 16]>>()(dropout(randn([8, 16]), 0.5, randomKey(0)));
  same<Tensor>()(batchNorm(open, { training: true }));
}

export function losses(logits: Tensor<[8, 10]>) {
  const labels = zeros([8], { dtype: 'int32' });
  same<Tensor<[]>>()(crossEntropy(logits, labels));
  same<Tensor<[]>>()(crossEntropy(logits, labels, { reduction: 'sum', labelSmoothing: 0.1 }));
  same<Tensor>()(crossEntropy(logits, labels, { reduction: 'none' }));
}

export function sequences(open: Tensor) {
  const x = randn([8, 20, 5]);
  const long = lstm(x, { weightIh: randn([28, 5]), weightHh: randn([28, 7]) });
  same<Tensor<[8, 20, 7]>>()(long.output);
  same<Tensor<[8, 7]>>()(long.hidden);
  same<Tensor<[8, 7]>>()(long.cell);
  const gated = gru(x, { weightIh: randn([21, 5]), weightHh: randn([21, 7]) });
  same<Tensor<[8, 20, 7]>>()(gated.output);
  same<Tensor<[8, 7]>>()(gated.hidden);
  const plain = rnn(x, { weightIh: randn([7, 5]), weightHh: randn([7, 7]) }, { nonlinearity: 'relu' });
  same<Tensor<[8, 20, 7]>>()(plain.output);
  same<Tensor<[2, 4, 9, 6]>>()(
    scaledDotProductAttention(randn([2, 4, 9, 8]), randn([2, 4, 11, 8]), randn([2, 4, 11, 6])),
  );
  same<Tensor<[9, 6]>>()(
    scaledDotProductAttention(randn([9, 8]), randn([11, 8]), randn([11, 6]), { causal: true }),
  );
  same<Tensor<Shape>>()(scaledDotProductAttention(open, open, open));
}
