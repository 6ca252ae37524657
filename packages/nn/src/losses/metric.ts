import { arange, concat, crossEntropy, eye, type Tensor, where } from '@sonograd/tensor';
import { type LossOptions, reduced } from './reduction.ts';

/** A pair label for each row. */
type PairLabels = Tensor<readonly number[], 'int32'>;

/** Keeps a division from a length of zero away. */
const smallestLength = 1e-8;

export interface MarginOptions extends LossOptions {
  readonly margin?: number;
}

/** Rows that belong together (1) should point the same way, others (-1) not closer than a cosine of `margin`. */
export function cosineEmbedding(
  a: Tensor,
  b: Tensor,
  labels: PairLabels,
  options: MarginOptions = {},
): Tensor {
  const { margin = 0 } = options;
  const cosine = cosineSimilarity(a, b);
  const together = cosine.neg().add(1);
  const apart = cosine.sub(margin).relu();
  return reduced(where(labels.eq(1), together, apart), options);
}

/** Rows that belong together (1) attract, others (0) repel up to the margin (Hadsell, Chopra and LeCun, 2006). */
export function contrastive(a: Tensor, b: Tensor, labels: PairLabels, options: MarginOptions = {}): Tensor {
  const { margin = 1 } = options;
  const distance = a.sub(b).norm(-1);
  const repelled = distance.neg().add(margin).relu();
  return reduced(where(labels.eq(1), distance.square(), repelled.square()).mul(0.5), options);
}

/** The positive should be nearer to the anchor than the negative, by `margin` (Schroff et al., 2015). */
export function triplet(
  anchor: Tensor,
  positive: Tensor,
  negative: Tensor,
  options: MarginOptions = {},
): Tensor {
  const { margin = 1 } = options;
  // The small shift is PyTorch's: it keeps the slope of the distance finite.
  const near = anchor.sub(positive).add(1e-6).norm(-1);
  const far = anchor.sub(negative).add(1e-6).norm(-1);
  return reduced(near.sub(far).add(margin).relu(), options);
}

export interface NtXentOptions {
  readonly temperature?: number;
}

/** Row k of a and of b are two views of one thing; each must find the other among all (SimCLR, Chen et al., 2020). */
export function ntXent(a: Tensor, b: Tensor, { temperature = 0.5 }: NtXentOptions = {}): Tensor {
  const count = a.shape[0] as number;
  const views = concat([unitRows(a), unitRows(b)]) as Tensor;
  const scores = views.matmul(views.transpose(0, 1)).mul(1 / temperature);
  const withoutSelf = scores.sub(eye(2 * count).mul(1e9) as Tensor);
  const partners = arange(2 * count)
    .add(count)
    .to('int32');
  return crossEntropy(withoutSelf, partners.where(partners.lt(2 * count), partners.sub(2 * count)));
}

function cosineSimilarity(a: Tensor, b: Tensor): Tensor {
  return a
    .mul(b)
    .sum(-1)
    .div(a.norm(-1).maximum(smallestLength).mul(b.norm(-1).maximum(smallestLength)));
}

/** Each row divided by its length. */
export function unitRows(x: Tensor): Tensor {
  return x.div(x.norm(-1, { keepDims: true }).maximum(1e-12));
}
