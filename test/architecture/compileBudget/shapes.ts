import { concat, einsum, grad, oneHot, randn, type Tensor, tensor, where } from '@sonograd/tensor';

/** What a user may write, dense with shapes: what it costs to compile is a row of the compile-time budget. */
export function trainingStep(x: Tensor<[32, 784]>, labels: Tensor<[32], 'int32'>) {
  const hidden = x
    .matmul(randn([784, 128]))
    .add(randn([128]))
    .relu();
  const logits = hidden.matmul(randn([128, 10])).add(randn([10]));
  const targets = oneHot(labels, 10);
  const loss = logits.logSoftmax(-1).mul(targets).sum(1).mean().neg();
  const accuracy = logits.argmax(-1).eq(labels).to('float32').mean();
  return { loss, accuracy };
}

export function attention(x: Tensor<[8, 64, 128]>): Tensor<[8, 64, 128]> {
  const heads = (weight: Tensor<[128, 128]>) =>
    x.matmul(weight).reshape([8, 64, 4, 32]).permute([0, 2, 1, 3]);
  const [query, key, value] = [heads(randn([128, 128])), heads(randn([128, 128])), heads(randn([128, 128]))];
  const scores = query.matmul(key.transpose(-1, -2)).div(Math.sqrt(32));
  const mixed = scores.softmax(-1).matmul(value);
  return mixed.permute([0, 2, 1, 3]).reshape([8, 64, 128]);
}

export function features(sound: Tensor<[16, 16_000]>, batch: number) {
  const frames = sound.slice(1, 0, 15_872).reshape([16, 62, 256]);
  const mel = einsum('bfn,nm->bmf', frames, randn([256, 64]));
  const normal = mel.sub(mel.mean(-1, { keepDims: true })).div(mel.variance(-1, { keepDims: true }).sqrt());
  const padded = normal.pad([
    [0, 0],
    [0, 0],
    [1, 1],
  ]);
  const both = concat([padded, randn([16, 64, 64])], 1).flatten(1);
  const clean = where(both.gt(0), both, 0).topK(10).values;
  const dynamic = randn([batch, 784])
    .matmul(randn([784, 10]))
    .softmax(-1);
  const slope = grad((w: Tensor<[8192, 2]>) => both.matmul(w).square().mean())(randn([8192, 2]));
  return {
    clean,
    dynamic,
    slope,
    pair: tensor([
      [1, 2],
      [3, 4],
    ]).matmul(tensor([[1], [2]])),
  };
}
