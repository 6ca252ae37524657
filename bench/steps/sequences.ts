import { cosineEmbedding, GRU, Layer, Linear, LSTM, TransformerEncoder } from '@sonograd/nn';
import { randomKey, type Tensor } from '@sonograd/tensor';
import { labels, normal } from './batches.ts';
import { classifying } from './perceptrons.ts';
import type { Lesson } from './step.ts';

const key = randomKey(0);

class BiLstm extends Layer {
  readonly layer = new LSTM(64, 128, { bidirectional: true, batchFirst: true, key });
  readonly head = new Linear(256, 10, { key }) as Layer;

  protected override run(x: Tensor): Tensor {
    return this.head.forward(lastStep(this.layer.forward(x).output));
  }
}

export const biLstm = () => classifying(new BiLstm(), normal(32, 64, 64));

class Encoder extends Layer {
  readonly embed = new Linear(64, 128, { key }) as Layer;
  readonly layers = new TransformerEncoder({
    layer: { dModel: 128, nhead: 8, dimFeedforward: 256, batchFirst: true },
    numLayers: 4,
    key,
  });
  readonly head = new Linear(128, 10, { key }) as Layer;

  protected override run(x: Tensor): Tensor {
    const seen = this.layers.forward(this.embed.forward(x)) as Tensor;
    return this.head.forward(seen.mean(1) as Tensor);
  }
}

export const transformer = () => classifying(new Encoder(), normal(32, 64, 64));

class Siamese extends Layer {
  readonly layer = new GRU(513, 256, { bidirectional: true, batchFirst: true, key });
  readonly head = new Linear(512, 256, { key }) as Layer;

  protected override run(x: Tensor): Tensor {
    const features = this.head.forward(lastStep(this.layer.forward(x).output));
    return features.div(features.norm(1, { keepDims: true }).maximum(1e-12)) as Tensor;
  }
}

export function siamese(): Lesson {
  const [model, first, second] = [new Siamese(), normal(16, 64, 513), normal(16, 64, 513)];
  const same = labels(16, 2).mul(2).sub(1) as ReturnType<typeof labels>;
  return { model, loss: () => cosineEmbedding(model.forward(first), model.forward(second), same) };
}

function lastStep(states: Tensor): Tensor {
  const steps = states.shape[1]!;
  return states.slice(1, steps - 1, steps).squeeze(1) as Tensor;
}
