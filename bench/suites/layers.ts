import {
  BatchNorm2d,
  Conv2d,
  Embedding,
  Layer,
  Linear,
  MultiHeadAttention,
  ReLU,
  Sequential,
  TransformerEncoderLayer,
} from '@sonograd/nn';
import { randn, randomKey, scope, type Tensor } from '@sonograd/tensor';
import type { Case, Input, Prepared } from '../case.ts';
import { makeInput } from '../own/inputs.ts';

const key = randomKey(0);

class SelfAttention extends Layer {
  readonly heads = new MultiHeadAttention(128, 8, { batchFirst: true, key });

  protected override run(x: Tensor): Tensor {
    return this.heads.forward(x, x, x, { needWeights: false }).output;
  }
}

/** Layers as a network uses them: forward, and the gradients of their parameters and their input. */
export const layers: readonly Case[] = [
  layer('linear', 'Linear 256→256 and ReLU, batch 256', { shape: [256, 256] }, () => {
    return new Sequential(new Linear(256, 256, { key }), new ReLU());
  }),
  layer('conv', 'Conv2d 32→32, BatchNorm2d and ReLU on 8x56x56', { shape: [8, 32, 56, 56] }, () => {
    return new Sequential(new Conv2d(32, 32, 3, { padding: 1, key }), new BatchNorm2d(32), new ReLU());
  }),
  layer('attention', 'MultiHeadAttention of 8x16 on 32x64', { shape: [32, 64, 128] }, () => {
    return new SelfAttention();
  }),
  layer('transformer', 'TransformerEncoderLayer 128, ff 256 on 32x64', { shape: [32, 64, 128] }, () => {
    const options = { dimFeedforward: 256, batchFirst: true, key };
    return new TransformerEncoderLayer(128, 8, options);
  }),
  layer(
    'embedding',
    'Embedding 5000→128 of 32x64',
    { shape: [32, 64], kind: 'indices', classes: 5000 },
    () => {
      return new Embedding(5000, 128, { key });
    },
  ),
];

/** Seen from here, any shape goes in. */
interface AnyLayer {
  forward(x: Tensor): unknown;
  parameters(): Tensor[];
  zeroGrad(): void;
}

function layer(name: string, title: string, input: Input, make: () => unknown): Case {
  return {
    suite: 'layers',
    name: title,
    work: { op: 'layer', inputs: [input], settings: { layer: name }, mode: 'both' },
    limit: 'none',
    own: () => prepare(make() as AnyLayer, input),
  };
}

function prepare(model: AnyLayer, input: Input): Prepared {
  const x = makeInput(input, 0) as Tensor;
  x.requiresGrad = input.kind === undefined;
  const output = () => model.forward(x) as Tensor;
  const dOut = scope('bench', () => randn(output().shape));
  const tensors = [x, ...model.parameters()];
  const forget = () => {
    model.zeroGrad();
    x.grad?.dispose();
    x.grad = null;
  };
  return {
    run: () =>
      scope('bench', () => {
        output().backward(dOut);
        forget();
      }),
    release: () => {
      for (const tensor of [...tensors, dOut]) tensor.dispose();
    },
  };
}
